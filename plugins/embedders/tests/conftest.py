"""A plugin with two tiny models, and a folder of its own for what is kept on disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from symphony_core.errors import EmbedderMissing
from symphony_core.manifest import parse_manifest
from symphony_core.registry import Registry
from symphony_core.runner import run_analysis
from symphony_core.sources import SourceOptions, open_source
from symphony_core.specs import Result, never, silent
from symphony_core.table import Table
from symphony_panel_embedders import lite0, minilm

# These tests run alone as well: no test asserts a time, and a first example pays for imports.
settings.register_profile("symphony", deadline=None)
settings.load_profile("symphony")

LETTERS = """
import numpy as np
from symphony_core.errors import EmbedderMissing
from symphony_core.hookspecs import hookimpl
from symphony_core.specs import EmbedderSpec

api = 1

class Counts:
    "How often each value of a byte, modulo 4, occurs."
    def __init__(self):
        self.seen = []
    def encode(self, items, *, cancel):
        cancel.check()
        self.seen += items
        return np.array([self.vector(item) for item in items], np.float32).reshape(-1, 4)
    def vector(self, item):
        data = item if isinstance(item, bytes) else item.encode()
        if data.startswith(b"broken"):
            return [np.nan] * 4
        return np.bincount(np.frombuffer(data, np.uint8) % 4, minlength=4)

class Narrow(Counts):
    def encode(self, items, *, cancel):
        return np.zeros((len(items), 3), np.float32)

def absent():
    raise EmbedderMissing("pip install 'acme[letters]'")

@hookimpl
def register_embedders():
    return [
        EmbedderSpec("letters", "Letters", "text", __name__ + ":Counts", dimension=4),
        EmbedderSpec("bytes", "Bytes", "image", __name__ + ":Counts", dimension=4),
        EmbedderSpec("narrow", "Narrow", "text", __name__ + ":Narrow", dimension=4),
        EmbedderSpec("absent", "Absent", "text", __name__ + ":absent", dimension=4),
    ]
"""

MANIFEST = """
[plugins]
allow = ["letters", "embedders"]
[plugins.modules]
letters = "letters_plugin"
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that SYMPHONY_CACHE names in this test."""
    monkeypatch.setenv("SYMPHONY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """This plugin beside one that registers the tiny models `letters`, `bytes`, `narrow` and `absent`."""
    (tmp_path / "letters_plugin.py").write_text(LETTERS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "letters_plugin", raising=False)
    return Registry(parse_manifest(MANIFEST))


@pytest.fixture
def manifest(registry: Registry, tmp_path: Path) -> Path:
    """A deployment's file with the same plugins."""
    (tmp_path / "letters.toml").write_text(MANIFEST, encoding="utf-8")
    return tmp_path / "letters.toml"


Run = Callable[..., Result]


@pytest.fixture
def embed(registry: Registry) -> Run:
    """Run the analysis over a frame: `embed(frame, rows=None, progress=..., cancel=..., **params)`."""

    def run(
        frame: pd.DataFrame, *, rows=None, progress=silent, cancel=never, text="text", image=None, **params
    ) -> Result:
        table = Table(open_source(frame, SourceOptions(text=text, image=image)))
        spec = registry.analysis("embeddings")
        positions = None if rows is None else np.array(rows)
        result, _ = run_analysis(
            registry, spec, table, rows=positions, params=params, progress=progress, cancel=cancel
        )
        return result

    return run


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of example data: SYMPHONY_SHARED_DATA, else `../shared/data` beside the checkout."""
    named = os.environ.get("SYMPHONY_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[3].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no example data at {folder}; name the folder in SYMPHONY_SHARED_DATA")
    return folder


def loaded(load):
    """Give a model, or skip the test with the reason where its extra is not installed."""
    try:
        return load()
    except EmbedderMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def minilm_model():
    """The model for texts, with its true weights."""
    return loaded(minilm.load)


@pytest.fixture(scope="session")
def lite0_model():
    """The model for images, with its true weights."""
    return loaded(lite0.load)

"""Panel draws each piece in a box whose class is the piece's name; a rule for it would hold for both."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import symphony_core
from symphony_core.widgets import Component

PLUGIN_VIEWS = ("embedding_map", "familiarity", "instances", "summary")


def pieces() -> list[type[Component]]:
    for module in pkgutil.walk_packages(symphony_core.__path__, "symphony_core."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in PLUGIN_VIEWS:
        importlib.import_module(f"symphony_panel_{name}.view")
    return [one for one in below(Component) if one.__module__.startswith("symphony_")]


def below(kind: type[Component]) -> Iterator[type[Component]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


@pytest.mark.parametrize("piece", pieces(), ids=lambda piece: piece.__name__)
def test_no_style_of_a_piece_is_for_the_box_that_it_is_drawn_in(piece: type[Component]):
    box = re.sub(r"([a-z])([A-Z])", r"\1-\2", piece.__name__).lower()
    rules = [line.strip() for line in piece._esm.splitlines() if re.search(rf"\.{box}(?![\w-])[^(]*{{", line)]
    assert rules == []

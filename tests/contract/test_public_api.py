"""The public names and their signatures change on purpose only, and the changelog says so.

After a wanted change write the snapshot anew with
`python tests/contract/test_public_api.py` and add a line to CHANGELOG.md.
"""

from __future__ import annotations

import enum
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SNAPSHOT = Path(__file__).with_name("public_api.txt")
MODULES = ("symphony_core", "symphony_core.specs", "symphony_core.hookspecs", "symphony_core.testing")


def members(module: ModuleType) -> Iterator[str]:
    """Give a line for each public name of a module, and for each public name of its classes."""
    for name in module.__all__:
        value = getattr(module, name)
        place = f"{module.__name__}.{name}"
        if isinstance(value, type) and getattr(value, "__module__", "").startswith("symphony_core"):
            yield from class_lines(place, value)
        elif inspect.isfunction(value):
            yield f"{place}{inspect.signature(value)}"
        else:
            yield place


def class_lines(place: str, kind: type) -> Iterator[str]:
    """Give a line for a class and one for each public name that it or a base of ours defines."""
    if issubclass(kind, enum.Enum):
        yield f"{place}: {', '.join(kind.__members__)}"
        return
    own = [base for base in kind.__mro__ if base.__module__.startswith("symphony_core")]
    makes = next((base.__dict__["__init__"] for base in own if "__init__" in base.__dict__), None)
    # A protocol gets its __init__ from Python, and in each version another.
    is_ours = inspect.isfunction(makes) and makes.__module__.startswith("symphony_core")
    yield f"{place}{inspect.signature(makes)}" if is_ours else place
    names = sorted({name for base in own for name in vars(base) if not name.startswith("_")})
    for name in names:
        value = inspect.getattr_static(kind, name)
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        yield f"{place}.{name}{inspect.signature(value)}" if inspect.isfunction(value) else f"{place}.{name}"


def snapshot() -> str:
    """Write the public interface as text, one name a line."""
    lines = [line for name in MODULES for line in members(importlib.import_module(name))]
    view = importlib.import_module("symphony_core.view").View
    return "\n".join([*lines, *class_lines("symphony_core.view.View", view)]) + "\n"


@pytest.mark.parametrize("name", MODULES)
def test_all_is_sorted_and_each_name_is_there(name):
    module = importlib.import_module(name)
    assert list(module.__all__) == sorted(module.__all__)
    assert [public for public in module.__all__ if not hasattr(module, public)] == []


def test_the_names_of_the_contract_are_public():
    import symphony_core

    promised = {"open", "plugins", "App", "State", "Expr", "Role", "Result", "SymphonyError", "hookimpl"}
    assert promised <= set(symphony_core.__all__)


def test_the_public_interface_is_the_one_that_was_agreed():
    agreed = SNAPSHOT.read_text(encoding="utf-8").splitlines()
    found = snapshot().splitlines()
    gone, new = [line for line in agreed if line not in found], [line for line in found if line not in agreed]
    assert (gone, new) == ([], []), (
        "the public interface changed; if that is wanted, run tests/contract/test_public_api.py "
        "as a script and add a line to CHANGELOG.md"
    )


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), encoding="utf-8")

"""Each hook is documented, in its spec and in docs/hooks.md, with the arguments it has."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from symphony_core import hookspecs
from symphony_core.plugin_hooks import PluginHooks
from symphony_core.registry import Registry

DOCS = Path(__file__).resolve().parents[2] / "docs" / "hooks.md"
HOOKS = {
    name: function
    for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
    if hasattr(function, f"{hookspecs.PROJECT}_spec")
}


def section(hook: str) -> str:
    """Give the part of the docs under a hook's heading."""
    text = DOCS.read_text(encoding="utf-8")
    match = re.search(rf"^### `{hook}\(.*?(?=^##)", text, re.DOTALL | re.MULTILINE)
    assert match, f"docs/hooks.md has no heading for {hook}"
    return match[0]


def test_the_hooks_are_those_of_the_design():
    assert sorted(HOOKS) == ["open_dataset", "register_analyses", "register_embedders", "register_views"]


@pytest.mark.parametrize("hook", HOOKS)
def test_the_heading_of_a_hook_lists_its_arguments(hook):
    arguments = ", ".join(inspect.signature(HOOKS[hook]).parameters)
    assert section(hook).splitlines()[0] == f"### `{hook}({arguments})`"


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("matter", ["When", "Thread", "If it raises"])
def test_the_docs_of_a_hook_say_when_on_which_thread_and_what_if_it_raises(hook, matter):
    assert f"**{matter}:**" in section(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_docs_of_a_hook_explain_each_argument(hook):
    for argument in inspect.signature(HOOKS[hook]).parameters:
        assert f"- `{argument}`: " in section(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_docstring_of_a_hook_says_when_it_is_called_and_what_if_it_raises(hook):
    doc = inspect.getdoc(HOOKS[hook])
    assert "Called once" in doc and "thread" in doc and "raise" in doc


def test_the_docs_have_no_heading_for_a_hook_that_is_gone():
    headings = re.findall(r"^### `(\w+)\(", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [name for name in vars(hookspecs) if name in HOOKS]


def test_the_plugin_module_in_the_docs_works_as_it_stands(plugin_folder):
    text = DOCS.read_text(encoding="utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "api = 1" in block)
    namespace: dict[str, object] = {}
    exec(compile(code, str(DOCS), "exec"), namespace)  # noqa: S102  the docs are ours
    hooks = PluginHooks(SimpleNamespace(**namespace), "docs")
    wrong: list[str] = []
    assert [spec.name for spec in hooks.views(wrong.append)] == ["duplicates"]
    assert [spec.name for spec in hooks.analyses(wrong.append)] == ["duplicates"]
    assert wrong == []


def test_the_docs_name_every_status_and_no_other(plugin_folder):
    rows = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == ["ok", "partly", "failed", "blocked", "missing"]
    assert {info.status for info in Registry().plugins} <= set(rows)

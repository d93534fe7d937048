"""The contract that every plugin meets, as tests that anyone runs on their own.

    from symphony_core.testing import check_plugin
    test_plugin = check_plugin("my_team.plugin")

Each check is a function of a `Subject` that raises AssertionError with what was
seen and what was wanted. There are no special cases by plugin name.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import re
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from symphony_core.app import App
from symphony_core.errors import Cancelled, SymphonyError
from symphony_core.expr import Rows
from symphony_core.jobs import CancelFlag
from symphony_core.manifest import Manifest
from symphony_core.nasty_tables import HTML, nasty_datasets, tiny_dataset
from symphony_core.registry import Registry
from symphony_core.specs import AnalysisInput, AnalysisSpec, Result, ViewSpec, silent

_CHECK_NAME = "the_plugin_under_test"

__all__ = ["HTML", "Subject", "check_plugin", "nasty_datasets", "tiny_dataset"]


@dataclass(frozen=True)
class Subject:
    """A plugin module, alone in a registry of its own."""

    module: str

    @cached_property
    def registry(self) -> Registry:
        """What it registers, with nothing else loaded."""
        return Registry(Manifest(allow=(_CHECK_NAME,), modules={_CHECK_NAME: self.module}))

    @property
    def views(self) -> list[ViewSpec]:
        """Its views."""
        return list(self.registry.views.values())

    @property
    def analyses(self) -> list[AnalysisSpec]:
        """Its analyses."""
        return list(self.registry.analyses.values())

    def apps(self) -> Iterator[tuple[str, App]]:
        """Open every nasty table with this plugin."""
        for name, dataset in nasty_datasets():
            app = App(dataset, self.registry)
            try:
                yield name, app
            finally:
                app.close()


def check_plugin(module: str) -> Callable[..., None]:
    """Give a test that runs all checks on a plugin module; assign it to a name that pytest collects."""
    import pytest  # only who tests has it

    subject = Subject(module)

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
    def test_plugin(check: Callable[[Subject], None]) -> None:
        check(subject)

    return test_plugin


# --- the checks ------------------------------------------------------------------


def check_registers_without_a_problem(subject: Subject) -> None:
    """The module imports, declares `api`, and all its specs are accepted."""
    problems = [f"{one.where}: {one.message}" for one in subject.registry.problems]
    assert not problems, "\n".join(problems)
    has_any = subject.views or subject.analyses or subject.registry.embedders
    assert has_any, f"{subject.module} registers nothing; return specs from a hook."


def check_importing_the_module_imports_no_view(subject: Subject) -> None:
    """`plugin.py` names its code; importing it loads neither Panel nor the code it names."""
    named = [spec.factory for spec in subject.views] + [spec.run for spec in subject.analyses]
    heavy = sorted({"panel", "holoviews", "bokeh", *(target.split(":")[0] for target in named)})
    code = f"import sys; sys.path[:] = {sys.path!r}; import {subject.module}; "
    code += f"print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "[]", f"importing {subject.module} loads {ran.stdout.strip() or ran.stderr}"


def check_everything_has_words(subject: Subject) -> None:
    """Each view and analysis has a title and one sentence of summary."""
    words = {spec.name: spec.summary for spec in subject.views} | {
        s.name: s.summary for s in subject.analyses
    }
    for name, summary in words.items():
        assert summary.strip(), f"{name} has no summary; say in one sentence what it shows."


def check_views_are_views_with_documented_settings(subject: Subject) -> None:
    """Each factory is a View class, and each of its own params has a doc and a control."""
    from symphony_core.view import View  # imports Panel

    for spec in subject.views:
        kind = subject.registry.load(spec)
        assert inspect.isclass(kind), f"{spec.factory} is no class"
        assert issubclass(kind, View), f"{spec.factory} is no symphony_core View"
        own = [name for name in kind.param if name not in View.param]
        undocumented = [name for name in own if not (kind.param[name].doc or "").strip()]
        assert not undocumented, f"{spec.factory}: params without doc: {undocumented}"
        app = App(tiny_dataset(), subject.registry)
        view = app.show(spec.name)
        if isinstance(view, kind):
            view.show_settings()
        app.close()


def check_analyses_have_the_agreed_signature(subject: Subject) -> None:
    """`run(data, *, progress, cancel, seed=0, **params)`: params by keyword, each with a default."""
    for spec in subject.analyses:
        parameters = dict(inspect.signature(subject.registry.load(spec)).parameters)
        assert parameters, f"{spec.run} takes nothing; its first parameter is the AnalysisInput"
        del parameters[next(iter(parameters))]
        missing = {"progress", "cancel", "seed"} - set(parameters)
        assert not missing, f"{spec.run} lacks keyword parameters {sorted(missing)}"
        for name, parameter in parameters.items():
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, (
                f"{spec.run}: {name} must be keyword-only"
            )
            if name not in ("progress", "cancel"):
                assert parameter.default is not inspect.Parameter.empty, f"{spec.run}: {name} has no default"


def check_views_survive_nasty_tables(subject: Subject) -> None:
    """Each view draws, follows filter, selection, groups and undo, and closes, on every nasty table."""
    for name, app in subject.apps():
        for spec in subject.views:
            _exercise(app, spec, name)


def _exercise(app: App, spec: ViewSpec, name: str) -> None:
    before = len(app.registry.problems)
    view = app.show(spec.name)
    frame = view.frame
    missing = spec.needs.missing(app.state.table)
    if missing:
        assert missing in frame.problem, f"{name}: {spec.name} does not say what it needs"
        return
    ids = app.dataset.row_ids[:2].tolist()
    app.state.selection = ids
    app.state.filter = ids[:1]
    app.state.filter = ~Rows(ids=tuple(ids))
    app.state.filter = None
    app.undo()
    app.redo()
    problems = [problem.message for problem in app.registry.problems[before:]]
    assert not problems, f"{name}: {spec.name}: {problems}"
    assert not frame.problem, f"{name}: {spec.name} shows {frame.problem!r}"
    view.close()


def check_views_describe_what_they_show(subject: Subject) -> None:
    """`describe()` gives a table, and a sentence with the row count that changes with the filter."""
    for name, app in subject.apps():
        for spec in subject.views:
            if spec.needs.missing(app.state.table) is None:
                _describe(app, spec, name)


def _describe(app: App, spec: ViewSpec, name: str) -> None:
    view = app.show(spec.name)
    said = []
    for chosen in (None, app.dataset.row_ids[:1].tolist() if len(app.dataset) > 1 else None):
        app.state.filter = chosen
        frame = view.frame  # builds and draws it
        sentence, table = view.describe()
        where, count = f"{name}: {spec.name}.describe()", f"{app.count():,}"
        assert isinstance(table, pd.DataFrame), f"{where} gives {type(table).__name__} for a table"
        assert sentence.endswith("."), f"{where} says {sentence!r}; give a sentence that ends with a period"
        assert re.search(rf"(?<!\d)(?<!\d[,.]){count}(?![,.]?\d)", sentence), (
            f"{where} says {sentence!r}; say how many rows are under the filter ({count})"
        )
        assert sentence == view.sentence() == frame.sentence, (
            f"{where} says {sentence!r}, sentence() {view.sentence()!r}, its card {frame.sentence!r}"
        )
        said.append(sentence)
    assert len(app.dataset) < 2 or said[0] != said[1], f"{name}: {spec.name} says the same after a filter"
    app.state.filter = None
    view.close()


def check_analyses_survive_nasty_tables(subject: Subject) -> None:
    """Each analysis returns a lawful result, or a SymphonyError that says what is missing."""
    for name, app in subject.apps():
        for spec in subject.analyses:
            result, words = _outcome(app, spec)
            assert not app.registry.problems, f"{name}: {spec.name}: {app.registry.problems[-1].message}"
            if result is None:
                assert words.strip(), f"{name}: {spec.name} fails without words"
            else:
                assert len(result.columns) == len(app.dataset), f"{name}: {spec.name}: one row per data row"


def _outcome(app: App, spec: AnalysisSpec) -> tuple[Result | None, str]:
    try:
        return app.run(spec.name), ""
    except SymphonyError as error:
        return None, str(error)


def check_analyses_repeat_themselves(subject: Subject) -> None:
    """The same input and seed give the same columns, table and summary, or the same refusal."""
    for spec in subject.analyses:
        results, refusals = [], []
        for _ in range(2):
            app = App(tiny_dataset(40), subject.registry)
            if spec.needs.missing(app.state.table):
                break
            try:
                results.append(app.run(spec.name, seed=1))
            except SymphonyError as error:  # one that must be told what to look for
                refusals.append(str(error))
            app.close()
        assert len(results) != 1 and len(set(refusals)) < 2, (
            f"{spec.name} refuses in different ways: {refusals}"
        )
        if len(results) == 2:
            _assert_same(*results, name=spec.name)


def _assert_same(first: Result, second: Result, *, name: str) -> None:
    pd.testing.assert_frame_equal(pd.DataFrame(first.columns), pd.DataFrame(second.columns))
    assert (first.table is None) == (second.table is None), f"{name}: a table once and none the other time"
    if first.table is not None and second.table is not None:
        pd.testing.assert_frame_equal(first.table, second.table)
    assert repr(dict(first.summary)) == repr(dict(second.summary)), f"{name}: summaries differ"


def check_analyses_stop_when_cancelled(subject: Subject) -> None:
    """An analysis that is cancelled before it starts raises Cancelled."""
    for spec in subject.analyses:
        dataset = tiny_dataset(40)
        app = App(dataset, subject.registry)
        if spec.needs.missing(app.state.table):
            continue
        flag = CancelFlag()
        flag.set()
        run = subject.registry.load(spec)
        try:
            run(AnalysisInput(app.state.table), progress=silent, cancel=flag)
        except Cancelled:
            continue
        raise AssertionError(
            f"{spec.run} went on although it was cancelled; call cancel.check() in its loops"
        )


def check_closing_frees_the_view(subject: Subject) -> None:
    """After close() nothing holds the view, although the state lives on."""
    for spec in subject.views:
        app = App(tiny_dataset(), subject.registry)
        view = app.show(spec.name)
        view.__panel__()
        app.state.filter = "label == 'cat'"
        view.close()
        gone = weakref.ref(view)
        del view
        gc.collect()
        assert gone() is None, f"{spec.factory}: something still holds the view after close()"


def check_its_package_has_a_docstring(subject: Subject) -> None:
    """The module lies in a package that imports on its own."""
    package = importlib.import_module(subject.module.partition(".")[0])
    assert package.__doc__, f"{package.__name__} has no docstring; say what question the plugin answers."


CHECKS: tuple[Callable[[Subject], None], ...] = (
    check_registers_without_a_problem,
    check_importing_the_module_imports_no_view,
    check_everything_has_words,
    check_views_are_views_with_documented_settings,
    check_analyses_have_the_agreed_signature,
    check_views_survive_nasty_tables,
    check_views_describe_what_they_show,
    check_analyses_survive_nasty_tables,
    check_analyses_repeat_themselves,
    check_analyses_stop_when_cancelled,
    check_closing_frees_the_view,
    check_its_package_has_a_docstring,
)

"""An analysis gets checked parameters, and only a checked result joins the table."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from plugin_factory import install_plugin

from symphony_core.column import Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import (
    BadResult,
    BadSetting,
    Cancelled,
    NeedsNotMet,
    NotEnoughRows,
    PluginError,
    SymphonyError,
)
from symphony_core.manifest import parse_manifest
from symphony_core.registry import Registry
from symphony_core.roles import RoleChoice, Roles
from symphony_core.runner import parameters, run_analysis
from symphony_core.specs import Result, Role
from symphony_core.table import Table

PLUGIN = """
import numpy as np
import pandas as pd
from symphony_core.errors import Cancelled, NotEnoughRows

@hookimpl
def register_analyses():
    return [AnalysisSpec(
        "count", "Count", __name__ + ":run", version="3", defaults={{"step": 2}},
        provides=("number:int", "share:float", "flag:bool", "word:str", "day:time", "part_*:int"),
        needs={needs},
    )]

def run({signature}):
    n = len(data)
{body}
"""

SIGNATURE = "data, *, progress, cancel, seed=0, step=1, words=('a',)"


def numbers(row_count: int = 4) -> Table:
    frame = pd.DataFrame({"id": range(10, 10 + row_count), "x": np.linspace(0, 1, row_count)})
    roles = Roles({Role.X: RoleChoice(Role.X, "x", "told")})
    return Table(Dataset(frame, name="numbers", fingerprint="f00d", id_column="id", roles=roles))


@pytest.fixture
def registry_with(plugin_folder):
    """Make a registry with one analysis, `count`, whose function has this body."""

    def make(body: str, signature: str = SIGNATURE, needs: str = "Needs()", manifest: str = "") -> Registry:
        lines = "\n".join("    " + line for line in body.splitlines())
        install_plugin(plugin_folder, "counting", PLUGIN.format(body=lines, signature=signature, needs=needs))
        return Registry(parse_manifest(manifest))

    return make


def run(registry: Registry, table: Table | None = None, **options: object):
    table = numbers() if table is None else table
    return run_analysis(registry, registry.analysis("count"), table, **options)


def problems(registry: Registry) -> list[str]:
    return [problem.message for problem in registry.problems if problem.plugin == "counting"]


def test_columns_join_the_overlay_and_the_result_is_indexed_by_row_id(registry_with):
    registry = registry_with("return Result(columns={'number': np.arange(n)}, summary={'n': n})")
    result, overlay = run(registry)
    assert result.columns.index.tolist() == [10, 11, 12, 13]
    assert result.columns.index.name == "id"
    assert result.columns["number"].tolist() == [0, 1, 2, 3]
    assert result.summary == {"n": 4}
    assert Table(numbers().dataset, overlay).column("number").values.tolist() == [0, 1, 2, 3]


def test_rows_that_were_not_covered_are_null_in_every_kind_of_column(registry_with):
    registry = registry_with(
        "return Result(columns={'number': np.arange(n), 'share': np.full(n, 0.5, np.float32),"
        " 'flag': np.ones(n, bool), 'word': ['a'] * n, 'day': pd.to_datetime(['2024-05-01'] * n).to_numpy()})"
    )
    result, overlay = run(registry, rows=np.array([3, 1]))
    assert result.columns["number"].tolist() == [pd.NA, 0, pd.NA, 1]
    assert result.columns.isna().to_numpy().tolist() == [[True] * 5, [False] * 5] * 2
    assert str(result.columns["number"].dtype) == "Int64" and str(result.columns["share"].dtype) == "float32"
    kinds = [overlay[name].data.kind for name in ("number", "share", "flag", "word", "day")]
    assert kinds == [Kind.NUMBER, Kind.NUMBER, Kind.BOOL, Kind.CATEGORY, Kind.TIME]
    assert overlay["flag"].data.is_missing().tolist() == [True, False, True, False]


def test_covering_no_row_gives_columns_of_null(registry_with):
    registry = registry_with("return Result(columns={'number': np.arange(n)})")
    result, _ = run(registry, rows=np.array([], dtype=np.int64))
    assert result.columns["number"].isna().all() and len(result.columns) == 4


def test_a_table_without_rows_gives_columns_without_rows(registry_with):
    registry = registry_with("return Result(columns={'number': np.arange(n), 'word': []})")
    result, _ = run(registry, numbers(0))
    assert result.columns.shape == (0, 2)


def test_a_star_in_the_promise_takes_any_number_of_columns(registry_with):
    registry = registry_with("return Result(columns={f'part_{i}': np.arange(n) for i in range(3)})")
    assert list(run(registry)[1]) == ["part_0", "part_1", "part_2"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return None", "returned NoneType; return a Result"),
        ("return {'number': [1]}", "returned dict"),
        ("return Result(columns=[1])", "columns is list"),
        ("return Result(columns={'number': np.arange(n + 1)})", "5 values for 4 rows"),
        ("return Result(columns={'number': np.arange(2 * n).reshape(n, 2)})", "2 dimensions"),
        ("return Result(columns={'number': 3})", "is int; return an array"),
        ("return Result(columns={'number': np.arange(n) / 2})", "is float64; promised is int"),
        ("return Result(columns={'share': np.arange(n)})", "is int64; promised is float"),
        ("return Result(columns={'flag': np.arange(n)})", "promised is bool"),
        ("return Result(columns={'word': np.arange(n)})", "promised is str"),
        ("return Result(columns={'word': ['a', 1, 'b', 2]})", "promised is str"),
        ("return Result(columns={'nummer': np.arange(n)})", "'nummer' is not promised"),
        ("return Result(columns={7: np.arange(n)})", "7 is not promised"),
        ("return Result(columns={'number': pd.Series(range(n), index=[3, 2, 1, 0])})", "neither 0..n-1 nor"),
        ("return Result(table=[1])", "table is list"),
        ("return Result(summary=[1])", "summary is list"),
        ("return Result(set_aside=(3,))", "set_aside"),
        ("return Result(files={'a.txt': 3})", "'a.txt' is int"),
    ],
)
def test_a_wrong_result_is_a_plugin_error_and_nothing_joins(registry_with, body, reason):
    registry = registry_with(body)
    with pytest.raises(BadResult, match=r"'count' of plugin 'counting' \(acme-counting 1\.0\)") as caught:
        run(registry)
    assert reason in str(caught.value)
    assert len(problems(registry)) == 1 and reason in problems(registry)[0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('no such thing')", "ValueError: no such thing"),
        ("raise SystemExit(2)", "SystemExit: 2"),
        ("return 1 / 0", "ZeroDivisionError"),
        ("data.rows[0] = 3", "read-only"),
    ],
)
def test_what_an_analysis_raises_is_kept_with_its_plugin(registry_with, body, reason):
    registry = registry_with(body)
    with pytest.raises(PluginError) as caught:
        run(registry)
    error = caught.value
    assert (error.plugin, error.distribution, error.version) == ("counting", "acme-counting", "1.0")
    assert "in run" in error.traceback
    assert reason in problems(registry)[0]


@pytest.mark.parametrize("error", [NotEnoughRows, Cancelled])
def test_an_error_for_the_user_passes_and_is_no_problem_of_the_plugin(registry_with, error):
    registry = registry_with(f"raise {error.__name__}('a word to the user')")
    with pytest.raises(error, match="a word to the user"):
        run(registry)
    assert problems(registry) == []


@pytest.mark.parametrize("signature", ["data", "data, progress", "", "data, *, progress, cancel"])
def test_a_function_of_the_wrong_signature_is_a_plugin_error(registry_with, signature):
    registry = registry_with("return Result()", signature=signature)
    spec = registry.analysis("count")
    with pytest.raises(SymphonyError, match=r"wrong signature|no parameter 'step'"):
        run_analysis(registry, spec, numbers())


def test_a_missing_function_is_a_plugin_error(registry_with):
    registry = registry_with("return Result()")
    del sys.modules["acme_counting"].run
    with pytest.raises(PluginError, match="AttributeError"):
        run(registry)


ECHO = "return Result(summary={'step': step, 'words': words, 'seed': seed})"


def test_a_parameter_is_taken_from_the_call_else_the_manifest_else_the_spec_else_the_function(registry_with):
    registry = registry_with(
        ECHO, manifest="[plugins.settings.counting.analysis.count]\nwords = ['m']\n",
    )  # fmt: skip
    assert run(registry, seed=5)[0].summary == {"step": 2, "words": ["m"], "seed": 5}
    assert run(registry, params={"words": ["c"], "step": np.int64(7)})[0].summary["words"] == ["c"]
    assert parameters(registry, registry.analysis("count")) == {"step": 2, "words": ["m"]}


def test_an_unknown_parameter_names_the_nearest_before_anything_runs(registry_with):
    registry = registry_with("raise SystemExit")
    with pytest.raises(BadSetting, match="nearest are 'step'") as caught:
        run(registry, params={"stepp": 1})
    assert caught.value.parameter == "stepp" and problems(registry) == []


@pytest.mark.parametrize("name", ["data", "progress", "cancel", "seed"])
def test_arguments_that_we_fill_are_no_parameters(registry_with, name):
    with pytest.raises(BadSetting, match="no parameter"):
        run(registry_with(ECHO), params={name: 1})


def test_a_parameter_that_is_no_plain_value_is_refused(registry_with):
    with pytest.raises(BadSetting, match="parameter 'step' of analysis 'count' is object"):
        run(registry_with(ECHO), params={"step": object()})


def test_a_parameter_without_a_value_must_be_given(registry_with):
    registry = registry_with(ECHO, signature=SIGNATURE.replace("words=('a',)", "words"))
    with pytest.raises(BadSetting, match="needs parameter 'words'"):
        run(registry)


def test_data_that_lack_a_need_are_refused_in_words(registry_with):
    registry = registry_with("return Result()", needs="Needs(roles=(Role.X,), at_least_rows=3)")
    run(registry)
    with pytest.raises(NeedsNotMet, match="analysis 'count' needs at least 3 rows; there are 2"):
        run(registry, rows=np.array([0, 1]))


def test_the_name_of_a_base_column_is_refused_unless_another_is_given(registry_with):
    registry = registry_with("return Result(columns={'number': np.arange(n)})")
    frame = pd.DataFrame({"id": [1, 2], "number": [7, 7]})
    table = Table(Dataset(frame, name="own", fingerprint="f1", id_column="id", roles=Roles()))
    with pytest.raises(BadSetting, match="column 'number' of their own; name the computed one with name="):
        run(registry, table)
    result, overlay = run(registry, table, name="counted")
    assert list(overlay) == ["counted"] and list(result.columns.columns) == ["counted"]


def test_a_name_goes_before_each_of_several_columns(registry_with):
    registry = registry_with("return Result(columns={'number': np.arange(n), 'flag': np.ones(n, bool)})")
    assert list(run(registry, name="second")[1]) == ["second_number", "second_flag"]


def test_running_again_replaces_the_column_and_another_name_keeps_both(registry_with):
    registry = registry_with("return Result(columns={'number': np.arange(n) * step})")
    table = numbers()
    _, first = run(registry, table)
    _, second = run(registry, Table(table.dataset, first), params={"step": 5})
    _, third = run(registry, Table(table.dataset, second), params={"step": 7}, name="sevens")
    assert third["number"].data.values.tolist() == [0, 5, 10, 15]
    assert third["sevens"].data.values.tolist() == [0, 7, 14, 21]


def test_the_same_run_in_two_sessions_shares_one_column(registry_with):
    registry = registry_with("return Result(columns={'number': np.arange(n) * step})")
    table = numbers()
    (_, one), (_, same), (_, other) = (run(registry, table, params={"step": step}) for step in (1, 1, 2))
    assert one["number"] is same["number"]
    assert one["number"].digest != other["number"].digest


@pytest.mark.parametrize("change", [{"seed": 1}, {"params": {"words": ["b"]}}, {"rows": np.array([0, 1, 2])}])
def test_another_seed_parameter_or_set_of_rows_makes_another_column(registry_with, change):
    registry = registry_with("return Result(columns={'number': np.arange(n)})")
    assert run(registry)[1]["number"].digest != run(registry, **change)[1]["number"].digest


def test_a_column_made_from_a_computed_column_knows_it(registry_with):
    registry = registry_with(
        "if 'share' in data.names:\n    data.column('share')\n"
        "    return Result(columns={'number': np.arange(n)})\n"
        "return Result(columns={'share': np.arange(n) / 2})"
    )
    _, overlay = run(registry)
    _, overlay = run(registry, Table(numbers().dataset, overlay))
    assert overlay["number"].key.inputs == (f"{overlay['share'].digest}:share",)


def test_progress_and_cancel_are_handed_on(registry_with):
    registry = registry_with("progress(0.5, 'half')\ncancel.check()\nreturn Result()")
    heard = []

    class Stopped:
        def is_set(self) -> bool:
            return True

        def check(self) -> None:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled, match="stopped"):
        run(registry, progress=lambda fraction, text: heard.append((fraction, text)), cancel=Stopped())
    assert heard == [(0.5, "half")]


def test_a_result_without_columns_leaves_the_overlay_as_it_was(registry_with):
    registry = registry_with("return Result(table=pd.DataFrame({'a': [1]}))")
    result, overlay = run(registry)
    assert isinstance(result, Result) and len(overlay) == 0
    assert result.columns.shape == (4, 0)

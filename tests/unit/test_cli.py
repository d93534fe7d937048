"""The command line, called in process."""

import json

import pandas as pd
import pytest

from symphony_core.cli import main


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data.csv"
    pd.DataFrame({"key": ["a", "b", "c"], "truth": ["x", "y", "x"], "n": [1, 2, 3]}).to_csv(path, index=False)
    return str(path)


def test_run_writes_the_result_and_says_what_it_found(table, tmp_path, capsys):
    assert main(["run", "summary", table, "--id", "key", "--label", "truth", "--write", "table=out.csv"]) == 0
    assert "row_count: 3" in capsys.readouterr().out
    assert pd.read_csv(tmp_path / "out.csv")["column"].tolist() == ["key", "truth", "n"]


@pytest.mark.parametrize("suffix", ["parquet", "json"])
def test_run_writes_tables_in_the_format_that_the_name_says(table, tmp_path, suffix):
    assert main(["run", "summary", table, "--id", "key", "--write", f"table=out.{suffix}"]) == 0
    read = pd.read_parquet if suffix == "parquet" else pd.read_json
    assert len(read(tmp_path / f"out.{suffix}")) == 3


def test_run_writes_one_row_of_columns_a_data_row(table, tmp_path):
    assert main(["run", "summary", table, "--out", "columns.parquet"]) == 0
    assert len(pd.read_parquet(tmp_path / "columns.parquet")) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "sumary", "{table}"], "'summary'"),
        (["run", "summary", "missing.csv"], "missing.csv"),
        (["run", "summary", "{table}", "--label", "truht"], "'truth'"),
        (["run", "summary", "{table}", "--set", "nonsense"], "NAME=VALUE"),
        (["run", "summary", "{table}", "--set", "no_such=1"], "'no_such'"),
        (["run", "summary", "{table}", "--write", "tabel=x.csv"], "'table'"),
        (["run", "summary", "{table}", "--write", "table=x.doc"], ".parquet"),
        (["run", "summary", "{table}", "--rows", "m == 1"], "'n'"),
        (["plugins", "--config", "missing.toml"], "missing.toml"),
    ],
)
def test_an_error_is_one_line_that_helps_and_not_a_traceback(table, capsys, arguments, words):
    assert main([argument.format(table=table) for argument in arguments]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("symphony: ")
    assert "Traceback" not in error


def test_plugins_lists_ours_as_json(table, capsys):
    assert main(["plugins", "--json"]) == 0
    listed = {one["plugin"]: one for one in json.loads(capsys.readouterr().out)}
    assert listed["summary"]["distribution"] == "symphony-panel-summary"
    assert listed["summary"]["status"] == listed["instances"]["status"] == "ok"


def test_plugins_lists_ours_as_a_table(table, capsys):
    assert main(["plugins"]) == 0
    assert "symphony-panel-instances" in capsys.readouterr().out


def test_a_setting_is_read_as_a_value_or_else_as_text(table, capsys):
    assert main(["run", "summary", table, "--set", "seed_of_doom=[1, 2"]) == 1
    assert "'seed_of_doom'" in capsys.readouterr().err


def test_wrong_usage_exits_with_two(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["serv"])
    assert caught.value.code == 2


def test_a_file_that_cannot_be_written_is_refused_before_the_run(table, capsys):
    assert main(["run", "summary", table, "--out", "no/such/folder/x.csv"]) == 1
    told = capsys.readouterr()
    assert "no/such/folder" in told.err
    assert "row_count" not in told.out


@pytest.mark.parametrize("arguments", [["--port", "99999"], ["--port", "x"]])
def test_a_port_that_is_none_is_wrong_usage(table, arguments):
    with pytest.raises(SystemExit):
        main(["serve", table, *arguments])


def test_a_host_that_does_not_exist_is_told_as_that(table, capsys):
    assert main(["serve", table, "--host", "nope.invalid", "--no-browser"]) == 1
    assert "no host 'nope.invalid'" in capsys.readouterr().err

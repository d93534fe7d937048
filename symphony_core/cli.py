"""The command line: `symphony serve|demo|plugins|run`."""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import symphony_core as symphony
from symphony_core.errors import BadSetting, SymphonyError, no_such
from symphony_core.sources import title_of
from symphony_core.specs import Result

CONFIG_HELP = "an entry_points.toml; default: the one in this folder"
SOURCE_HELP = (
    "a file (.parquet, .csv, .tsv, .jsonl, .arrow, .sqlite, .duckdb), a folder of images, sounds or "
    "parquet files, a saved Hugging Face dataset, sqlite:///FILE?query=..., postgresql://..., "
    "or demo:emoji, demo:adult"
)
ROLE_OPTIONS = ("id", "label", "prediction", "score", "embedding", "image", "audio", "text", "split")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 is success, 1 an error of ours with its message, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except OSError as error:
        print(f"symphony: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 1
    except SymphonyError as error:
        print(f"symphony: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="symphony", description="See data and models through linked views.")
    parser.add_argument("--version", action="version", version=f"symphony {symphony.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve a table as a page")
    serve.add_argument("file", metavar="SOURCE", help=SOURCE_HELP)
    _add_roles(serve)
    _add_server(serve)
    serve.add_argument(
        "--restore", metavar="FILE", help="start each visit with the work in this file, see App.save"
    )
    serve.set_defaults(command=_serve)

    demo = commands.add_parser("demo", help="serve the data that come with Symphony")
    demo.add_argument("name", nargs="?", default="emoji", choices=["emoji", "adult"], help="default: emoji")
    _add_server(demo)
    demo.set_defaults(command=_demo)

    plugins = commands.add_parser("plugins", help="list plugins and what is wrong with them")
    plugins.add_argument("--json", action="store_true", help="as JSON, one object a plugin")
    plugins.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    plugins.set_defaults(command=_plugins)

    run = commands.add_parser("run", help="run an analysis without a page")
    run.add_argument("analysis")
    run.add_argument("file", metavar="SOURCE", help=SOURCE_HELP)
    _add_roles(run)
    run.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    run.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter; repeatable"
    )
    run.add_argument("--rows", default="all", help="a filter; the analysis sees only these rows")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument(
        "--out",
        metavar="FILE",
        help="write the computed columns (.parquet, .csv or .json; embeddings: .parquet)",
    )
    run.add_argument("--write", action="append", default=[], metavar="NAME=FILE",
                     help="write one of the result's files, or its 'table'; may be repeated")  # fmt: skip
    run.set_defaults(command=_run)
    return parser


def _add_roles(parser: argparse.ArgumentParser) -> None:
    for role in ROLE_OPTIONS:
        parser.add_argument(f"--{role}", metavar="COL", help=f"the column that is the {role}")


def _add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=_port, default=5006, help="default: 5006")
    parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    origin = "a host that browsers may come from, when behind a proxy; repeatable"
    parser.add_argument("--allow-origin", action="append", default=[], metavar="HOST:PORT", help=origin)
    frame = "a host whose pages may show this one in a frame, such as https://wiki.example; repeatable"
    parser.add_argument("--allow-frame", action="append", default=[], metavar="HOST", help=frame)
    no_eval = (
        "forbid the browser to make code of text; plots of HoloViews lose some reactions, our views none"
    )
    parser.add_argument("--no-eval", action="store_true", help=no_eval)
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
    return int(text)


def _serve(options: argparse.Namespace) -> None:
    from symphony_core.serving import serve  # imports Panel

    serve(
        lambda: _opened(options),
        host=options.host, port=options.port, title=title_of(options.file),
        origins=tuple(options.allow_origin), frames=tuple(options.allow_frame),
        allow_eval=not options.no_eval,
        show=False if options.no_browser else None,
    )  # fmt: skip


def _opened(options: argparse.Namespace) -> symphony.App:
    roles: dict[str, Any] = {role: getattr(options, role, None) for role in ROLE_OPTIONS}
    restore = getattr(options, "restore", None)
    return symphony.open(options.file, config=options.config, restore=restore, **roles)


def _demo(options: argparse.Namespace) -> None:
    options.file = f"demo:{options.name}"
    _serve(options)


def _plugins(options: argparse.Namespace) -> None:
    frame = symphony.plugins(config=options.config)
    if options.json:
        print(frame.to_json(orient="records", indent=2))
    elif frame.empty:
        print("No plugins are installed. pip install 'symphony-panel[all]' brings those of this project.")
    else:
        print(frame.fillna("").to_string(index=False))


def _run(options: argparse.Namespace) -> None:
    app = _opened(options)
    writes = [_pair(text, "--write") for text in options.write]
    for path in [options.out, *(path for _, path in writes)]:
        _check_target(path)
    params: dict[str, Any] = dict(_setting(text) for text in options.set)
    job = app.start(options.analysis, rows=options.rows, seed=options.seed, **params)
    _show_progress(job)
    result = job.result()
    for key, value in result.summary.items():
        print(f"{key}: {value}")
    for aside in result.set_aside:
        print(f"set aside: {len(aside.row_ids):,} rows, {aside.reason}")
    if options.out and result.vectors:
        app.download(options.out, "all", [*result.columns, *result.vectors])
        print(f"wrote {options.out}")
    elif options.out:
        columns = result.columns if isinstance(result.columns, pd.DataFrame) else pd.DataFrame(result.columns)
        _write(columns.reset_index(), options.out)
    for name, path in writes:
        _write(_file_of(result, name), path)


def _show_progress(job: symphony.Job[Any]) -> None:
    if not sys.stderr.isatty():
        return

    def show(job: symphony.Job[Any]) -> None:
        fraction, text = job.progress
        print(f"\r{fraction:4.0%} {text:<60.60}", end="\n" if job.done else "", file=sys.stderr)

    job.on_update(show)


def _setting(text: str) -> tuple[str, object]:
    """Read KEY=VALUE; a value that is a Python literal is one, any other is text."""
    key, value = _pair(text, "--set")
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return key, value


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or not value:
        raise BadSetting(f"{option} {text!r} is not NAME=VALUE; write it as {option} threshold=0.9.")
    return name, value


def _file_of(result: Result, name: str) -> pd.DataFrame | bytes | str:
    known: dict[str, pd.DataFrame | bytes | str] = dict(result.files)
    if result.table is not None:
        known.setdefault("table", result.table)
    if name not in known:
        message, close = no_such("file", name, known, "the result")
        raise BadSetting(message, nearest=close)
    return known[name]


def _check_target(path: str | None) -> None:
    """Refuse a file that cannot be written, before a long run and not after it."""
    if path is None:
        return
    folder = Path(path).resolve().parent
    if not folder.is_dir():
        raise BadSetting(f"{path!r}: there is no folder {str(folder)!r}; make it, or name another.")
    if Path(path).is_dir():
        raise BadSetting(f"{path!r} is a folder; name a file in it.")


def _write(content: pd.DataFrame | bytes | str, path: str) -> None:
    target = Path(path)
    if isinstance(content, bytes):
        target.write_bytes(content)
    elif isinstance(content, str):
        target.write_text(content, encoding="utf-8")
    elif target.suffix == ".parquet":
        _storable(content).to_parquet(target, index=False)
    elif target.suffix == ".csv":
        content.to_csv(target, index=False)
    elif target.suffix == ".json":
        content.to_json(target, orient="records", indent=1)
    else:
        raise BadSetting(f"{path!r} ends in {target.suffix or 'nothing'!r}; use .parquet, .csv or .json.")
    print(f"wrote {path}")


def _storable(frame: pd.DataFrame) -> pd.DataFrame:
    """Write columns of mixed types, such as a minimum per column, as text."""
    mixed = [name for name in frame.columns if pd.api.types.infer_dtype(frame[name]).startswith("mixed")]
    return frame.assign(**{name: frame[name].map(str, na_action="ignore").astype("str") for name in mixed})

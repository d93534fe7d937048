"""Folders that hold one table: a Hugging Face dataset saved to disk, or parquet files.

`datasets.save_to_disk` writes `state.json` beside Arrow streams, and for several
splits a `dataset_dict.json` above one such folder each. Both are read with
pyarrow alone.
"""

from __future__ import annotations

import json
from pathlib import Path

from symphony_core.errors import BadFormat
from symphony_core.progress import Progress
from symphony_core.sources.arrow_file import arrow_rows
from symphony_core.sources.features import class_names, noted_classes, with_class_names
from symphony_core.sources.loading import Loaded, from_rows
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.parquet_file import parquet_rows
from symphony_core.sources.parts import SPLIT, Opener, Part, joined, said_by
from symphony_core.sources.reader import Place

DICT_FILE = "dataset_dict.json"
STATE_FILE = "state.json"
INFO_FILE = "dataset_info.json"
PARQUET_ENDINGS = (".parquet", ".pq")
# Other files that hold a table too, and would be missed.
OTHER_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".arrow", ".feather")


def is_saved_dataset(place: Place) -> bool:
    """Say whether `datasets` saved this folder."""
    return (place.path / DICT_FILE).is_file() or (place.path / STATE_FILE).is_file()


def read_saved_dataset(place: Place, options: SourceOptions, progress: Progress) -> Loaded:
    """Read all splits as one table. Raises BadFormat if a named file is not there or damaged."""
    folder = place.path
    if (folder / DICT_FILE).is_file():
        splits = _json(folder / DICT_FILE, "splits")
        if not isinstance(splits, list) or not splits:
            raise BadFormat(f"{folder.name}/{DICT_FILE} names no splits.", source=str(folder))
        parts = [part for split in splits for part in _saved_parts(folder, str(split))]
        first = folder / str(splits[0])
    else:
        parts, first = _saved_parts(folder, None), folder
    names = class_names(_json(first / INFO_FILE, "features")) if (first / INFO_FILE).is_file() else {}
    return _read(parts, arrow_rows, names, place, options, progress)


def is_parquet_folder(place: Place) -> bool:
    """Say whether the folder holds parquet files, at any depth."""
    return bool(place.files.ending_in(PARQUET_ENDINGS).any())


def read_parquet_folder(place: Place, options: SourceOptions, progress: Progress) -> Loaded:
    """Read all parquet files as one table. Raises BadFormat if they do not fit together."""
    sizes = place.files.byte_counts
    names = [n for n, size in zip(place.files.paths.to_pylist(), sizes, strict=True) if size]
    chosen = [name for name in sorted(names) if name.casefold().endswith(PARQUET_ENDINGS)]
    if not chosen:
        raise BadFormat(
            f"{place.path.name}: all its parquet files are empty (0 bytes).", source=str(place.path)
        )
    parts = [Part(place.path / name, said_by(name)) for name in chosen]
    loaded = _read(parts, parquet_rows, {}, place, options, progress)
    others = [name for name in names if name.casefold().endswith(OTHER_TABLES)]
    if others:
        loaded.odd.append(f"files that are no parquet were left out: {len(others):,} (first: {others[0]!r}).")
    return loaded


def _read(
    parts: list[Part], opened: Opener, names: dict[str, list[str]],
    place: Place, options: SourceOptions, progress: Progress,
) -> Loaded:  # fmt: skip
    rows = joined(parts, opened, place.path.name)
    rows = with_class_names(rows, names or noted_classes(rows.schema))
    loaded = from_rows(rows, options, place.path.name, progress)
    loaded.media_root = place.path
    return loaded


def _saved_parts(folder: Path, split: str | None) -> list[Part]:
    place = folder if split is None else folder / split
    files = _json(place / STATE_FILE, "_data_files")
    if not isinstance(files, list) or not all(isinstance(f, dict) and f.get("filename") for f in files):
        raise BadFormat(f"{place.name}/{STATE_FILE} names no data files.", source=str(place))
    paths = [place / str(file["filename"]) for file in files]
    for path in paths:
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            raise BadFormat(
                f"{place.name}/{STATE_FILE} names {path.name!r}, which is not there; copy the folder again.",
                source=str(path),
            )
    return [Part(path, {} if split is None else {SPLIT: split}) for path in paths]


def _json(path: Path, key: str) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))[key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadFormat(
            f"{path.parent.name}/{path.name} cannot be read as the notes of a saved dataset "
            f"({type(error).__name__}: {error}).",
            source=str(path),
        ) from error

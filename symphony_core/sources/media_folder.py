"""A folder of images or sounds as a table: one row a file, its folder the label.

Names and sizes are all that is read; a picture is decoded when it is shown.
"""

from __future__ import annotations

import pyarrow as pa

from symphony_core.media import AUDIO_SUFFIXES, SUFFIXES
from symphony_core.progress import Progress
from symphony_core.sources.loading import Loaded, Rows, from_rows
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.parts import SPLIT, SPLITS
from symphony_core.sources.reader import Place

_IMAGES = tuple(SUFFIXES)
_SOUNDS = tuple(AUDIO_SUFFIXES)


def is_media_folder(place: Place) -> bool:
    """Say whether the folder holds images or sounds, at any depth."""
    return any(name.lower().endswith(_IMAGES + _SOUNDS) for name, _, _ in place.entries)


def read_media_folder(place: Place, options: SourceOptions, progress: Progress) -> Loaded:
    """Give a row for each image or sound.

    Columns: `id` (the path from the folder), `image` or `audio` or both (the same path), `label` (the
    folders between), `split` where the first folders are train, val, test and the like, `bytes` (size).
    """
    media = [entry for entry in place.entries if entry.name.lower().endswith(_IMAGES + _SOUNDS)]
    names, odd = _as_unicode([entry.name for entry in media])
    columns: dict[str, pa.Array] = {"id": pa.array(names, pa.large_string())}
    for column, endings in (("image", _IMAGES), ("audio", _SOUNDS)):
        is_such = [name.lower().endswith(endings) for name in names]
        if all(is_such):
            columns[column] = columns["id"]
        elif any(is_such):
            paths = [name if fits else None for name, fits in zip(names, is_such, strict=True)]
            columns[column] = pa.array(paths, pa.large_string())
    columns |= _places(names)
    columns["bytes"] = pa.array([entry.byte_count for entry in media], pa.int64())
    table = pa.table(columns)
    loaded = from_rows(Rows(table.schema, len(table), table.to_batches()), options, place.path.name, progress)
    loaded.media_root = place.path
    loaded.odd += odd
    if len(media) < len(place.entries):
        other = next(e.name for e in place.entries if not e.name.lower().endswith(_IMAGES + _SOUNDS))
        count = len(place.entries) - len(media)
        loaded.odd.append(f"{count:,} files are no images or sounds and were left out (first: {other!r}).")
    return loaded


def _as_unicode(names: list[str]) -> tuple[list[str], list[str]]:
    """Give names that are text in any encoding, and a sentence if some were not."""
    try:
        "".join(names).encode()
    except UnicodeEncodeError:  # disks take any bytes as a name
        shown = [
            name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for name in names
        ]
        count = sum(before != after for before, after in zip(names, shown, strict=True))
        return shown, [f"{count:,} names of files are not UTF-8 (shown as \\xNN); these cannot be displayed."]
    return names, []


def _places(names: list[str]) -> dict[str, pa.Array]:
    """Give the split and the label that the folders say, as far as they say any."""
    folders = [name.rpartition("/")[0] for name in names]
    columns = {}
    if all(folder.partition("/")[0].casefold() in SPLITS for folder in set(folders)):
        columns[SPLIT] = pa.array([folder.partition("/")[0] for folder in folders], pa.large_string())
        folders = [folder.partition("/")[2] for folder in folders]
    if any(folders):
        columns["label"] = pa.array([folder or None for folder in folders], pa.large_string())
    return columns

"""A folder of images or sounds as a table: one row a file, its folder the label.

Names and sizes are all that is read; a picture is decoded when it is shown.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from symphony_core import frames
from symphony_core.media_format import AUDIO_SUFFIXES, IMAGE_SUFFIXES
from symphony_core.progress import Progress
from symphony_core.role_inference import check_asked
from symphony_core.sources.loading import Loaded, frame_of
from symphony_core.sources.options import SourceOptions
from symphony_core.sources.parts import SPLIT, SPLITS
from symphony_core.sources.reader import Place

_IMAGES = tuple(IMAGE_SUFFIXES)
_SOUNDS = tuple(AUDIO_SUFFIXES)


def is_media_folder(place: Place) -> bool:
    """Say whether the folder holds images or sounds, at any depth."""
    return bool(place.files.ending_in(_IMAGES + _SOUNDS).any())


def read_media_folder(place: Place, options: SourceOptions, progress: Progress) -> Loaded:
    """Give a row for each image or sound.

    Columns: `id` (the path from the folder), `image` or `audio` or both (the same path), `label` (the
    folders between), `split` where the first folders are train, val, test and the like, `bytes` (size).
    """
    files = place.files
    is_image, is_sound = files.ending_in(_IMAGES), files.ending_in(_SOUNDS)
    is_media = is_image | is_sound
    paths = _chosen(files.paths, is_media)
    columns = {"id": _text(paths)}
    for column, is_such in (("image", is_image[is_media]), ("audio", is_sound[is_media])):
        if is_such.all():
            columns[column] = columns["id"]
        elif is_such.any():
            columns[column] = _text(pc.if_else(pa.array(is_such), paths, pa.scalar(None, paths.type)))
    places = _places(files.folders, files.folder_numbers[is_media])
    columns |= places
    columns["bytes"] = pd.Series(files.sizes[is_media])
    check_asked(list(columns), options.given(), place.path.name)
    frame = frame_of(columns, len(paths))
    loaded = Loaded(frame, coded=set(places), unique=frozenset({"id"}), media_root=place.path)
    if not is_media.all():
        other = _chosen(files.paths, ~is_media)
        loaded.odd.append(
            f"files that are no images or sounds were left out: {len(other):,} (first: {other[0].as_py()!r})."
        )
    if files.has_odd_names:
        loaded.odd.append("some names of files are not UTF-8 (shown as \\xNN); these cannot be displayed.")
    progress(1.0, f"{len(paths):,} files")
    return loaded


def _chosen(paths: pa.Array, is_wanted: np.ndarray) -> pa.Array:
    return paths if is_wanted.all() else paths.filter(pa.array(is_wanted))


def _text(paths: pa.Array) -> pd.Series:
    return frames.from_arrow(pa.chunked_array([paths]))


def _places(folders: list[str], numbers: np.ndarray) -> dict[str, pd.Series]:
    """Give the split and the label that the folders say, as far as they say any.

    numbers: for each row the place of its folder in `folders`.
    """
    used = np.unique(numbers)
    labels = {n: folders[n].rstrip("/") for n in used.tolist()}
    columns = {}
    if all(label.partition("/")[0].casefold() in SPLITS for label in labels.values()):
        columns[SPLIT] = _by_folder({n: label.partition("/")[0] for n, label in labels.items()}, numbers)
        labels = {n: label.partition("/")[2] for n, label in labels.items()}
    if any(labels.values()):
        columns["label"] = _by_folder(labels, numbers)
    return columns


def _by_folder(texts: dict[int, str], numbers: np.ndarray) -> pd.Series:
    """Give the text of each row's folder as codes; empty is missing."""
    levels = [text for text in dict.fromkeys(texts.values()) if text]
    code_of = {text: code for code, text in enumerate(levels)}
    codes = np.full(max(texts) + 1, -1, dtype=np.int32)
    for number, text in texts.items():
        codes[number] = code_of.get(text, -1)
    shown = [text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for text in levels]
    return frames.from_codes([codes[numbers]], pa.array(shown, pa.large_string()))

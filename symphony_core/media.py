"""Images and sounds of rows as small, safe bytes for a page.

A media value comes from data somebody else made: it may point outside the
folder, be a picture of 50,000 x 50,000 pixels in 100 bytes, or be no picture.
So paths must stay under the folder of the table (also behind symbolic links;
an absolute path is read if it does), bytes are bounded before they are looked
at, the content decides what they are (`media_format`), and the page gets either
a small file that decoded without fault or one that we encoded (`picture`).
A sound is sent as it is, when somebody asks to play it; its outline is drawn
from what decodes (`sound`). Nothing is ever fetched from an address.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from symphony_core.cache import ByteLRU
from symphony_core.column import ColumnData, Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import BadMedia
from symphony_core.media_format import AUDIO_SUFFIXES, IMAGE_SUFFIXES, media_format, media_kind
from symphony_core.picture import Picture, Unfit, picture
from symphony_core.roles import Role
from symphony_core.sound import Sound, Waveform, sound_format, waveform

T = TypeVar("T")

THUMBNAIL_PX = 96
PICTURE_PX = 1024
MAX_PX = 4096
# A thumbnail is sent inside the page, dozens at a time.
THUMBNAIL_BYTES = 16 * 1024
MAX_FILE_BYTES = 64 * 2**20
# A sound goes through the session's channel as text, which takes a third more; 20 MB are its limit.
MAX_SOUND_BYTES = 8 * 2**20
CACHE_BYTES = 32 * 2**20
# Rows looked at to tell whether a column holds media, and how many of their values must look so.
LOOK_ROWS = 200
LOOK_SHARE = 0.9

_pictures: ByteLRU[Picture] = ByteLRU(CACHE_BYTES, size_of=lambda picture: len(picture.data))
# An outline takes about 4 kB as a tuple of floats.
_waveforms: ByteLRU[Waveform] = ByteLRU(CACHE_BYTES, size_of=lambda outline: 100 + 32 * len(outline.peaks))


class MediaColumn(NamedTuple):
    """A column of pictures or sounds; kind is `image` or `audio`."""

    name: str
    kind: str


class MediaFacts(NamedTuple):
    """What a media value is: its format, its size, and the path as the table has it, if it is one."""

    format: str
    byte_count: int
    path: str


class _Content(NamedTuple):
    """Where the bytes of one row are: in a file or in the table; `key` tells contents apart."""

    key: Hashable
    data: bytes | None
    path: Path | None
    text: str


class Media:
    """The images and sounds of a dataset, by row position and column.

    A value is bytes, a path relative to the table's folder, or a struct of `bytes` and `path`.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        root = dataset.media_root
        self._base = None if root is None else root.resolve()
        self._paths: dict[tuple[str, int], object] = {}

    def expect(self, positions: Sequence[int], columns: Sequence[str]) -> None:
        """Look up the paths of some rows in one go, which is much cheaper than one by one.

        Those of the call before are forgotten. Bytes are not kept: they may be large.
        """
        paths: dict[tuple[str, int], object] = {}
        for name in columns:
            if self._dataset.column(name).kind.is_text and positions:
                values = self._dataset.values(name, np.asarray(positions))
                paths |= {(name, position): value for position, value in zip(positions, values, strict=True)}
        self._paths = paths

    def thumbnail(self, position: int, column: str, max_px: int = THUMBNAIL_PX) -> Picture:
        """Give a small image of at most 16 kB. Raises BadMedia."""
        return self._shown(position, column, max_px, THUMBNAIL_BYTES)

    def picture(self, position: int, column: str, max_px: int = PICTURE_PX) -> Picture:
        """Give an image of at most `max_px` on its longer side, never enlarged. Raises BadMedia."""
        return self._shown(position, column, max_px, None)

    def data_uri(self, position: int, column: str, max_px: int = THUMBNAIL_PX) -> str:
        """Give an image as text that an `img` can show without a request. Raises BadMedia."""
        size = self.thumbnail if max_px <= THUMBNAIL_PX else self.picture
        return as_uri(size(position, column, max_px))

    def audio(self, position: int, column: str) -> Sound:
        """Give a sound as it is stored, to be played by a browser: at most 8 MB. Raises BadMedia."""
        where = _Where(self._dataset, position, column, "sound")
        data = _read(self._content(where, AUDIO_SUFFIXES), where, MAX_SOUND_BYTES)
        return Sound(data, where.fit(lambda: sound_format(data)).mime)

    def waveform(self, position: int, column: str) -> Waveform:
        """Give a sound's length and outline. Raises BadMedia when it cannot be decoded."""
        where = _Where(self._dataset, position, column, "sound")
        content = self._content(where, AUDIO_SUFFIXES)
        return _waveforms.get(content.key, lambda: where.fit(lambda: waveform(_read(content, where))))

    def facts(self, position: int, column: str) -> MediaFacts:
        """Say what is stored, whether or not it can be shown. Raises BadMedia when nothing can be read."""
        where = _Where(self._dataset, position, column, "file")
        content = self._content(where, IMAGE_SUFFIXES | AUDIO_SUFFIXES)
        data = _read(content, where)
        found = media_format(data)
        return MediaFacts("of no known format" if found is None else found.name, len(data), content.text)

    def original(self, position: int, column: str) -> bytes:
        """Give the bytes as they are stored, for an analysis and not for a page. Raises BadMedia."""
        where = _Where(self._dataset, position, column, "image or sound")
        return _read(self._content(where, IMAGE_SUFFIXES | AUDIO_SUFFIXES), where)

    def _shown(self, position: int, column: str, max_px: int, max_bytes: int | None) -> Picture:
        where = _Where(self._dataset, position, column, "image")
        content = self._content(where, IMAGE_SUFFIXES)
        size = max(1, min(max_px, MAX_PX))
        key = (content.key, size, max_bytes)
        return _pictures.get(key, lambda: where.fit(lambda: picture(_read(content, where), size, max_bytes)))

    def _content(self, where: _Where, suffixes: frozenset[str]) -> _Content:
        key = (where.column, where.position)
        paths = self._paths
        value = paths[key] if key in paths else where.value()
        if isinstance(value, Mapping):
            value = value.get("bytes") or value.get("path")
        if value is None or (isinstance(value, str) and not value):
            where.fail(f"there is no {where.what} in this row")
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _Content((self._dataset.fingerprint, *key), bytes(value), None, "")
        if not isinstance(value, str):
            where.fail(f"a {type(value).__name__} is neither a path nor bytes")
        path = self._contained(value, where, suffixes)
        status = path.stat()
        return _Content((str(path), status.st_size, status.st_mtime_ns), None, path, value)

    def _contained(self, value: str, where: _Where, suffixes: frozenset[str]) -> Path:
        """Give the file, if it lies under the media folder once all links are followed."""
        base = self._base
        if "://" in value or value.startswith(("data:", "file:")):
            where.fail(f"{value[:80]!r} is an address; media are read from files or from bytes in the table")
        if base is None:
            where.fail(
                f"{value!r} is a path and a table from memory has no folder; open the file instead, "
                "or set frame.attrs['media_root']"
            )
        try:
            path = (base / value).resolve()
            is_there = path.is_relative_to(base) and path.is_file()
        except (OSError, ValueError, RuntimeError) as error:
            where.fail(f"{value[:80]!r} cannot be looked up ({error})", error)
        if not path.is_relative_to(base):
            where.fail(f"{value!r} leads out of the folder of the table")
        if path.suffix.casefold() not in suffixes:
            where.fail(
                f"{path.name!r} ends in {path.suffix or 'nothing'}; shown are {', '.join(sorted(suffixes))}"
            )
        if not is_there:
            where.fail(f"there is no file {value!r} in the folder of the table")
        return path


class _Where:
    """One cell, for reading it and for saying what is wrong with it; `what` names what is wanted of it."""

    def __init__(self, dataset: Dataset, position: int, column: str, what: str) -> None:
        self.dataset = dataset
        self.position = position
        self.column = column
        self.what = what

    def value(self) -> object:
        if not 0 <= self.position < len(self.dataset):
            raise BadMedia(
                f"there is no row at position {self.position}; the table has {len(self.dataset):,} rows.",
                column=self.column,
                row_id=None,
                reason="no such row",
            )
        return self.dataset.values(self.column, np.array([self.position]))[0]

    def fit(self, make: Callable[[], T]) -> T:
        """Give what `make()` gives; its Unfit becomes a BadMedia of this cell."""
        try:
            return make()
        except Unfit as error:
            self.fail(str(error), error)

    def fail(self, reason: str, cause: BaseException | None = None) -> NoReturn:
        row_id = self.dataset.ids_at(np.array([self.position])).tolist()[0]
        raise BadMedia(
            f"column {self.column!r}, row {row_id!r}: {reason}.",
            column=self.column,
            row_id=row_id,
            reason=reason,
        ) from cause


def _read(content: _Content, where: _Where, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    data = content.data
    if data is None:
        assert content.path is not None
        try:
            with content.path.open("rb") as file:
                data = file.read(max_bytes + 1)
        except OSError as error:
            where.fail(f"{content.path.name!r} cannot be read ({error.strerror})", error)
    if len(data) > max_bytes:
        where.fail(f"it is larger than {max_bytes // 2**20} MB")
    return data


def as_uri(media: Picture | Sound) -> str:
    """Give bytes as text that a page can show or play without a request."""
    return f"data:{media.mime};base64,{base64.b64encode(media.data).decode()}"


_columns: WeakKeyDictionary[Dataset, tuple[MediaColumn, ...]] = WeakKeyDictionary()


def media_columns(dataset: Dataset) -> tuple[MediaColumn, ...]:
    """Name the columns of images and sounds: those with the role, then those whose values look so.

    A value looks so by its suffix or its first bytes; the first `LOOK_ROWS` values are looked at.
    """
    if dataset not in _columns:
        roles = [MediaColumn(name, role.value) for role in (Role.IMAGE, Role.AUDIO)
                 if (name := dataset.roles.column(role)) is not None]  # fmt: skip
        taken = {column.name for column in roles} | {dataset.id_column}
        others = [(name, _kind_by_content(dataset, name)) for name in dataset.names if name not in taken]
        found = [MediaColumn(name, kind) for name, kind in others if kind is not None]
        _columns[dataset] = (*roles, *found)
    return _columns[dataset]


def _kind_by_content(dataset: Dataset, name: str) -> str | None:
    values = _first_values(dataset, name, dataset.column(name))
    kinds = [media_kind(value) for value in values]
    for kind in ("image", "audio"):
        if values and kinds.count(kind) >= LOOK_SHARE * len(values):
            return kind
    return None


def _first_values(dataset: Dataset, name: str, column: ColumnData) -> list[object]:
    """Give the first values that are there, among ten times as many rows."""
    if column.kind is Kind.CATEGORY:
        return list(column.levels[:LOOK_ROWS])
    if column.kind not in (Kind.TEXT, Kind.OTHER):
        return []
    rows = np.arange(min(10 * LOOK_ROWS, len(dataset)))
    return [value for value in dataset.values(name, rows) if value is not None][:LOOK_ROWS]

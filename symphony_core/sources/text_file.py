"""Files of text as UTF-8, whatever they were written in.

A byte order mark says UTF-16 or UTF-32, and so do bytes of which every second
is zero. Text that is neither these nor UTF-8 comes from Windows more often than
from anywhere else: each byte that is not UTF-8 is read as Windows-1252, the
rest as it is, and the person is told. A zero byte otherwise means that the file
is no text or damaged, and it is refused.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from symphony_core.errors import BadFormat
from symphony_core.progress import Progress
from symphony_core.sources.reader import COMPRESSIONS, HEAD_BYTES, is_compressed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32), 127])
_HANDLER = "symphony-windows-1252"


class TextFile:
    """A file of text; `open()` gives its content as UTF-8 without a mark.

    odd: sentences about how it was decoded.
    """

    def __init__(self, path: Path, progress: Progress) -> None:
        self.path = path
        self.odd: list[str] = []
        self._progress = progress
        self._is_windows = False
        self._most = 0
        self._size = max(path.stat().st_size, 1)
        try:
            self._head = self._raw()[1](HEAD_BYTES)
            self._encoding = _encoding(self._head)
            if self._encoding == "utf-8" and _is_binary(self._head):
                self._fail("it holds binary data, no text; give it the ending of what it is")
            if self._encoding.startswith("utf-16-"):
                self.odd.append(f"{path.name} has no byte order mark; it was read as {self._encoding}.")
            self.head = self.open().read(HEAD_BYTES)
        except (pa.ArrowException, OSError, UnicodeError) as error:
            self._fail(f"it cannot be read as text ({str(error).splitlines()[0]}); copy or write it again")

    def open(self) -> io.RawIOBase:
        """Give the content from its beginning; call `report()` while reading."""
        self._counter, read = self._raw()
        errors = _HANDLER if self._is_windows else "strict"
        is_plain = self._encoding == "utf-8" and not self._is_windows
        decoder = None if is_plain else codecs.getincrementaldecoder(self._encoding)(errors)
        return _Utf8(read, decoder, self._refuse_zero)

    def report(self) -> None:
        """Report how much of the file was read; raises what the progress function raises.

        For the thread that opens: Arrow reads ahead in another one, where no cell and no page listens.
        """
        self._most = max(self._most, self._counter.byte_count)  # a second reading starts from 0
        self._progress(min(self._most / self._size, 1.0), f"{_mb(self._most)} of {_mb(self._size)} MB")

    def decode_as_windows(self) -> bool:
        """Read what is not UTF-8 as Windows-1252 from now on; False when that is so or cannot help."""
        if self._is_windows or self._encoding not in ("utf-8", "utf-8-sig"):
            return False
        codecs.register_error(_HANDLER, _as_windows)
        line = self._first_line_with(_is_no_utf8())
        self._is_windows = True
        self.odd.append(
            f"{self.path.name} is not all UTF-8 (first in line {line:,}); other bytes were read as "
            "Windows-1252. If letters look wrong, save the file as UTF-8."
        )
        self.head = self.open().read(HEAD_BYTES)
        return True

    def _raw(self) -> tuple[_Counter, Callable[[int], bytes]]:
        counter = _Counter(self.path)
        if not is_compressed(self.path):
            return counter, counter.read
        kind = COMPRESSIONS[self.path.suffix.casefold()]
        return counter, pa.CompressedInputStream(pa.PythonFile(counter, mode="r"), kind).read

    def _refuse_zero(self) -> None:
        line = self._first_line_with(lambda block: block.find(b"\0"))
        self._fail(f"line {line:,} holds a zero byte, which no text has; the file is damaged or no text")

    def _first_line_with(self, find: Callable[[bytes], int]) -> int:
        """Give the number of the line in which `find` first finds something."""
        line, read = 1, self._raw()[1]
        while block := read(2**20):
            at = find(block)
            if at >= 0:
                return line + block.count(b"\n", 0, at)
            line += block.count(b"\n")
        return line

    def _fail(self, reason: str) -> None:
        raise BadFormat(f"{self.path.name}: {reason}.", source=str(self.path))


class _Counter(io.RawIOBase):
    """A file that knows how far it was read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self.byte_count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.byte_count += len(data)
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


class _Utf8(io.RawIOBase):
    def __init__(
        self,
        read: Callable[[int], bytes],
        decoder: codecs.IncrementalDecoder | None,
        refuse_zero: Callable[[], None],
    ) -> None:
        self._read = read
        self._decoder = decoder
        self._refuse_zero = refuse_zero
        self._rest = b""
        self._is_at_end = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(2**20), b""))
        while len(self._rest) < size and not self._is_at_end:
            self._rest += self._next(max(size, HEAD_BYTES))
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # whatever io hands over is a writable buffer
        data = self.read(view.nbytes)
        view[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        block = bytes(self._read(size))
        self._is_at_end = not block
        if self._decoder is not None:
            block = self._decoder.decode(block, final=self._is_at_end).encode("utf-8")
        if b"\0" in block:
            self._refuse_zero()
        return block


def _mb(byte_count: int) -> str:
    return f"{byte_count / 2**20:,.0f}"


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    pairs = max(len(head) // 2, 1)
    for name, zeros, texts in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        # Western text has a zero in every pair; a hundredth of other signs, such as dashes, may lack it.
        if len(head) >= 4 and zeros.count(0) >= 0.9 * pairs and not texts.count(0):
            return name
    return "utf-8"


def _is_binary(head: bytes) -> bool:
    """Say whether there are more control characters than a slip would leave in a text."""
    return len(head) - len(head.translate(None, _CONTROLS)) > 1 + len(head) // 1_000


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    # Five bytes have no meaning in Windows-1252; Latin-1 gives every byte one.
    text = "".join(bytes([b]).decode("latin-1" if b in b"\x81\x8d\x8f\x90\x9d" else "cp1252") for b in wrong)
    return text, error.end


def _is_no_utf8() -> Callable[[bytes], int]:
    """Give a function that finds the first byte in a row of blocks that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()

    def find(block: bytes) -> int:
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return min(error.start, len(block))
        return -1

    return find

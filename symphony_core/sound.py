"""A sound's length and outline, without trusting what its header says.

WAV is read here: lengths in its header are cut to the bytes that are there, and
8, 16, 24 and 32 bits and floats are all understood, which the standard library's
reader is not able to. FLAC, MP3, Ogg and Opus go through `soundfile`, an
optional package; without it such sounds play all the same and have no outline.
A few bytes can decode to hours, so decoding stops at `MAX_SAMPLES`.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from symphony_core.media_format import FLAC, M4A, MP3, OGG, WAV, MediaFormat, media_format, what_it_is
from symphony_core.picture import Unfit

if TYPE_CHECKING:
    from soundfile import SoundFile

# Narrow enough for a card, fine enough to tell a clap from a chord.
BUCKETS = 120
# Half an hour in CD quality; half a second of work.
MAX_SAMPLES = 160_000_000
# Frames whose peak is kept until the true length is known; then these peaks are joined into buckets.
PEAK_FRAMES = 64
# Samples decoded at a time, 1 MB as float64.
READ_SAMPLES = 131_072
WANTED = "no WAV, FLAC, MP3, Ogg, Opus or M4A"
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_SUPPORTED = {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}


class Sound(NamedTuple):
    """The bytes of a sound and their MIME type."""

    data: bytes
    mime: str


class Waveform(NamedTuple):
    """A sound's outline: the largest magnitude of each of `BUCKETS` equal parts.

    peaks: in 0..1, fewer parts when there are fewer samples. seconds: its length. rate: samples a second.
    """

    peaks: tuple[float, ...]
    seconds: float
    rate: int
    channels: int


def sound_format(data: bytes) -> MediaFormat:
    """Tell the format of a sound from its content. Raises Unfit when it is none that we play."""
    found = media_format(data)
    if found not in (WAV, FLAC, MP3, OGG, M4A):
        raise Unfit(what_it_is(data) or f"it is {WANTED}")
    assert found is not None
    return found


def waveform(data: bytes) -> Waveform:
    """Decode a sound into its outline. Raises Unfit when it is damaged, empty or cannot be decoded here."""
    found = sound_format(data)
    if found is M4A:
        raise Unfit("waveforms of M4A are not drawn")
    made = _wav_waveform(data) if found is WAV else _soundfile_waveform(data)
    if not made.peaks:
        raise Unfit("the sound holds no samples")
    return made


def _outlined(blocks: Iterator[np.ndarray], rate: int, channels: int) -> Waveform:
    """Join peaks of blocks of (frames, channels) floats."""
    parts: list[np.ndarray] = []
    frame_count = 0
    for block in blocks:
        if not len(block):
            continue
        frame_count += len(block)
        if frame_count * channels > MAX_SAMPLES:
            raise Unfit(
                f"it has more than {MAX_SAMPLES // 1_000_000} million samples, so no waveform is drawn"
            )
        loudest = np.nan_to_num(np.abs(block).max(axis=1), nan=0.0, posinf=1.0)
        parts.append(np.maximum.reduceat(loudest, np.arange(0, len(loudest), PEAK_FRAMES)))
    if not parts:
        return Waveform((), 0.0, rate, channels)
    fine = np.minimum(np.concatenate(parts), 1.0)
    starts = np.unique(np.arange(BUCKETS) * len(fine) // BUCKETS)
    peaks = tuple(round(float(peak), 3) for peak in np.maximum.reduceat(fine, starts))
    return Waveform(peaks, frame_count / rate, rate, channels)


def _frames_at_a_time(channels: int) -> int:
    return max(PEAK_FRAMES, READ_SAMPLES // channels // PEAK_FRAMES * PEAK_FRAMES)


# --- WAV --------------------------------------------------------------------------------


class _Wav(NamedTuple):
    code: int
    bits: int
    channels: int
    rate: int
    samples: memoryview

    def blocks(self) -> Iterator[np.ndarray]:
        width = self.bits // 8 * self.channels
        step = _frames_at_a_time(self.channels) * width
        stop = len(self.samples) // width * width
        for at in range(0, stop, step):
            values = _wav_values(self.samples[at : min(at + step, stop)], self.code, self.bits)
            yield values.reshape(-1, self.channels)


def _wav_waveform(data: bytes) -> Waveform:
    wav = _wav(data)
    if (wav.code, wav.bits) not in _SUPPORTED:
        raise Unfit(f"waveforms of WAV with {wav.bits} bits of kind {wav.code} are not drawn")
    if not wav.channels or not wav.rate:
        raise Unfit(f"the sound is damaged ({wav.channels} channels at {wav.rate} samples a second)")
    return _outlined(wav.blocks(), wav.rate, wav.channels)


def _wav(data: bytes) -> _Wav:
    """Walk the chunks of a WAV; a length beyond the end of the file means up to its end."""
    view, at, layout = memoryview(data), 12, None
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        body = view[at + 8 : at + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            layout = _wav_layout(body)
        elif name == b"data" and layout is not None:
            return _Wav(*layout, body)
        at += 8 + size + size % 2
    raise Unfit(
        "the sound is damaged (it ends before its samples)" if layout else "the sound is damaged (no format)"
    )


def _wav_layout(body: memoryview) -> tuple[int, int, int, int]:
    """Give format code, bits, channels and rate."""
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if code == _EXTENSIBLE and len(body) >= 26:
        code = struct.unpack_from("<H", body, 24)[0]
    return code, bits, channels, rate


def _wav_values(samples: memoryview, code: int, bits: int) -> np.ndarray:
    """Give samples as floats in -1..1."""
    if code == _FLOAT:
        return np.frombuffer(samples, dtype="<f4" if bits == 32 else "<f8").astype(np.float64)
    if bits == 8:
        return (np.frombuffer(samples, dtype=np.uint8).astype(np.float64) - 128) / 128
    if bits == 24:
        parts = np.frombuffer(samples, dtype=np.uint8).reshape(-1, 3)
        wide = np.zeros((len(parts), 4), dtype=np.uint8)
        wide[:, 1:] = parts  # the sign stands in the highest byte
        return wide.view("<i4").ravel() / 2.0**31
    return np.frombuffer(samples, dtype=f"<i{bits // 8}") / 2.0 ** (bits - 1)


# --- all other formats ---------------------------------------------------------------------


def _soundfile_waveform(data: bytes) -> Waveform:
    try:
        import soundfile  # optional, and it loads a library
    except (ImportError, OSError) as error:
        raise Unfit('its waveform needs: pip install "symphony-panel[audio]"') from error
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if not file.channels or not file.samplerate:
                raise Unfit("the sound is damaged (no channels or no rate)")
            return _outlined(_read_blocks(file), file.samplerate, file.channels)
    except (RuntimeError, OSError, ValueError, TypeError) as error:  # of libsndfile: RuntimeErrors
        raise Unfit(f"the sound is damaged ({_short(error)})") from error


def _read_blocks(file: SoundFile) -> Iterator[np.ndarray]:
    count = _frames_at_a_time(file.channels)
    while len(block := file.read(count, dtype="float32", always_2d=True)):
        yield block


def _short(error: Exception) -> str:
    words = str(error).rstrip(".")
    return words.rpartition(": ")[2][:80]

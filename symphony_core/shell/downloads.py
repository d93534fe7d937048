"""Files of rows on their way to the browser.

A file is written on a worker into a temporary file and fetched piece by piece
by the script, over the session's own channel: a handler beside the pages would
stand outside of the login and need a token of its own. The script asks for
each piece, so that a slow line holds up neither a worker nor the page.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from symphony_core.errors import BadSetting
from symphony_core.jobs import Job, quick_pool
from symphony_core.row_files import Progress, RowFile
from symphony_core.session import Session, reason

# A piece goes over a websocket in one message.
CHUNK_BYTES = 512 * 1024
# What takes longer is listed among the jobs.
QUICK_S = 1.0
# Files that nobody fetches to the end are dropped, oldest first.
MAX_FILES = 8

Tell = Callable[[dict[str, Any]], None]


class Downloads:
    """The files that were asked for and not yet fetched, by the script's token for each.

    tell: sends a message to the script.
    """

    def __init__(self, session: Session, tell: Tell) -> None:
        self._session = session
        self._tell = tell
        self._jobs: dict[str, Job[BinaryIO]] = {}
        self._files: dict[str, BinaryIO] = {}

    def start(self, token: str, file: RowFile, name: str) -> None:
        """Make a file; the script hears `ready` with its name and size, or `failed` with the reason."""
        if token in self._jobs or token in self._files:
            raise BadSetting("the page asked twice under one name for a file; ask again.")
        if not self._session.owner.has_loop:
            self._ready(token, name, _written(file, lambda share, words: None))
            return
        started_s = time.monotonic()

        def work(progress: Progress, cancel: Any) -> BinaryIO:
            listed = False

            def report(share: float, words: str) -> None:
                nonlocal listed
                progress(share, words)  # raises when it is cancelled
                if not listed and time.monotonic() - started_s > QUICK_S:
                    listed = True
                    self._session.owner.post(lambda: self._list(token))

            return _written(file, report)

        job = quick_pool.start(work, owner=self._session.owner, title=name, then=lambda made: made)
        self._jobs[token] = job
        job.on_update(lambda job: self._settled(token, name, job))

    def send(self, token: str, number: object) -> None:
        """Send one piece, from 0; the script asks for them in turn."""
        file = self._files.get(token)
        if file is None:
            self._tell({"kind": "failed", "token": token, "words": "the file is no longer kept; ask again."})
            return
        if type(number) is not int or number < 0:
            raise BadSetting(f"the page asked for piece {number!r} of a file; wanted a whole number from 0.")
        file.seek(number * CHUNK_BYTES)
        self._tell({"kind": "chunk", "token": token, "number": number, "data": file.read(CHUNK_BYTES)})

    def drop(self, token: str) -> None:
        """Forget a file: it was fetched, or is wanted no more."""
        job, file = self._jobs.pop(token, None), self._files.pop(token, None)
        if job is not None:
            job.cancel()
        if file is not None:
            file.close()

    def close(self) -> None:
        """Forget all files."""
        for token in [*self._jobs, *self._files]:
            self.drop(token)

    def _list(self, token: str) -> None:
        job = self._jobs.get(token)
        if job is not None and not job.done:
            self._session.track(job)

    def _settled(self, token: str, name: str, job: Job[BinaryIO]) -> None:
        if not job.done:
            return
        is_wanted = self._jobs.pop(token, None) is not None
        if job.error is None and is_wanted:
            self._ready(token, name, job.result(0))
        elif job.error is None:
            job.result(0).close()
        else:
            words = "" if job.cancelled else f"{name}: {reason(job.error)}"
            self._tell({"kind": "failed", "token": token, "words": words})

    def _ready(self, token: str, name: str, file: BinaryIO) -> None:
        while len(self._files) >= MAX_FILES:
            self.drop(next(iter(self._files)))
        self._files[token] = file
        byte_count = file.seek(0, 2)
        chunk_count = -(-byte_count // CHUNK_BYTES)
        self._tell(
            {
                "kind": "ready",
                "token": token,
                "name": name,
                "byte_count": byte_count,
                "chunk_count": chunk_count,
            }
        )


def _written(file: RowFile, progress: Progress) -> BinaryIO:
    made: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - kept until it is fetched, then closed
    try:
        for chunk in file.chunks(progress):
            made.write(chunk)
        progress(1.0, "written")
    except BaseException:  # raised again: only the half-written file goes
        made.close()
        raise
    return made

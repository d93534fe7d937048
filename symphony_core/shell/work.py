"""What runs, what went wrong, and what was odd about the data."""

from __future__ import annotations

from typing import Any

from symphony_core.jobs import Job
from symphony_core.shell.part import Acts, Part
from symphony_core.widgets import COMPONENTS, Component, Gesture, script

MAX_PROBLEMS = 20


class WorkPiece(Component):
    """Jobs, problems and notices in the side bar."""

    _esm = script(COMPONENTS / "work.js")


class Work(Part):
    """Jobs with progress and cancel, plugins' problems, notices about the data."""

    component_type = WorkPiece

    def data(self) -> dict[str, Any]:
        """List them, newest problem first."""
        return {
            "jobs": [_job_row(index, job) for index, job in enumerate(self.session.jobs)],
            "problems": self._problems(),
            "notices": [notice.text for notice in self.state.dataset.warnings],
        }

    @property
    def acts(self) -> Acts:
        return {"cancel": self._cancel}

    def _problems(self) -> list[dict[str, str]]:
        found = self.session.registry.problems[-MAX_PROBLEMS:]
        return [
            {
                "message": one.message,
                "where": " ".join(filter(None, [one.plugin, one.version, "·", one.where])),
            }
            for one in reversed(found)
        ]

    def _cancel(self, gesture: Gesture) -> None:
        index = gesture.get("id")
        if isinstance(index, int) and 0 <= index < len(self.session.jobs):
            self.session.jobs[index].cancel()


def _job_row(index: int, job: Job[Any]) -> dict[str, Any]:
    fraction, text = job.progress
    return {"id": index, "title": job.title, "fraction": fraction, "text": text}

"""What the person who opens a table says about it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from symphony_core.errors import BadRole


@dataclass(frozen=True)
class SourceOptions:
    """A column name for each role; None leaves it to inference, "" leaves the role empty.

    score: a column, or "confidence:column" or "positive_score:column" to say which it is.
    """

    id: str | None = None
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    embedding: str | None = None
    image: str | None = None
    audio: str | None = None
    text: str | None = None
    split: str | None = None

    def __post_init__(self) -> None:
        for name, value in self.given().items():
            if not isinstance(value, str):
                raise BadRole(f"open({name}={value!r}): wanted the name of a column, as text.", role=name)

    def given(self) -> dict[str, str]:
        """Give what was said, by argument of open()."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

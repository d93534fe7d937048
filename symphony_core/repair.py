"""Where in a filter's text a mistake is, and what could be written instead.

The errors know what is wrong; only the text knows where. Both together make a
mark under the wrong word and a button that puts it right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symphony_core.errors import BadSyntax, SymphonyError, TypeMismatch, UnknownColumn
from symphony_core.expr_text import name_text, value_text
from symphony_core.expr_token import KEYWORDS, Token, words_before

_COMPARE = ("==", "!=", "=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Fix:
    """Something to write instead: the new word, and the whole text with it."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """The wrong characters, text[start:end], and what could stand there, best first."""

    start: int
    end: int
    fixes: tuple[Fix, ...] = ()


def mistake(text: str, error: SymphonyError) -> Mistake | None:
    """Find what an error is about in the text that caused it; None when it is about no one word."""
    if isinstance(error, BadSyntax):
        position = min(int(error.values["position"]), len(text))  # type: ignore[call-overload]  # an int
        return Mistake(position, _word_end(text, position))
    if not isinstance(error, (UnknownColumn, TypeMismatch)):
        return None
    words = _words(text)
    at = [index for index, word in enumerate(words) if _is_column(word, str(error.values.get("column")))]
    if not at:
        return None
    first = words[at[0]]
    if isinstance(error, TypeMismatch):
        return Mistake(first.start, first.end)
    names = error.values.get("nearest") or ()
    fixes = [_replaced(text, [words[index] for index in at], name_text(str(name))) for name in names]  # type: ignore[attr-defined]  # a list
    if at[0] and words[at[0] - 1].is_sign(*_COMPARE):
        fixes.insert(0, _replaced(text, [first], value_text(first.value)))
    return Mistake(first.start, first.end, tuple(fixes))


def _words(text: str) -> list[Token]:
    words, last = words_before(text, len(text))
    return [*words, last]


def _is_column(word: Token, name: str) -> bool:
    is_name = word.kind == "column" or (word.kind == "name" and word.value not in KEYWORDS)
    return is_name and word.value == name


def _word_end(text: str, position: int) -> int:
    """Give the end of the word there; a quote that does not end reaches to the end of the text."""
    if text[position : position + 1] in ("'", '"', "`"):
        return len(text)
    found = re.compile(r"\w+|\S").match(text, position)
    return found.end() if found else position


def _replaced(text: str, words: list[Token], new: str) -> Fix:
    for word in reversed(words):
        text = text[: word.start] + new + text[word.end :]
    return Fix(new, text)

"""What somebody typed into a search box, as words to find and words to leave out.

Every word reaches the index as a quoted string, so nothing that is typed can be
an operator of the index's own language: `AND`, brackets, quotes and SQL are
words or nothing. Text and query are folded by the same function.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from symphony_core.errors import BadSetting

# More words than these are a pasted text and not a question; the first are used and the rest is told.
MAX_WORDS = 32
MAX_QUERY_CHARS = 100_000
# Characters of the private area are letters to the index and stand in no ordinary text: they mark emoji.
EMOJI_MARK = "\ue000"
# Each is a word of its own: signs and emoji but not skin tones, and signs of scripts without spaces.
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ALONE = re.compile(f"([{_EMOJI}])|([{_UNSPACED}])")
_QUOTES = re.compile("[“”„‟«»＂]")
# One word with what stands before and behind it: -, "...", *.
_TYPED = re.compile(r'(-?)"([^"]*)"?(\*?)|([^\s"]+)')
# What the index takes for one word of a folded text.
_INDEXED = re.compile(rf"(?:[^\W_]|{EMOJI_MARK})+")


@dataclass(frozen=True)
class Word:
    """One word or phrase, folded.

    is_prefix: its last word may go on. is_excluded: no row that is found may hold it.
    """

    text: str
    is_prefix: bool = False
    is_excluded: bool = False

    @property
    def quoted(self) -> str:
        """The word as a string of the index's language."""
        inner = self.text.replace('"', '""')
        return f'"{inner}"*' if self.is_prefix else f'"{inner}"'


@dataclass(frozen=True)
class Query:
    """The words of a search, and what of it was left aside, as typed."""

    words: tuple[Word, ...]
    ignored: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Word, ...]:
        """The words to find; at least one."""
        return tuple(word for word in self.words if not word.is_excluded)

    def expression(self, match: str) -> str:
        """Give the query in the index's language. match: "all" or "any" of the words must be found."""
        wanted = f" {'AND' if match == 'all' else 'OR'} ".join(word.quoted for word in self.wanted)
        excluded = " OR ".join(word.quoted for word in self.words if word.is_excluded)
        return f"({wanted}) NOT ({excluded})" if excluded else wanted


def folded(text: str) -> str:
    """Give a text with letters alike whatever their case and form, emoji and unspaced signs set apart.

    Accents are taken off by the index itself.
    """
    if text.isascii():
        return text  # the index folds the case of these
    text = unicodedata.normalize("NFKC", text).casefold()
    return _ALONE.sub(_set_apart, text)


def _set_apart(match: re.Match[str]) -> str:
    return f" {EMOJI_MARK}{ord(match[1]):x} " if match[1] else f" {match[2]} "


def parsed(typed: str) -> Query:
    """Read what was typed: words, "phrases in quotes", beginnings*, and -words to leave out.

    Raises BadSetting when there is nothing to find.
    """
    if not isinstance(typed, str) or not typed.strip():
        raise BadSetting("nothing to search for; give query='...' with at least one word.", query=typed)
    if len(typed) > MAX_QUERY_CHARS:
        raise BadSetting(f"the query has {len(typed):,} characters; give at most {MAX_QUERY_CHARS:,}.")
    clean = _QUOTES.sub('"', typed.encode("utf-8", "replace").decode().replace("\0", " "))
    words: dict[Word, None] = {}
    ignored: list[str] = []
    for one in _TYPED.finditer(clean):
        word = _word(one)
        if word is None or len(words) >= MAX_WORDS:
            ignored.append(one[0])
        else:
            words[word] = None
    query = Query(tuple(words), tuple(ignored))
    if not query.wanted:
        why = "only words to leave out" if words else "no letter, digit or emoji"
        raise BadSetting(
            f"the query {_short(typed)!r} has {why}; give at least one word to find.", query=typed
        )
    return query


def _word(one: re.Match[str]) -> Word | None:
    """Give the word that was typed; None when nothing of it can be found."""
    if one[4] is None:
        minus, text, star = one[1], one[2], one[3]
    else:
        bare = one[4]
        minus, text = ("-", bare[1:]) if bare.startswith("-") else ("", bare)
        text, star = (text.rstrip("*"), "*") if text.endswith("*") else (text, "")
    text = " ".join(folded(text).split())
    return Word(text, bool(star), bool(minus)) if _INDEXED.search(text) else None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def snippet(text: str, words: Sequence[Word], limit: int) -> str | None:
    """Cut a text around the first of the words and phrases that stands in it; None when none does.

    limit: characters of the cut.
    """
    found = [(one.start(), bare(folded(one[0]).strip())) for one in _TOKEN.finditer(text)]
    signs = [sign for _, sign in found]
    starts = [start for word in words if (start := _first_place(signs, word)) is not None]
    return _cut(text, found[min(starts)][0], limit) if starts else None


def _first_place(signs: list[str], word: Word) -> int | None:
    """Give where a phrase begins among the words of a text; None when it does not stand there."""
    *firsts, last = [bare(part) for part in _INDEXED.findall(word.text)]
    count = len(firsts)
    for at in range(len(signs) - count):
        end = signs[at + count]
        fits = end.startswith(last) if word.is_prefix else end == last
        if fits and signs[at : at + count] == firsts:
            return at
    return None


_TOKEN = re.compile(f"[{_EMOJI}]|[{_UNSPACED}]|[^\\W_{_EMOJI}{_UNSPACED}]+(?:[\u0300-\u036f]+[^\\W_]*)*")


def bare(text: str) -> str:
    """Give a folded word without case and accents, as the index sees it."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _cut(text: str, at: int, limit: int) -> str:
    start = max(0, min(at - limit // 3, len(text) - limit))
    end = min(len(text), start + limit)
    inner = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{inner}{'…' if end < len(text) else ''}"

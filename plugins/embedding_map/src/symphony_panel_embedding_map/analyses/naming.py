"""Names for groups of rows: words of their texts, else values that they hold more than others.

Words are weighed by c-TF-IDF, here with the rows that hold a word in place of
its occurrences: one long row cannot name a group. Values are weighed by their
share in the group times the logarithm of how much larger that is than their
share in all rows, so that a value must be both frequent and special.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from symphony_core.specs import Cancel, never

# Texts that are read of one group, and about as many of all; more change no name and take their time.
MAX_TEXTS = 1_000
MIN_TEXTS = 100
MAX_ALL_TEXTS = 100_000
WORDS_IN_NAME = 3
MAX_TERMS = 10
# A word or value must occur in this many rows of its group, or it says something of one row only.
MIN_SUPPORT = 2
# Letters first, so that numbers name nothing; what is longer is an address or has no spaces.
WORD = r"(?u)\b[^\W\d_]\w{1,23}\b"
MIN_SHARE = 0.3
MIN_LIFT = 1.5


@dataclass(frozen=True)
class Terms:
    """What stands out in one group, best first, each with its score; `source` is "text", a column or ""."""

    words: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    source: str = ""


def words_of_groups(
    texts: Sequence[str], groups: np.ndarray, group_count: int, cancel: Cancel = never
) -> list[Terms]:
    """Weigh the words of each group's texts by c-TF-IDF.

    texts: one a row. groups: (n,) int; -1 is a group of its own that gets no terms.
    Source: M. Grootendorst, "BERTopic: Neural topic modeling with a class-based TF-IDF procedure" (2022).
    """
    # only who names by text pays for it
    from sklearn.feature_extraction.text import CountVectorizer

    cancel.check()
    vectorizer = CountVectorizer(stop_words="english", token_pattern=WORD, binary=True, dtype=np.int32)
    try:
        holds = vectorizer.fit_transform(texts)
    except ValueError:  # no text holds any word
        return [Terms()] * group_count
    cancel.check()
    members = csr_matrix(
        (np.ones(len(groups), dtype=np.int32), (groups + 1, np.arange(len(groups)))),
        shape=(group_count + 1, len(groups)),
    )
    counts = csr_matrix(members @ holds)  # rows of each group that hold each word; the first is for -1
    everywhere = np.asarray(counts.sum(axis=0)).ravel()
    rarity = np.log1p(everywhere.sum() / (group_count + 1) / np.maximum(everywhere, 1))
    words = vectorizer.get_feature_names_out()
    found = []
    for group in range(1, group_count + 1):
        own = slice(counts.indptr[group], counts.indptr[group + 1])
        found.append(_best(words, counts.indices[own], counts.data[own], rarity))
    return found


def _best(words: np.ndarray, held: np.ndarray, counts: np.ndarray, rarity: np.ndarray) -> Terms:
    """Give the words `held` by a group, in `counts` of its rows each, with the largest weight first."""
    weights = counts / max(int(counts.sum()), 1) * rarity[held]
    known = np.flatnonzero(counts >= MIN_SUPPORT)
    best = known[np.lexsort((held[known], -weights[known]))][:MAX_TERMS]
    return Terms(
        tuple(str(words[held[i]]) for i in best), tuple(round(float(weights[i]), 4) for i in best), "text"
    )


def values_of_groups(
    columns: Mapping[str, tuple[np.ndarray, Sequence[str]]], groups: np.ndarray, group_count: int
) -> list[Terms]:
    """Weigh the values that each group holds more often than all rows do, over several columns.

    columns: codes (n,) with -1 for missing, and the values they stand for.
    groups: (n,) int; -1 is no group.
    A value counts from three tenths of the group's rows up and one and a half times its share in all rows.
    """
    found: list[list[tuple[float, str, str]]] = [[] for _ in range(group_count)]
    sizes = np.bincount(groups[groups >= 0], minlength=group_count)
    for name, (codes, levels) in columns.items():
        overall = np.bincount(codes[codes >= 0], minlength=len(levels)) / max(len(codes), 1)
        inside = (groups >= 0) & (codes >= 0)
        flat = groups[inside].astype(np.int64) * len(levels) + codes[inside]
        counts = np.bincount(flat, minlength=group_count * len(levels)).reshape(group_count, len(levels))
        shares = counts / np.maximum(sizes, 1)[:, None]
        lifts = shares / np.maximum(overall, 1e-300)
        fits = (counts >= MIN_SUPPORT) & (shares >= MIN_SHARE) & (lifts >= MIN_LIFT)
        for group, level in zip(*np.nonzero(fits), strict=True):
            score = float(shares[group, level] * np.log2(lifts[group, level]))
            found[group].append((-score, name, levels[level]))
    return [_terms(sorted(group)[:MAX_TERMS]) for group in found]


def _terms(found: Sequence[tuple[float, str, str]]) -> Terms:
    words = tuple(dict.fromkeys(word for _, _, word in found))
    scores = {word: -score for score, _, word in reversed(found)}
    return Terms(words, tuple(round(scores[word], 4) for word in words), found[0][1] if found else "")


def names_of(terms: Sequence[Terms], fallback: str) -> list[str]:
    """Name each group by its best terms, no two alike; one without terms is `fallback` and its number from 1.

    Words of text are joined, three at first; of values the best one is enough.
    """
    names: list[str] = []
    for number, own in enumerate(terms, start=1):
        names.append(_unused(own, f"{fallback} {number}", set(names)))
    return names


def _unused(terms: Terms, numbered: str, taken: set[str]) -> str:
    least = WORDS_IN_NAME if terms.source == "text" else 1
    for count in range(min(least, len(terms.words)), len(terms.words) + 1):
        name = ", ".join(terms.words[:count])
        if name and name not in taken:
            return name
    plain = ", ".join(terms.words[:least]) or numbered
    return next(
        name for name in (plain, *(f"{plain} {n}" for n in range(2, len(taken) + 3))) if name not in taken
    )

"""Names of groups against slow obvious versions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphony_panel_embedding_map.analyses.naming import (
    MIN_LIFT,
    MIN_SHARE,
    MIN_SUPPORT,
    Terms,
    names_of,
    values_of_groups,
    words_of_groups,
)

WORDS = ["apple", "berry", "cherry", "damson"]


def slow_words(texts: list[str], groups: list[int], group_count: int) -> list[dict[str, float]]:
    counts = {g: dict.fromkeys(WORDS, 0) for g in range(-1, group_count)}
    for text, group in zip(texts, groups, strict=True):
        for word in set(text.split()):
            counts[group][word] += 1
    everything = sum(sum(row.values()) for row in counts.values())
    answer = []
    for g in range(group_count):
        total = max(sum(counts[g].values()), 1)
        row = {}
        for w in WORDS:
            all_of_word = sum(counts[k][w] for k in counts)
            if counts[g][w] >= MIN_SUPPORT:
                row[w] = counts[g][w] / total * math.log(1 + everything / (group_count + 1) / all_of_word)
        answer.append(row)
    return answer


@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(WORDS), max_size=4), st.integers(-1, 2)), min_size=1, max_size=20
    )
)
def test_words_are_weighed_by_their_share_of_the_group_and_their_rarity(rows: list[tuple[list[str], int]]):
    texts, groups = [" ".join(words) for words, _ in rows], [group for _, group in rows]
    got = words_of_groups(texts, np.array(groups), 3)
    for terms, wanted in zip(got, slow_words(texts, groups, 3), strict=True):
        assert dict(zip(terms.words, terms.scores, strict=True)) == pytest.approx(wanted, abs=1e-4)
        assert list(terms.scores) == sorted(terms.scores, reverse=True)


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 2)), min_size=1, max_size=40))
def test_values_are_weighed_by_share_and_lift(rows: list[tuple[int, int]]):
    codes, groups = np.array([code for code, _ in rows]), np.array([group for _, group in rows])
    for g, terms in enumerate(values_of_groups({"kind": (codes, tuple("abcd"))}, groups, 3)):
        wanted = {}
        for code, level in enumerate("abcd"):
            count = sum(1 for row in rows if row == (code, g))
            size = max(sum(1 for row in rows if row[1] == g), 1)
            overall = sum(1 for row in rows if row[0] == code) / len(rows)
            share = count / size
            if count >= MIN_SUPPORT and share >= MIN_SHARE and share >= MIN_LIFT * overall:
                wanted[level] = share * math.log2(share / overall)
        assert dict(zip(terms.words, terms.scores, strict=True)) == pytest.approx(wanted, abs=1e-4)


@given(st.lists(st.lists(st.sampled_from("abc"), unique=True, max_size=3), max_size=12), st.booleans())
def test_no_two_groups_have_the_same_name(words: list[list[str]], is_text: bool):
    terms = [Terms(tuple(w), (1.0,) * len(w), ("text" if is_text else "kind") if w else "") for w in words]
    names = names_of(terms, "cluster")
    assert len(set(names)) == len(names) == len(words)
    assert all(name.startswith(tuple(w[:1]) or ("cluster",)) for name, w in zip(names, words, strict=True))


def test_a_group_named_as_another_adds_its_next_value():
    terms = [Terms(("cat", "wild"), (2, 1), "kind"), Terms(("cat", "tame"), (2, 1), "kind"), Terms()]
    assert names_of(terms, "cluster") == ["cat", "cat, tame", "cluster 3"]

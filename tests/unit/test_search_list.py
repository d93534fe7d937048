"""Typed letters to texts, against a slow obvious search."""

from hypothesis import given
from hypothesis import strategies as st

from symphony_core.search_list import SearchList

TEXTS = st.lists(st.text(alphabet="abB ß\x00", max_size=4), max_size=12)


def test_texts_that_start_with_it_come_before_those_that_hold_it():
    found = SearchList(["scale", "Cat", "cats", "dog"])
    assert found.matching("CA", 9) == [1, 2, 0]
    assert found.matching("ca", 2) == [1, 2]
    assert found.matching("", 3) == [0, 1, 2]
    assert found.matching("x", 9) == []


def test_an_empty_list_finds_nothing():
    assert SearchList([]).matching("", 5) == SearchList([]).matching("a", 5) == []


@given(TEXTS, st.text(alphabet="abBß", max_size=3), st.integers(1, 12))
def test_matches_equal_those_of_a_slow_search(texts, typed, limit):
    folded = [text.casefold() for text in texts]
    starts = [i for i, text in enumerate(folded) if text.startswith(typed.casefold())]
    holds = [i for i, text in enumerate(folded) if typed.casefold() in text and i not in starts]
    assert SearchList(texts).matching(typed, limit) == [*starts, *holds][:limit]

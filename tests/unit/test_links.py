"""The state in an address, and back."""

from urllib.parse import urlencode

import pytest

from symphony_core.links import MAX_LINK_CHARS, apply_link, to_link
from symphony_core.state import State
from symphony_core.testing import tiny_dataset


@pytest.fixture
def state():
    return State(tiny_dataset(400, **{"a,b\\c": list(range(400))}))


def test_an_untouched_state_needs_no_query(state):
    assert to_link(state).query == {}


def test_filter_groups_and_a_short_selection_come_back(state):
    state.filter = "label == 'cat' and probability > 0.5"
    state.group_by = ["split", "a,b\\c"]
    state.selection = ["row-001", "row-007"]
    other = State(state.dataset)
    assert apply_link(other, to_link(state).query) == []
    assert (other.filter, other.group_by) == (state.filter, state.group_by)
    assert other.table.positions(other.selection).tolist() == [1, 7]


def test_a_long_selection_is_left_out_and_named(state):
    state.selection = state.dataset.row_ids[:300].tolist()
    link = to_link(state)
    assert "selection" not in link.query
    assert link.left_out == ("selection",)


def test_a_selection_by_expression_travels_however_many_rows_it_marks(state):
    state.selection = "split == 'train'"
    assert to_link(state).query == {"selection": "split == 'train'"}


def test_a_query_never_grows_past_what_chats_keep(state):
    state.filter = " or ".join(f"label == 'name {i}'" for i in range(200))
    state.group_by = ["split"]
    link = to_link(state)
    assert link.left_out == ("filter",)
    assert len(urlencode(link.query)) <= MAX_LINK_CHARS


def test_what_cannot_be_applied_is_told_and_the_rest_is_applied(state):
    problems = apply_link(state, {"filter": "gone == 1", "group": "split", "selection": "label == 'cat'"})
    assert ["'gone'" in str(problem) for problem in problems] == [True]
    assert state.filter is None
    assert state.group_by == ("split",)
    assert state.selected_count() > 0


def test_code_in_a_link_is_only_bad_text(state):
    assert len(apply_link(state, {"filter": "__import__('os').system('true')"})) == 1

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from symphony_core.expr_text import parse
from symphony_core.sources import open_source
from symphony_core.table import Table
from symphony_panel_instances.samples import samples
from symphony_panel_instances.wanted import ALL, Wanted

LETTERS = st.sampled_from(["a", "b", None])


def table(**columns: object) -> Table:
    return Table(open_source(pd.DataFrame(columns)))


def wanted(made: Table, **more: object) -> Wanted:
    plain = {
        "filter": None, "words": (), "search": None, "mode": "table", "samples": samples(made), "sort": "",
        "is_descending": False, "size": 2, "columns": (), "thumbnail_px": 0, "group_by": (),
        "panel_limit": 40, "firsts": (),
    }  # fmt: skip
    return Wanted(table=made, **{**plain, **more})


def rows(asked: Wanted) -> list[tuple[tuple[str, ...], int, list[int]]]:
    return [(panel.values, panel.total, panel.rows.tolist()) for panel in asked.find().panels]


def test_groups_are_panels_the_largest_first_each_with_its_first_page():
    made = table(id=range(6), g=["x", "y", "y", "y", "x", "z"])
    assert rows(wanted(made, group_by=("g",))) == [
        (("y",), 3, [1, 2]),
        (("x",), 2, [0, 4]),
        (("z",), 1, [5]),
    ]


def test_a_panel_turns_its_own_page_and_no_other():
    made = table(id=range(6), g=["x", "y", "y", "y", "x", "x"])
    first = wanted(made, group_by=("g",)).find().panels
    on = wanted(made, group_by=("g",), firsts=((first[1].key, 2),))
    assert rows(on) == [(("x",), 3, [0, 4]), (("y",), 3, [3])]


def test_a_page_beyond_the_end_is_the_last():
    made = table(id=range(5))
    assert rows(wanted(made, firsts=((ALL, 400),))) == [((), 5, [4])]


def test_the_largest_groups_are_shown_and_the_others_counted():
    made = table(id=range(6), g=["x", "y", "y", "y", "x", "z"])
    found = wanted(made, group_by=("g",), panel_limit=1).find()
    assert [panel.values for panel in found.panels] == [("y",)]
    assert (found.group_count, found.total) == (3, 6)


@given(
    st.lists(st.tuples(LETTERS, LETTERS, st.booleans(), st.integers(0, 9)), min_size=1, max_size=40),
    st.booleans(),
    st.sampled_from(["", "n"]),
    st.booleans(),
)
def test_panels_hold_what_pandas_groups(values, is_filtered, sort, is_descending):
    frame = pd.DataFrame(values, columns=["g", "h", "b", "n"]).astype({"g": "str", "h": "str"})
    frame["id"] = [f"r{i}" for i in range(len(frame))]
    made = Table(open_source(frame))
    asked = wanted(
        made, group_by=("g", "h", "b"), sort=sort, is_descending=is_descending, size=1_000,
        filter=parse("n > 4") if is_filtered else None,
    )  # fmt: skip
    left = frame[frame["n"] > 4] if is_filtered else frame
    expected = {}
    for key, part in left.groupby(["g", "h", "b"], dropna=False):
        if sort:
            part = part.sort_values(sort, ascending=not is_descending, kind="stable")
        name = tuple("missing" if pd.isna(value) else str(value) for value in key)
        expected[name] = part.index.tolist()
    found = asked.find()
    assert {panel.values: panel.rows.tolist() for panel in found.panels} == expected
    totals = [panel.total for panel in found.panels]
    assert (totals, sum(totals)) == (sorted(totals, reverse=True), found.total)
    for panel in found.panels:
        assert sorted(asked.rows_of(panel.key)) == sorted(panel.rows)
        assert made.positions(asked.expr_of(panel.key)).tolist() == sorted(panel.rows)


def test_filter_and_search_narrow_together_and_are_counted_apart():
    made = table(id=["a", "b", "c", "d"], s=["red", "Red", "blue", "red"], n=[1, 2, 3, 4])
    found = wanted(made, filter=parse("n > 1"), search=parse("s matches '(?i)red'"), words=("red",)).find()
    assert (found.panels[0].rows.tolist(), found.total, found.filtered) == ([1, 3], 2, 3)


def test_equal_wishes_are_equal_and_any_difference_tells():
    made = table(id=range(3), s=["a", "b", "c"])
    plain = wanted(made)
    assert (plain == wanted(made), hash(plain) == hash(wanted(made))) == (True, True)
    others = [
        {"size": 3},
        {"search": parse("s == 'a'")},
        {"firsts": ((ALL, 2),)},
        {"words": ("a",)},
        {"group_by": ("s",)},
        {"mode": "cards"},
    ]
    assert all(wanted(made, **other) != plain for other in others)


def test_the_next_pages_are_those_that_there_are():
    made = table(id=range(5), g=["x", "x", "x", "y", "y"])
    asked = wanted(made, group_by=("g",))
    found = asked.find()
    assert asked.next_pages(found).firsts == ((found.panels[0].key, 2),)


def test_a_place_is_found_in_its_panel():
    made = table(id=range(4), g=["x", "y", "y", "y"])
    found = wanted(made, group_by=("g",)).find()
    panel, at = found.place(2)
    assert (panel.values, at, found.place(3)) == (("y",), 1, None)


def test_what_costs_much_leaves_the_pages_thread():
    many = Table(
        open_source(pd.DataFrame({"id": np.arange(200_000), "s": [f"text {i}" for i in range(200_000)]}))
    )
    plain = wanted(many).value_count
    assert plain < 2_000_000 < wanted(many, search=parse("s matches 'x'"), words=("x",)).value_count
    assert wanted(many, group_by=("s",)).value_count > plain

import pandas as pd
import pytest

from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table
from symphony_panel_instances.samples import samples

SENTENCE = "A sentence that is long enough to be read, number "


def table(columns: dict[str, object], **options: str) -> Table:
    return Table(open_source(pd.DataFrame(columns), SourceOptions(**options)))


@pytest.mark.parametrize(
    ("columns", "modes"),
    [
        ({"image": ["a.png"]}, ("grid", "cards", "table")),
        ({"audio": ["a.wav"]}, ("cards", "table")),
        ({"text": ["hello"]}, ("cards", "table")),
        ({"n": [1]}, ("table", "cards")),
        ({"image": ["a.png"], "audio": ["a.wav"]}, ("grid", "cards", "table")),
    ],
)
def test_the_fitting_way_comes_first(columns, modes):
    assert samples(table(columns)).modes == modes


def test_a_way_that_these_rows_have_not_falls_back():
    assert samples(table({"n": [1]})).mode("grid") == "table"
    assert samples(table({"image": ["a.png"]})).mode("table") == "table"


def test_sentences_are_the_text_also_under_another_name_and_names_are_not():
    columns = {"id": ["a", "b"], "who": ["Ann", "Bob"], "said": [f"{SENTENCE}{i}" for i in range(2)]}
    assert samples(table(columns)).text == "said"
    assert samples(table({"id": ["a"], "who": ["Ann"], "nothing": [None]})).text is None


def test_many_different_short_names_are_not_the_text():
    count = 70_000
    names = {"id": range(count), "code": [f"code {i}" for i in range(count)]}
    assert samples(table(names)).text is None
    long = {"id": range(count), "code": [f"{SENTENCE}{i}" for i in range(count)]}
    assert samples(table(long)).text == "code"


def test_at_most_four_media_are_shown_unless_chosen():
    made = table({f"i{n}": ["a.png", "b.png"] for n in range(6)})
    assert [column.name for column in samples(made).media] == ["i0", "i1", "i2", "i3"]
    assert [column.name for column in samples(made, media=["i5"]).media] == ["i5"]


def test_columns_chosen_that_are_gone_are_left_out():
    assert samples(table({"n": [1], "m": [2]}), beside=["gone", "m"]).beside == ("m",)

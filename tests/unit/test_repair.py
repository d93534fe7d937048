"""Where a mistake is, and what puts it right."""

import pandas as pd
import pytest

from symphony_core.errors import SymphonyError
from symphony_core.repair import mistake
from symphony_core.sources import SourceOptions, open_source
from symphony_core.table import Table

TABLE = Table(
    open_source(
        pd.DataFrame({"label": ["Flags", "Symbols"], "odd name": [1, 2], "probability": [0.1, 0.2]}),
        SourceOptions(),
    )
)


def found_in(text: str):
    with pytest.raises(SymphonyError) as caught:
        TABLE.bind(text)
    return mistake(text, caught.value)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("labell == 'Flags'", "labell"),
        ("label == 'Flags' and probablity > 1", "probablity"),
        ("label == Flags", "Flags"),
        ("label == 'Flags' and probability > 'x'", "probability"),
        ("label = = 'Flags'", "="),
        ("label == 'Flags", "'Flags"),
        ("label ==", ""),
        ("`odd nme` > 1", "`odd nme`"),
    ],
)
def test_the_wrong_word_is_found_in_the_text(text, marked):
    found = found_in(text)
    assert text[found.start : found.end] == marked


@pytest.mark.parametrize(
    ("text", "word", "fixed"),
    [
        ("labell == 'a' or labell == 'b'", "label", "label == 'a' or label == 'b'"),
        ("`odd nme` > 1", "`odd name`", "`odd name` > 1"),
        ("label == Flags", "'Flags'", "label == 'Flags'"),
        ("label == 'labell' and labell == 'b'", "label", "label == 'labell' and label == 'b'"),
    ],
)
def test_the_first_fix_offered_can_be_applied(text, word, fixed):
    fix = found_in(text).fixes[0]
    assert (fix.word, fix.text) == (word, fixed)
    assert TABLE.bind(fix.text) is not None


def test_an_error_about_no_one_word_has_no_mark():
    assert found_in("rows('gone')") is None
    assert mistake("", SymphonyError("something else")) is None

"""What is typed into a search box becomes words, and never the index's own language."""

import pytest

from symphony_core.errors import BadSetting
from symphony_panel_embedding_map.analyses.search_words import MAX_WORDS, Word, folded, parsed, snippet


def read(typed: str) -> list[tuple[str, bool, bool]]:
    return [(word.text, word.is_prefix, word.is_excluded) for word in parsed(typed).words]


def test_words_phrases_beginnings_and_exclusions_are_told_apart():
    assert read('cat "fat cat" do* -"big dog" -owl -fo*') == [
        ("cat", False, False),
        ("fat cat", False, False),
        ("do", True, False),
        ("big dog", False, True),
        ("owl", False, True),
        ("fo", True, True),
    ]


def test_a_phrase_may_lack_its_end_and_come_in_curly_quotes():
    assert read('a "b c') == [("a", False, False), ("b c", False, False)]
    assert read("“fat cat” «tom»") == [("fat cat", False, False), ("tom", False, False)]


def test_a_phrase_may_end_in_a_beginning():
    assert read('"fat ca"*') == [("fat ca", True, False)]


def test_a_word_typed_twice_counts_once():
    assert read("cat cat") == [("cat", False, False)]


def test_what_has_no_letter_is_left_aside_and_told():
    query = parsed("cat ( ) * -- ^")
    assert ([word.text for word in query.words], query.ignored) == (["cat"], ("(", ")", "*", "--", "^"))


def test_words_beyond_the_most_are_left_aside_and_told():
    query = parsed(" ".join(f"w{i}" for i in range(MAX_WORDS + 3)))
    assert (len(query.words), query.ignored) == (MAX_WORDS, ("w32", "w33", "w34"))


def test_operators_of_the_index_are_words_in_its_quotes():
    assert parsed('x" OR {c0} : NEAR(y)').expression("all") == '"x" AND "OR {c0} : NEAR(y)"'
    assert parsed("a AND NOT b").expression("all") == '"a" AND "AND" AND "NOT" AND "b"'


def test_exclusions_come_after_all_words_to_find():
    assert parsed("-x a -y b").expression("any") == '("a" OR "b") NOT ("x" OR "y")'


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "nothing to search for"),
        ("  \n", "nothing to search for"),
        (None, "nothing to search for"),
        ("-cat", "only words to leave out"),
        ('"', "no letter, digit or emoji"),
        ("?!", "no letter, digit or emoji"),
        ("x" * 200_000, "200,000 characters"),
    ],
)
def test_a_query_without_a_word_to_find_is_refused(typed, words):
    with pytest.raises(BadSetting, match=words):
        parsed(typed)


def test_case_and_forms_of_letters_do_not_count():
    assert folded("ＦＵＬＬ Straße ﬁn") == "full strasse fin"


def test_emoji_and_signs_of_scripts_without_spaces_stand_alone():
    assert folded("ok👍🏽!").split() == ["ok", "\ue0001f44d", "🏽!"]
    assert folded("日本語").split() == ["日", "本", "語"]
    assert read("日本") == [("日 本", False, False)]


def test_a_snippet_is_cut_around_the_first_word_that_stands_there():
    text = "one two " * 30 + "Naïve cats" + " three" * 40
    assert snippet(text, [Word("absent"), Word("naive")], 30) == "…o one two Naïve cats three thr…"
    assert snippet(text, [Word("absent")], 30) is None


def test_a_beginning_is_found_inside_a_longer_word_for_the_snippet():
    assert snippet("some catalogue here", [Word("cat", is_prefix=True)], 100) == "some catalogue here"
    assert snippet("some catalogue here", [Word("cat")], 100) is None


def test_a_phrase_is_found_as_a_whole_for_the_snippet():
    assert snippet("a hand and a hand sign " + "x" * 60, [Word("hand sign")], 15) == "…nd a hand sign…"
    assert snippet("hand and sign", [Word("hand sign")], 100) is None
    assert snippet("hand signal", [Word("hand sig", is_prefix=True)], 100) == "hand signal"

"""The sheet of keys says what the scripts listen to: no key more, no key less."""

import re
from pathlib import Path

from symphony_core.shortcuts import SHORTCUTS

ROOT = Path(__file__).parents[2]
SCRIPTS = [*(ROOT / "symphony_core/components").glob("*.js"), *ROOT.glob("plugins/*/src/*/*.js")]

# `event.key === "Enter"`, `isPlainKey(event, "/")`, `isCommand(event, "z")`, `key === "Home"`
COMPARED = re.compile(
    r"""(?:event\.|(?<!\.)\b)key (?:===|!==) "([^"]+)"|is(?:PlainKey|Command)\(event, "([^"]+)"\)"""
)
# `{ ArrowLeft: -1, Home: 0 }[event.key]` and `event.key in steps`
LISTED = re.compile(r"\b((?:Arrow(?:Left|Right|Up|Down)|Home|End|PageUp|PageDown)): ")


def listened_to():
    found = set()
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        found |= {one or other for one, other in COMPARED.findall(text)}
        found |= set(LISTED.findall(text))
    return found


def test_every_key_that_a_script_listens_to_is_on_the_sheet():
    told = {key for group in SHORTCUTS for one in group.shortcuts for key in one.keys}
    assert listened_to() - told == set()


def test_every_key_on_the_sheet_is_listened_to():
    told = {key for group in SHORTCUTS for one in group.shortcuts for key in one.keys}
    assert told - listened_to() == set()


def test_no_place_has_two_meanings_for_the_same_words():
    for group in SHORTCUTS:
        shown = [one.shown for one in group.shortcuts]
        assert len(set(shown)) == len(shown), group.where
        assert all(one.words[0].isupper() for one in group.shortcuts)

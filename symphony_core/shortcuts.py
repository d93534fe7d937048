"""The keys that the page and its pieces listen to, as the help sheet lists them.

Kept in one place by hand, because only a person can word what a key does;
`tests/contract/test_shortcuts.py` compares it with what the scripts listen to.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shortcut:
    """One or more keys that do one thing.

    shown: the keys as a person reads them, such as "Ctrl-Z".
    keys: the same as browsers name them; letters in lower case.
    """

    shown: str
    words: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class ShortcutGroup:
    """Keys that act in one place."""

    where: str
    shortcuts: tuple[Shortcut, ...]


ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")

SHORTCUTS = (
    ShortcutGroup(
        "Everywhere on the page",
        (
            Shortcut("?", "Show these keys", ("?",)),
            Shortcut("/", "Write a filter", ("/",)),
            Shortcut("g", "Group by a column", ("g",)),
            Shortcut("Esc", "Clear the selection, or close what lies on top", ("Escape",)),
            Shortcut("Ctrl-Z", "Undo", ("z",)),
            Shortcut("Ctrl-Shift-Z or Ctrl-Y", "Redo", ("z", "y")),
        ),
    ),
    ShortcutGroup(
        "In the filter",
        (
            Shortcut("Enter", "Apply the filter", ("Enter",)),
            Shortcut("Esc", "Take back what was typed", ("Escape",)),
        ),
    ),
    ShortcutGroup(
        "On a page's tab",
        (
            Shortcut("← →", "Go to the page beside it", ("ArrowLeft", "ArrowRight")),
            Shortcut("Shift-← Shift-→", "Move the page", ("ArrowLeft", "ArrowRight")),
            Shortcut("F2", "Rename the page", ("F2",)),
            Shortcut("Delete", "Remove the page", ("Delete",)),
        ),
    ),
    ShortcutGroup(
        "On a card's handle (⠿) and edge",
        (
            Shortcut("arrows", "Move the card; at its edge, change its width", ARROWS),
            Shortcut("Shift-arrows", "Change the card's width", ARROWS),
            Shortcut("Home End", "At its edge: narrowest, widest", ("Home", "End")),
            Shortcut("Esc", "Leave full size; drop what is being dragged where it was", ("Escape",)),
        ),
    ),
    ShortcutGroup(
        "In a menu",
        (
            Shortcut("↑ ↓ Home End", "Go through its entries", ("ArrowUp", "ArrowDown", "Home", "End")),
            Shortcut("Esc or Tab", "Close it", ("Escape", "Tab")),
        ),
    ),
    ShortcutGroup(
        "In the rows of Instances",
        (
            Shortcut("arrows j k Home End", "Go from row to row", (*ARROWS, "j", "k", "Home", "End")),
            Shortcut("Space", "Select the row; with Shift all up to it", (" ",)),
            Shortcut("a", "Select the page, or let go of it", ("a",)),
            Shortcut("Enter", "Open the row", ("Enter",)),
            Shortcut("p", "Play the row's sound", ("p",)),
            Shortcut("PageUp PageDown", "Turn the page", ("PageUp", "PageDown")),
            Shortcut("Esc", "Close the opened row", ("Escape",)),
        ),
    ),
    ShortcutGroup(
        "In a histogram of Summary",
        (
            Shortcut("← → Home End", "Go from bar to bar; with Shift mark a range", (*ARROWS, "Home", "End")),
            Shortcut("Enter or Space", "Filter by the bar or the range", ("Enter", " ")),
            Shortcut("Esc", "Let go of the marked bars", ("Escape",)),
        ),
    ),
)

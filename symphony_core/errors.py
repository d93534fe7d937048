"""Every error that Symphony raises on purpose.

    SymphonyError
    ├── BadSource            a file, folder or table that cannot be opened
    │   ├── SourceNotFound   nothing is there
    │   └── BadFormat        something is there, but it is not what its name says
    ├── BadRows              row ids that are null, repeated or unknown
    │   └── UnknownRow       an id that the dataset does not hold
    ├── BadRole              a role points at a column that cannot play it
    ├── BadExpression        a filter or selection that cannot be read or applied
    │   ├── BadSyntax        the text is not in the grammar; knows the position
    │   ├── UnknownColumn    the column is not in the dataset; knows the nearest
    │   └── TypeMismatch     the column holds another kind of value
    ├── BadManifest          entry_points.toml; knows file, table, key and line
    ├── PluginError          a plugin broke a rule or raised
    │   ├── UnknownView      no such view; knows the nearest
    │   ├── UnknownAnalysis  no such analysis; knows the nearest
    │   ├── UnknownEmbedder  no such embedder; knows the nearest
    │   └── BadResult        an analysis returned what its spec does not promise
    ├── NeedsNotMet          the data lack what a view or analysis needs
    ├── EmbedderMissing      the library or weights of an embedder are not installed
    ├── NotEnoughRows        fewer rows than the method can work with
    ├── BadVectors           embeddings that the method cannot work with
    ├── BadMedia             an image or a sound that cannot be shown
    ├── BadSetting           a parameter outside its bounds or unknown
    ├── BadSaved             saved work that cannot be read; knows the key
    ├── BadSelection         an assignment that is neither text, ids nor a mask
    ├── SharedState          one app's views shown to a second session
    ├── Cancelled            the job was cancelled by its user
    └── AddressInUse         another process holds the port

A message says what was seen, what was wanted and what to do next. The values
are attributes as well, so that a page or a script need not parse the words.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MAX_NEAREST = 3


class SymphonyError(Exception):
    """Base of all errors that Symphony raises on purpose.

    Keyword arguments become attributes of the error.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.values = values
        for name, value in values.items():
            setattr(self, name, value)


class BadSource(SymphonyError):
    """A file, folder or table that cannot be opened."""


class SourceNotFound(BadSource):
    """Nothing is at the given place."""


class BadFormat(BadSource):
    """A file is not what its name says, or it is cut short."""


class BadRows(SymphonyError):
    """Row ids that are null or repeated."""


class UnknownRow(BadRows):
    """An id that the dataset does not hold."""


class BadRole(SymphonyError):
    """A role points at a column that cannot play it."""


class BadExpression(SymphonyError):
    """A filter or selection that cannot be read or applied."""


class BadSyntax(BadExpression):
    """The text is not in the grammar; `position` counts characters from 0."""


class UnknownColumn(BadExpression):
    """The column is not in the dataset; `nearest` holds close names."""


class TypeMismatch(BadExpression):
    """The column holds another kind of value than the expression asks for."""


class BadManifest(SymphonyError):
    """`entry_points.toml` cannot be used as it is."""


class PluginError(SymphonyError):
    """A plugin broke a rule or raised."""


class UnknownView(PluginError):
    """No view has this name; `nearest` holds close names."""


class UnknownAnalysis(PluginError):
    """No analysis has this name; `nearest` holds close names."""


class UnknownEmbedder(PluginError):
    """No plugin registers an embedder of this name."""


class EmbedderMissing(SymphonyError):
    """The library or the weights of an embedder are not installed; the message says how to install them."""


class BadResult(PluginError):
    """An analysis returned what its spec does not promise."""


class NeedsNotMet(SymphonyError):
    """The data lack what a view or an analysis needs."""


class NotEnoughRows(SymphonyError):
    """Fewer rows than the method can work with."""


class BadVectors(SymphonyError):
    """Embeddings that the method cannot work with."""


class BadMedia(SymphonyError):
    """A media value that cannot be shown."""


class BadSetting(SymphonyError):
    """A parameter that is unknown or outside its bounds."""


class BadSaved(SymphonyError):
    """Saved work that cannot be read; `key` names the place in it, "" the whole."""


class BadSelection(SymphonyError):
    """An assignment that is neither text, an expression, ids nor a mask."""


class SharedState(SymphonyError):
    """One app's views were shown to a second session."""


class Cancelled(SymphonyError):
    """The job was cancelled by its user."""


class AddressInUse(SymphonyError):
    """Another process holds the address."""


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Give up to three known names closest to `name`, best first."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    close = difflib.get_close_matches(name.casefold(), by_folded, n=MAX_NEAREST, cutoff=0.5)
    return [by_folded[folded] for folded in close]


def no_such(what: str, name: str, known: Iterable[str], where: str = "") -> tuple[str, list[str]]:
    """Word a "no such thing" message; return it with the nearest names."""
    known = list(known)
    close = nearest(name, known)
    place = f" in {where}" if where else ""
    if close:
        hint = "nearest are " + ", ".join(repr(n) for n in close)
    elif known:
        hint = "there are " + ", ".join(repr(n) for n in known[:5]) + (", ..." if len(known) > 5 else "")
    else:
        hint = "there are none"
    return f"no {what} {name!r}{place}; {hint}.", close

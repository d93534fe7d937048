"""Addresses of databases: what they name, and how to show them without their password.

    sqlite:///cats.db?table=cats          cats.duckdb?query=SELECT * FROM cats
    postgresql://user@host/db?rows=5000&query=SELECT * FROM cats WHERE age > 3

`query=` comes last and takes all that follows, as it is written, so that SQL
with `&`, `%` or `?` needs no encoding. A password may stand in the address; it
is shown nowhere: not in errors, names or progress.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus

from symphony_core.errors import BadSource

HIDDEN = "***"
# What a browser session can hold, and a person would not wait longer without having said so.
MAX_ROWS = 1_000_000
TIMEOUT_S = 60.0
# Shorter ones protect nothing, and hiding them would cross out half of every message.
MIN_SECRET_CHARS = 3

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOGIN = re.compile(r"(://[^:/@]*):(.*)@", re.DOTALL)
_SECRET = re.compile(r"((?:^|[?&\s])(?:\w*password|passwd|pwd|passfile|token)=)([^&\s]*)", re.IGNORECASE)
_QUERY = re.compile(r"(?:^|(?<=[?&]))query=", re.IGNORECASE)
_TAIL = re.compile(r"&(rows|timeout)=([\d.]+)$")
_TOKENS = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|\w+|\S", re.DOTALL
)


@dataclass(frozen=True)
class Asked:
    """What is wanted from a database; query and table are empty when not said.

    max_rows: rows read at most. timeout_s: seconds after which reading is given up.
    rest: parameters that are not ours, for the driver.
    """

    query: str = ""
    table: str = ""
    max_rows: int = MAX_ROWS
    timeout_s: float = TIMEOUT_S
    rest: dict[str, str] = field(default_factory=dict)


def parse_asked(text: str) -> Asked:
    """Read what follows `?`. Raises BadSource for a number that is none or a query that is not allowed."""
    parameters, query = _parted(text)
    while query and (tail := _TAIL.search(query)):
        query, parameters = query[: tail.start()], f"{parameters}&{tail[1]}={tail[2]}"
    if query and not re.search(r"\s", query.strip()):
        query = unquote_plus(query)  # SQL has a blank; without one the text was encoded
    given = {}
    for pair in filter(None, parameters.split("&")):
        name, _, value = pair.partition("=")
        given[name.strip().casefold()] = unquote(value)
    return Asked(
        query=one_select(query) if query.strip() else "",
        table=given.pop("table", ""),
        max_rows=int(_number(given.pop("rows", MAX_ROWS), "rows")),
        timeout_s=_number(given.pop("timeout", TIMEOUT_S), "timeout"),
        rest=given,
    )


def one_select(query: str) -> str:
    """Give the query without a closing semicolon. Raises BadSource unless it is one SELECT or WITH."""
    tokens = [m for m in _TOKENS.finditer(query) if not m[0].startswith(("--", "/*"))]
    while tokens and tokens[-1][0] == ";":
        query = query[: tokens.pop().start()]
    first = next((m[0].upper() for m in tokens if m[0] != "("), "")
    if first not in ("SELECT", "WITH"):
        raise BadSource(f"the query starts with {first or 'nothing'!r}; give one SELECT, or WITH ... SELECT.")
    if any(m[0] == ";" for m in tokens):
        raise BadSource("the query holds more than one statement; give one SELECT, or WITH ... SELECT.")
    return query.strip()


def is_address(text: str) -> bool:
    """Say whether text starts like an address and not like a path."""
    return _SCHEME.match(text) is not None


def masked(source: str) -> str:
    """Give an address with `***` for its password; other text as it is."""
    if "://" not in source:
        return source
    parameters, query = _parted(source)
    shown = _SECRET.sub(rf"\g<1>{HIDDEN}", _LOGIN.sub(rf"\g<1>:{HIDDEN}@", parameters))
    return f"{shown}query={query}" if query else shown


def server_parts(source: str) -> tuple[str, str, str, str]:
    """Part an address into one without login, the user, the password and what is asked; all decoded.

    A password with `@`, `/` or `?` in it is taken as it was meant, also when it was not encoded.
    """
    parameters, query = _parted(source)
    login = _LOGIN.search(parameters)
    start = login.end() if login else 0
    head, _, asked = parameters[start:].partition("?")
    asked = f"{asked}query={query}" if query else asked
    if login is None:
        return head, "", "", asked
    scheme = parameters[: login.start()] + "://"
    return scheme + head, unquote(login[1].removeprefix("://")), unquote(login[2]), asked


def without_secrets(text: str, source: str) -> str:
    """Cross the password of an address out of a text about it."""
    parameters = _parted(source)[0]
    found = [m[2] for pattern in (_LOGIN, _SECRET) for m in pattern.finditer(parameters)]
    for secret in sorted({s for raw in found for s in (raw, unquote(raw), unquote_plus(raw))}, key=len)[::-1]:
        if len(secret) >= MIN_SECRET_CHARS:
            text = text.replace(secret, HIDDEN)
    return text


def _parted(text: str) -> tuple[str, str]:
    """Part an address, or its parameters, before `query=`."""
    at = _QUERY.search(text)
    return (text, "") if at is None else (text[: at.start()], text[at.end() :])


def _number(given: str | float, name: str) -> float:
    try:
        number = float(given)
    except ValueError:
        number = 0
    if not 0 < number < 1e12:
        raise BadSource(f"{name}={given!r} is no number above 0; write it as {name}=5000.")
    return number

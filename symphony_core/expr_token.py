"""Filter text cut into words, and errors that point into the text.

Own code rather than Python's `ast`: backticked names, dates, `is null` and
`between` are not Python, and text from links must never come near an evaluator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symphony_core.errors import BadExpression, BadSyntax

# A filter is written by a person or carried by a link; row ids may be many more.
MAX_TEXT_BYTES = 10_000
MAX_IDS_BYTES = 1_000_000

# Words that mean something alone and need backticks as column names.
KEYWORDS = frozenset(
    (
        *("and", "or", "not", "in", "AND", "OR", "NOT", "IN"),
        *("is", "null", "between", "contains", "matches", "True", "False", "nan", "inf"),
    )
)
# Words that mean something only before a parenthesis.
FUNCTIONS = frozenset({"rows", "inside"})

# Text around an error that fits on a line.
_WINDOW = 60

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
      | (?P<name>[^\W\d]\w*)
      | (?P<quoted_name>`(?:[^`]|``)*`)
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<sign>==|!=|<=|>=|<>|&&|\|\||[=<>&|~()\[\],+\-])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_SLIPS = {
    "&&": "write `and`",
    "||": "write `or`",
    "<>": "write !=",
    "!": "write `not`, or !=",
    ".": "a column name with a dot goes into backticks: `a.b`",
    "@": "values are written out: x > 0.5",
}
_UNENDED = {
    "'": ("text in quotes that does not end", "a closing quote: label == 'cat'"),
    '"': ("text in quotes that does not end", 'a closing quote: label == "cat"'),
    "`": ("a column name in backticks that does not end", "a closing backtick: `odd name` > 1"),
}

# What a quote that is still open begins.
_OPENED = {"'": "text", '"': "text", "`": "column"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text.

    kind: number, name (a bare word), column (from backticks), text, sign or end.
    value: the word as it counts: quotes and escapes resolved.
    """

    kind: str
    value: str
    start: int
    end: int

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.value in signs

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the keywords, given in lower case."""
        return self.kind == "name" and self.value in KEYWORDS and self.value.lower() in words


def tokens_of(text: str) -> list[Token]:
    """Cut the text; an end token is last. Raises BadSyntax, or BadExpression when it is too long."""
    if len(text) > MAX_TEXT_BYTES + MAX_IDS_BYTES:
        raise _too_long(len(text))
    tokens = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _not_a_token(text, position)
        if found.lastgroup != "space":
            tokens.append(_token(text, found))
        position = found.end()
    _limit_length(text, tokens)
    return [*tokens, Token("end", "", len(text), len(text))]


def words_before(text: str, caret: int) -> tuple[list[Token], Token]:
    """Cut unfinished text: the words that end before the caret, and the one being written there.

    That one has kind end when nothing is being written, and its quotes may be open. Signs
    outside the grammar are passed over. Nothing is raised.
    """
    head = text[:caret]
    tokens: list[Token] = []
    position = 0
    while position < len(head):
        found = _TOKEN.match(head, position)
        if found is None and head[position] in _OPENED:
            inner = _leniently(head[position + 1 :])
            return tokens, Token(_OPENED[head[position]], inner, position, caret)
        if found is not None and found.lastgroup != "space":
            tokens.append(_lenient_token(found))
        position = position + 1 if found is None else found.end()
    if tokens and tokens[-1].end == len(head) and _goes_on(tokens[-1]):
        return tokens[:-1], tokens[-1]
    return tokens, Token("end", "", caret, caret)


def _lenient_token(found: re.Match[str]) -> Token:
    kind, raw = str(found.lastgroup), found.group()
    if kind == "quoted_name":
        return Token("column", raw[1:-1].replace("``", "`"), found.start(), found.end())
    return Token(kind, _leniently(raw[1:-1]) if kind == "text" else raw, found.start(), found.end())


def _leniently(raw: str) -> str:
    try:
        return _unescaped(raw, f"'{raw}'", 0)
    except BadSyntax:
        return raw


def _goes_on(token: Token) -> bool:
    """Whether the next letter would become part of this word."""
    return token.kind in ("name", "number") or token.is_sign("=")


def word_end(text: str, word: Token, caret: int) -> int:
    """Give where the word at the caret ends; a quote counts as its end only before the next space."""
    if word.kind in ("end", "sign"):
        return caret
    if word.kind in ("name", "number"):
        rest = re.compile(r"\w*").match(text, caret)
        return rest.end() if rest else caret
    closing = text[word.start]
    rest = re.compile(rf"[^\s{closing}]*{closing}").match(text, caret)
    return rest.end() if rest else caret


def _token(text: str, found: re.Match[str]) -> Token:
    kind, raw, start = str(found.lastgroup), found.group(), found.start()
    if kind == "quoted_name":
        return Token("column", raw[1:-1].replace("``", "`"), start, found.end())
    if kind == "text":
        return Token("text", _unescaped(text, raw, start), start, found.end())
    if raw in _SLIPS:
        raise bad_syntax(text, start, f"{raw} is not an operator here", _SLIPS[raw])
    return Token(kind, raw, start, found.end())


def _unescaped(text: str, raw: str, start: int) -> str:
    def character(found: re.Match[str]) -> str:
        code = found.group(1) or found.group(2) or found.group(3)
        if code is None:
            # Unknown escapes keep their backslash, so that '\d+' is the pattern it looks like.
            return _PLAIN_ESCAPES.get(found.group(4), found.group())
        number = int(code, 16)
        if 0xD800 <= number <= 0xDFFF or number > 0x10FFFF:
            at = start + 1 + found.start()
            raise bad_syntax(
                text, at, f"{found.group()} is no character", "a code below 110000 outside d800-dfff"
            )
        return chr(number)

    return _ESCAPE.sub(character, raw[1:-1]) if "\\" in raw else raw[1:-1]


def _not_a_token(text: str, position: int) -> BadSyntax:
    seen = text[position]
    if seen in _UNENDED:
        return bad_syntax(text, position, *_UNENDED[seen])
    digits = re.compile(r"\w+").match(text, position)
    if digits and digits.group()[0].isdigit():
        word = digits.group()
        return bad_syntax(text, position, f"{_short(word)} is neither a number nor a name",
                          "a name that starts with a digit in backticks, or text in quotes")  # fmt: skip
    return bad_syntax(
        text, position, f"unexpected {seen!r}", _SLIPS.get(seen, "a column, a value or an operator")
    )


def bad_syntax(text: str, position: int, seen: str, expected: str) -> BadSyntax:
    """Word an error with the place in the text under a caret.

    seen: what is there. expected: what would be right, with an example.
    """
    line, caret = _caret_line(text, position)
    return BadSyntax(
        f"cannot read the filter at character {position + 1}: {seen}; expected: {expected}.\n"
        f"  {line}\n  {' ' * caret}^",
        position=position,
        text=text,
        expected=expected,
    )


def _caret_line(text: str, position: int) -> tuple[str, int]:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line, caret = text[start : len(text) if end < 0 else end], position - start
    cut = max(0, caret - _WINDOW)
    shown = line[cut : caret + _WINDOW].replace("\t", " ").replace("\r", " ")
    ahead = "..." if cut else ""
    return ahead + shown + ("..." if caret + _WINDOW < len(line) else ""), caret - cut + len(ahead)


def _short(word: str) -> str:
    return word if len(word) <= 30 else word[:30] + "..."


def _limit_length(text: str, tokens: list[Token]) -> None:
    if len(text) * 4 <= MAX_TEXT_BYTES:
        return
    ids = sum(len(text[start:end].encode("utf-8", "replace")) for start, end in _id_spans(tokens))
    rest = len(text.encode("utf-8", "replace")) - ids
    if rest > MAX_TEXT_BYTES or ids > MAX_IDS_BYTES:
        raise _too_long(rest if rest > MAX_TEXT_BYTES else ids)


def _id_spans(tokens: list[Token]) -> list[tuple[int, int]]:
    """Find what stands between the parentheses of each rows(...)."""
    spans = []
    start: int | None = None
    for index, token in enumerate(tokens):
        if start is not None and token.is_sign(")", "("):
            spans.append((start, token.start))
            start = None
        elif token.is_sign("(") and index and tokens[index - 1].value == "rows":
            start = token.end
    return spans


def _too_long(byte_count: int) -> BadExpression:
    return BadExpression(
        f"the text of a filter has at most {MAX_TEXT_BYTES:,} bytes, and {MAX_IDS_BYTES:,} of ids "
        f"in rows(...); this one has {byte_count:,}. "
        "Give ids as a list in Python, or filter by a column that names them."
    )

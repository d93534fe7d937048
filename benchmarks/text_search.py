"""A search in a full-text index, against reading all texts, and what the index costs.

    python benchmarks/text_search.py [--quick] [--rows N]

Texts have ten words of a vocabulary of 50,000 whose frequencies fall as 1/rank. The baseline is one pass of
Arrow's substring search over the same texts for the same words, which neither ranks nor knows where a word
ends. Each query is measured by itself; the ratio is the median over queries and turns.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from _report import milliseconds, reach, seconds, show

from symphony_core.column import ColumnData, Kind
from symphony_core.specs import never, silent
from symphony_panel_embedding_map.analyses.search_words import parsed
from symphony_panel_embedding_map.analyses.text_index import TextIndex

WORD_COUNT = 50_000
WORDS_A_TEXT = 10
# From the most frequent words to rare ones, and a beginning that a ninth of the vocabulary has.
QUERIES = ("w1 w2", "w33 w10", '"w1 w2"', "w4d2 w33 -w10", "wff wabc", "wab*", "wabc", "w1*")
LIMIT = 100


def texts(row_count: int) -> pa.ChunkedArray:
    random = np.random.default_rng(0)
    words = np.array([f"w{number:x}" for number in range(WORD_COUNT)])
    shares = 1 / np.arange(1, WORD_COUNT + 1)
    chosen = words[random.choice(WORD_COUNT, (row_count, WORDS_A_TEXT), p=shares / shares.sum())]
    return pa.chunked_array([pa.array([" ".join(row) for row in chosen], pa.large_string())])


def by_reading(column: pa.ChunkedArray, query: str) -> int:
    """Count the texts that hold every part of the query somewhere."""
    found = None
    for word in parsed(query).wanted:
        holds = pc.match_substring(column, word.text)
        found = holds if found is None else pc.and_(found, holds)
    return pc.sum(found).as_py()


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--quick", action="store_true", help="smaller, within half a minute")
    arguments.add_argument("--rows", type=int, help="how many texts; a million unless --quick")
    given = arguments.parse_args()
    row_count = given.rows or (100_000 if given.quick else 1_000_000)
    column = texts(row_count)
    data = ColumnData(Kind.TEXT, np.empty(0), text=column)
    built: list[TextIndex] = []
    build_s = seconds(lambda: built.append(TextIndex([data], progress=silent, cancel=never)))
    ratios, lines, slowest = [], [], 0.0
    for query in QUERIES:
        expression = parsed(query).expression("all")
        times: list[float] = []
        for _ in range(5):
            read_s = seconds(lambda query=query: by_reading(column, query))
            times.append(seconds(lambda text=expression: built[0].search(text, LIMIT, never)))
            ratios.append(read_s / times[-1])
        total = built[0].search(expression, LIMIT, never).total
        slowest = max(slowest, statistics.median(times))
        lines.append((query, f"{milliseconds(times)}, {total:,} rows found"))
    ratio = statistics.median(ratios)
    show(
        f"full-text search, {row_count:,} texts of {WORDS_A_TEXT} words",
        [
            ("index built once", f"{build_s:.2f} s, {built[0].byte_count / 2**20:.0f} MB"),
            *lines,
            ("reading all texts / ours", reach(ratio, 1, at_least=True)),
        ],
        {
            "benchmark": "text_search", "rows": row_count, "build_s": build_s,
            "index_bytes": built[0].byte_count, "slowest_query_s": slowest, "reading_over_ours": ratio,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()

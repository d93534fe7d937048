"""How familiar each row is: how dense the reference is around it in an embedding.

A row's raw score means nothing on its own, so what is shown, filtered and
compared is its place among the reference rows: 0.01 is less familiar than all
but one in a hundred of them. Measured against itself a set calls whatever is
common familiar, a tight group of copies or strangers too; against a reference
that is known to be clean it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from symphony_core.errors import BadRole, BadSetting, NotEnoughRows
from symphony_core.specs import AnalysisInput, Cancel, Progress, Result, Role, SetAside, never, silent
from symphony_panel_familiarity.density import (
    Scores,
    mixture_scores,
    neighbour_scores,
    scaled_vectors,
    unit_vectors,
)
from symphony_panel_familiarity.place import places_among, places_within
from symphony_panel_familiarity.reference import groups_of, reference_rows, reference_words

KNN, MIXTURE = "knn", "gaussian_mixture"
METHODS = (KNN, MIXTURE)
AUTO, COSINE, EUCLIDEAN = "auto", "cosine", "euclidean"
METRICS = (AUTO, COSINE, EUCLIDEAN)
# Fewer numbers are coordinates or measurements, whose lengths mean something, and no embedding.
FEWEST_OF_AN_EMBEDDING = 8
# Groups named in the summary as too small.
NAMED_GROUPS = 5


@dataclass(frozen=True)
class Choices:
    """How rows are scored; see `run`."""

    method: str
    metric: str
    k: int
    components: int
    dimensions: int
    reference_limit: int
    seed: int


@dataclass(frozen=True, eq=False)
class Scored:
    """Rows of one set: (n,) raw scores and places among its reference, NaN where there is none.

    used: neighbours or components. reference_count: rows that were the measure, after sampling.
    """

    scores: np.ndarray
    places: np.ndarray
    used: int = 0
    reference_count: int = 0


def run(
    data: AnalysisInput,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    seed: int = 0,
    layer: str | None = None,
    method: str = KNN,
    metric: str = AUTO,
    k: int = 20,
    reference: Mapping[str, object] | None = None,
    by: Sequence[str] | str = (),
    outlier_rate: float = 0.01,
    reference_limit: int = 50_000,
    components: int = 20,
    dimensions: int = 300,
) -> Result:
    """Score every row by the density of the reference rows around it.

    layer: an embedding column; None is the one that plays the role, else the first.
    method: "knn" or "gaussian_mixture" (see `density`). k: neighbours looked at.
    metric: "cosine", "euclidean", or "auto": cosine from 8 numbers a vector on, below them Euclidean.
    reference: column -> value (or a list of values) of the rows that are the measure; None is all rows.
        A row that is in it is measured against the others of it.
    by: columns; for each, rows are also measured against the reference rows that share their value.
    outlier_rate: share of the reference that is called outliers, above 0 and below 1.
    reference_limit: a reference of more rows is sampled by `seed`; 0 takes all.
    components, dimensions: of the mixture: its Gaussians, and the principal components it sees.

    Writes `familiarity` (place among the reference, 0 least to 1 most familiar), `familiarity_score` (raw),
    `familiarity_outlier` (place below the rate) and for each column of `by` `familiarity_by_<column>`.
    The table has a row for all rows, for those in and out of the reference and for each group; the
    summary says what was done. Rows without a usable vector are set aside and null.
    Raises BadRole without an embedding, BadSetting, NotEnoughRows with fewer than two usable reference rows.
    Cost: 2 s for 20k x 384 on one core, growing with the rows times those of the reference.
    """
    cancel.check()
    by = (by,) if isinstance(by, str) else tuple(by)
    choices = Choices(method, metric, k, components, dimensions, reference_limit, seed)
    _check(choices, outlier_rate, reference)
    layer = _layer(data, layer)
    vectors, usable, set_aside, used_metric = _vectors(data, layer, metric)
    measure = reference_rows(data, reference)
    if np.count_nonzero(measure & usable) < 2:
        raise NotEnoughRows(
            f"{np.count_nonzero(measure & usable)} of the {np.count_nonzero(measure):,} reference rows "
            f"({reference_words(reference)}) have a usable vector in {layer!r}; at least 2 are needed."
        )
    groups = [groups_of(data, name) for name in by]
    parts = _Parts(progress, 1 + len(groups))
    whole = _scored(vectors, usable, measure, choices, parts.next(), cancel)
    lines = _lines(whole, measure, reference, outlier_rate)
    columns: dict[str, np.ndarray | pd.Series] = {
        "familiarity": whole.places,
        "familiarity_score": whole.scores,
        "familiarity_outlier": _flags(whole.places, outlier_rate),
    }
    too_small: list[str] = []
    for one in groups:
        report = parts.next()
        places = np.full(len(data), np.nan)
        for code, word in enumerate(one.words):
            cancel.check()
            rows = np.flatnonzero((one.codes == code) & usable)
            if np.count_nonzero(measure[rows]) < 2:
                too_small.append(f"{one.column} {word}")
            else:
                part = _scored(vectors, _at(rows, len(data)), measure, choices, silent, cancel)
                places[rows] = part.places[rows]
            lines.append(_line(one.column, word, one.codes == code, measure, places, outlier_rate))
            report((code + 1) / len(one.words), f"{one.column} {word}")
        columns[f"familiarity_by_{one.column}"] = places
    return Result(
        columns=columns,
        table=pd.DataFrame(lines),
        summary={
            "layer": layer, "method": method, "metric": used_metric,
            ("k" if method == KNN else "components"): whole.used,
            "reference": reference_words(reference), "reference_count": whole.reference_count,
            "scored_count": int(np.count_nonzero(usable)),
            "set_aside_count": int(np.count_nonzero(~usable)),
            "outlier_rate": outlier_rate,
            "outlier_count": int(np.count_nonzero(whole.places < outlier_rate)),
            "note": _note(choices, whole, int(np.count_nonzero(measure & usable)), too_small),
        },
        set_aside=set_aside,
    )  # fmt: skip


# --- what is given ------------------------------------------------------------------


def _check(choices: Choices, outlier_rate: float, reference: object) -> None:
    if choices.method not in METHODS:
        raise BadSetting(f"method is {choices.method!r}; choose one of {', '.join(METHODS)}.")
    if choices.metric not in METRICS:
        raise BadSetting(f"metric is {choices.metric!r}; choose one of {', '.join(METRICS)}.")
    for name, least in (("k", 1), ("components", 1), ("dimensions", 1), ("reference_limit", 0)):
        value = getattr(choices, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise BadSetting(f"{name} is {value!r}; give a whole number from {least} up.")
    if choices.reference_limit == 1:
        raise BadSetting("reference_limit is 1; give at least 2 rows, or 0 for all.")
    if not isinstance(outlier_rate, int | float) or not 0 < outlier_rate < 1:
        raise BadSetting(f"outlier_rate is {outlier_rate!r}; give a share between 0 and 1, such as 0.01.")
    if reference is not None and not isinstance(reference, Mapping):
        raise BadSetting(
            f"reference is {reference!r}; give columns and their values, such as {{'split': 'train'}}."
        )


def _layer(data: AnalysisInput, layer: str | None) -> str:
    """Name the embedding: the given one, the one with the role, else the first. Raises BadRole."""
    name = layer or data.role_column(Role.EMBEDDING) or next(iter(data.embedding_names), None)
    if name is None:
        raise BadRole(
            "the data have no embedding column, and familiarity is measured in one; name it with "
            "open(..., embedding='COLUMN') or compute one."
        )
    return name


def _vectors(
    data: AnalysisInput, layer: str, metric: str
) -> tuple[np.ndarray, np.ndarray, tuple[SetAside, ...], str]:
    """Give vectors made ready for the metric, which rows are usable, those set aside, and the metric."""
    given = data.vectors(layer)
    if metric == AUTO:
        metric = COSINE if given.dimension >= FEWEST_OF_AN_EMBEDDING else EUCLIDEAN
    is_finite = given.usable & np.isfinite(given.values).all(axis=1)
    usable = is_finite
    if metric == COSINE or given.dimension >= FEWEST_OF_AN_EMBEDDING:
        # encoders write zeros where they failed; and zeros point nowhere
        usable = is_finite & given.values.any(axis=1)
    ids = data.row_ids
    reasons = ((~is_finite, "no vector, or one with NaN, infinity or another length"),
               (is_finite & ~usable, "a vector of zeros"))  # fmt: skip
    set_aside = tuple(SetAside(tuple(ids[rows].tolist()), words) for rows, words in reasons if rows.any())
    vectors = np.zeros_like(given.values)
    ready = unit_vectors if metric == COSINE else scaled_vectors
    if usable.any():
        vectors[usable] = ready(given.values[usable])
    return vectors, usable, set_aside, metric


# --- scores --------------------------------------------------------------------------


def _scored(
    vectors: np.ndarray,
    usable: np.ndarray,
    measure: np.ndarray,
    choices: Choices,
    progress: Progress,
    cancel: Cancel,
) -> Scored:
    """Score the usable rows against those of them that are in the reference, at least two."""
    known = np.flatnonzero(usable & measure)
    if 0 < choices.reference_limit < len(known):
        random = np.random.default_rng(choices.seed)
        known = np.sort(random.choice(known, choices.reference_limit, replace=False))
    rest = np.flatnonzero(usable & ~_at(known, len(usable)))
    found = _densities(vectors[known], vectors[rest], choices, progress, cancel)
    scores, places = np.full(len(usable), np.nan), np.full(len(usable), np.nan)
    scores[known], scores[rest] = found.reference, found.others
    places[known], places[rest] = (
        places_within(found.reference),
        places_among(found.others, found.reference),
    )
    return Scored(scores, places, found.used, len(known))


def _densities(
    reference: np.ndarray, others: np.ndarray, choices: Choices, progress: Progress, cancel: Cancel
) -> Scores:
    if choices.method == KNN:
        return neighbour_scores(reference, others, choices.k, progress=progress, cancel=cancel)
    return mixture_scores(
        reference, others, choices.components, choices.dimensions, seed=choices.seed,
        progress=progress, cancel=cancel,
    )  # fmt: skip


def _at(rows: np.ndarray, count: int) -> np.ndarray:
    mask = np.zeros(count, dtype=bool)
    mask[rows] = True
    return mask


def _flags(places: np.ndarray, rate: float) -> pd.Series:
    return pd.Series(places < rate, dtype="boolean").mask(np.isnan(places))


class _Parts:
    """Progress of equal parts, one after the other."""

    def __init__(self, progress: Progress, count: int) -> None:
        self._progress, self._count, self._done = progress, count, 0

    def next(self) -> Progress:
        start, self._done = self._done, self._done + 1

        def report(fraction: float, text: str) -> None:
            self._progress((start + fraction) / self._count, text)

        return report


# --- words ---------------------------------------------------------------------------


def _lines(whole: Scored, measure: np.ndarray, reference: object, rate: float) -> list[dict[str, object]]:
    sets = [("", "all rows", np.ones(len(measure), dtype=bool))]
    if reference:
        sets += [("", "reference", measure), ("", "other rows", ~measure)]
    return [_line(column, word, rows, measure, whole.places, rate) for column, word, rows in sets]


def _line(
    column: str, value: str, rows: np.ndarray, measure: np.ndarray, places: np.ndarray, rate: float
) -> dict[str, object]:
    known = places[rows & ~np.isnan(places)]
    return {
        "column": column, "value": value, "row_count": int(np.count_nonzero(rows)),
        "reference_count": int(np.count_nonzero(rows & measure)),
        "mean": float(known.mean()) if len(known) else np.nan,
        "std": float(known.std(ddof=1)) if len(known) > 1 else np.nan,
        "outlier_count": int(np.count_nonzero(known < rate)),
    }  # fmt: skip


def _note(choices: Choices, whole: Scored, available: int, too_small: Sequence[str]) -> str:
    """Say in sentences where less was done than asked for; empty when all was."""
    words = []
    if choices.method == KNN and whole.used < choices.k:
        words.append(f"k is {whole.used}, not {choices.k}: the reference has {whole.reference_count:,} rows.")
    if choices.method == MIXTURE and whole.used < choices.components:
        words.append(
            f"The mixture has {whole.used} of {choices.components} Gaussians: too few rows are distinct."
        )
    if whole.reference_count < available:
        words.append(
            f"The reference is a sample of {whole.reference_count:,} of its {available:,} rows; "
            "reference_limit=0 takes all."
        )
    if too_small:
        named = ", ".join(too_small[:NAMED_GROUPS]) + (", …" if len(too_small) > NAMED_GROUPS else "")
        words.append(
            f"Groups of fewer than 2 rows in the reference have no score ({len(too_small)}): {named}."
        )
    return " ".join(words)

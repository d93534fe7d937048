"""Checking what an analysis returned, and spreading its columns over all rows.

A wrong length or order would put values on the wrong rows, silently and for
good; so nothing is guessed here. Rows that were not covered hold null, never
zero or False: "not looked at" is not a finding.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from symphony_core.analysis_input import AnalysisInput
from symphony_core.errors import BadResult
from symphony_core.specs import DTYPES, VECTORS, AnalysisSpec, Result, SetAside
from symphony_core.table import Table
from symphony_core.vectors import Vectors, as_vectors


def checked_columns(spec: AnalysisSpec, result: Result, data: AnalysisInput) -> dict[str, pd.Series]:
    """Give the columns of a result, numbered 0..n-1, once all parts of it are as promised.

    Raises BadResult.
    """
    _check_parts(result)
    columns = result.columns
    if not isinstance(columns, Mapping | pd.DataFrame):
        raise BadResult(f"columns is {type(columns).__name__}; return a dict from name to values.")
    return {str(name): _checked(spec, name, values, data) for name, values in columns.items()}


def checked_vectors(spec: AnalysisSpec, result: Result, data: AnalysisInput) -> dict[str, np.ndarray]:
    """Give the embeddings of a result, (n, d) float each, once they are as promised. Raises BadResult."""
    if not isinstance(result.vectors, Mapping):
        raise BadResult(f"vectors is {type(result.vectors).__name__}; return a dict from name to an array.")
    for name, values in result.vectors.items():
        promise = next((p for p in spec.promises if isinstance(name, str) and p.covers(name)), None)
        if promise is None or promise.dtype != VECTORS:
            promised = ", ".join(spec.provides) or "nothing"
            raise BadResult(f"embedding {name!r} is not promised; the spec provides {promised}.", column=name)
        if not isinstance(values, np.ndarray) or values.ndim != 2 or values.dtype.kind not in "fiu":
            seen = (
                f"{values.dtype} of shape {values.shape}" if isinstance(values, np.ndarray) else type(values)
            )
            raise BadResult(f"embedding {name!r} is {seen}; return numbers of shape (n, d).", column=name)
        if len(values) != len(data):
            raise BadResult(
                f"embedding {name!r} has {len(values):,} vectors for {len(data):,} rows; return one per row.",
                column=name,
            )
    return dict(result.vectors)


def full_vectors(values: np.ndarray, data: AnalysisInput, table: Table) -> Vectors:
    """Spread vectors over all rows of the table, in order; rows not covered have none."""
    if len(data) == len(table):
        return as_vectors(values)
    spread = np.full((len(table), values.shape[1]), np.nan, dtype=np.float32)
    spread[data.rows] = values
    return as_vectors(spread)


def _check_parts(result: Result) -> None:
    if result.table is not None and not isinstance(result.table, pd.DataFrame):
        raise BadResult(f"table is {type(result.table).__name__}; return a DataFrame or None.")
    if not isinstance(result.summary, Mapping):
        raise BadResult(f"summary is {type(result.summary).__name__}; return a dict.")
    aside = result.set_aside
    if not isinstance(aside, tuple | list) or not all(isinstance(item, SetAside) for item in aside):
        raise BadResult("set_aside is no tuple of SetAside.")
    if not isinstance(result.files, Mapping):
        raise BadResult(f"files is {type(result.files).__name__}; return a dict from file name to content.")
    for name, content in result.files.items():
        if not isinstance(content, pd.DataFrame | bytes | str):
            raise BadResult(f"file {name!r} is {type(content).__name__}; give a DataFrame, bytes or text.")


def _checked(spec: AnalysisSpec, name: object, values: object, data: AnalysisInput) -> pd.Series:
    promise = next((p for p in spec.promises if isinstance(name, str) and p.covers(name)), None)
    if promise is None:
        promised = ", ".join(spec.provides) or "no columns"
        raise BadResult(f"column {name!r} is not promised; the spec provides {promised}.", column=name)
    series = _as_series(name, values, data)
    if len(series) != len(data):
        raise BadResult(
            f"column {name!r} has {len(series):,} values for {len(data):,} rows; return one per row.",
            column=name,
        )
    if promise.dtype == VECTORS:
        raise BadResult(f"{name!r} is promised as vectors; return it in Result.vectors.", column=name)
    if len(series) and promise.dtype != _word_of(series):
        raise BadResult(
            f"column {name!r} is {series.dtype}; promised is {promise.dtype} ({DTYPES[promise.dtype]}).",
            column=name,
        )
    return series


def _as_series(name: object, values: object, data: AnalysisInput) -> pd.Series:
    """Read values as a Series numbered 0..n-1, whose own index, if any, must agree with the rows."""
    if isinstance(values, pd.Series):
        index = values.index
        if not index.equals(pd.RangeIndex(len(values))) and not index.equals(pd.Index(data.row_ids)):
            raise BadResult(
                f"column {name!r} is a Series whose index is neither 0..n-1 nor the row ids in order; "
                "return it in the order of the rows, with .to_numpy().",
                column=name,
            )
        return values.reset_index(drop=True)
    if isinstance(values, np.ndarray) and values.ndim != 1:
        message = f"column {name!r} has {values.ndim} dimensions; return one value per row."
        raise BadResult(message, column=name)
    if not isinstance(values, np.ndarray | pd.api.extensions.ExtensionArray | list | tuple):
        raise BadResult(f"column {name!r} is {type(values).__name__}; return an array.", column=name)
    return pd.Series(list(values) if isinstance(values, tuple) else values)


def _word_of(series: pd.Series) -> str:
    """Give the dtype word of `provides` that a column fits; empty for none."""
    types = pd.api.types
    if types.is_bool_dtype(series.dtype):
        return "bool"
    if types.is_integer_dtype(series.dtype):
        return "int"
    if types.is_float_dtype(series.dtype):
        return "float"
    if types.is_datetime64_any_dtype(series.dtype):
        return "time"
    values = series.array.categories if isinstance(series.array, pd.Categorical) else series
    return "str" if types.infer_dtype(values, skipna=True) in ("string", "empty") else ""


def full_columns(
    columns: Mapping[str, pd.Series], names: Mapping[str, str], data: AnalysisInput, table: Table
) -> pd.DataFrame:
    """Spread columns over all rows of the table, in order, indexed by row id; null where not covered."""
    ids = pd.Index(table.dataset.row_ids, name=table.dataset.id_column)
    places = None
    if len(data) != len(table):
        places = np.full(len(table), -1, dtype=np.int64)
        places[data.rows] = np.arange(len(data))
    spread = {names[name]: _spread(series, places) for name, series in columns.items()}
    return pd.DataFrame(spread, index=pd.RangeIndex(len(table))).set_axis(ids, axis=0)


def _spread(series: pd.Series, places: np.ndarray | None) -> pd.Series:
    """Put value `places[i]` on row i, null where that is -1; None keeps the values where they are."""
    if series.dtype == object or isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype("str")
    if places is None:
        return series
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biu":
        series = series.convert_dtypes()
    return pd.Series(series.array.take(places, allow_fill=True))

"""What one session sees: the shared dataset with the session's computed columns.

Everything that turns an expression into rows goes through here, so that all
views count alike: an expression is bound (ids become positions) and checked
before anything is computed, and its mask is taken from the process-wide cache
or put there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from symphony_core import evaluate, point_index
from symphony_core.cache import masks
from symphony_core.column import ColumnData, Kind
from symphony_core.dataset import Dataset
from symphony_core.errors import BadSelection, UnknownColumn, no_such
from symphony_core.expr import Expr, Rows, columns_of
from symphony_core.expr_text import parse, to_text
from symphony_core.overlay import Overlay
from symphony_core.vectors import Vectors

_WANTED = "wanted text, an expression, a list of row ids or a boolean array with one value a row"


class Table:
    """A dataset and an overlay, together immutable."""

    def __init__(self, dataset: Dataset, overlay: Overlay | None = None) -> None:
        self.dataset = dataset
        self.overlay = Overlay() if overlay is None else overlay

    def __len__(self) -> int:
        return len(self.dataset)

    def __repr__(self) -> str:
        return f"<Table {self.dataset_name!r}: {len(self):,} rows, {len(self.names)} columns>"

    @property
    def dataset_name(self) -> str:
        return self.dataset.name

    @property
    def fingerprint(self) -> str:
        return self.dataset.fingerprint

    @property
    def row_count(self) -> int:
        return len(self.dataset)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The dataset's columns, then the computed ones."""
        base = self.dataset.names
        return (*(n for n in base if n not in self.overlay), *self.overlay)

    def column(self, name: str) -> ColumnData:
        """Give the values of a column. Raises UnknownColumn."""
        computed = self.overlay.get(name)
        if computed is not None:
            return computed.data
        self._check(name)
        return self.dataset.column(name)

    @property
    def embedding_names(self) -> tuple[str, ...]:
        """The dataset's embeddings, then the computed ones."""
        return (*self.dataset.embedding_names, *self.overlay.layers)

    def vectors(self, name: str) -> Vectors:
        """Give an embedding, of the data or computed. Raises UnknownColumn."""
        layer = self.overlay.layers.get(name)
        if layer is not None:
            return layer.vectors
        if name not in self.dataset.embedding_names:
            message, close = no_such(
                "embedding", name, self.embedding_names, f"dataset {self.dataset_name!r}"
            )
            raise UnknownColumn(message, column=name, nearest=close)
        return self.dataset.vectors(name)

    def vectors_key(self, name: str) -> str:
        """Give what tells this embedding's vectors from any other's in the process."""
        layer = self.overlay.layers.get(name)
        return f"vectors:{name}" if layer is None else f"vectors:{layer.digest}:{name}"

    def kind(self, name: str) -> Kind:
        """Say what the values of a column are. Raises UnknownColumn."""
        return self.column(name).kind

    def key(self, name: str) -> str:
        """Give what tells this column's values from any other's in the process. Raises UnknownColumn."""
        computed = self.overlay.get(name)
        if computed is not None:
            return f"{computed.digest}:{name}"
        self._check(name)
        return f"base:{name}"

    def bind(self, value: object) -> Expr | None:
        """Read what a person or a view assigned into an expression over this table.

        value: None or blank text (all rows), text, an expression, row ids, or a boolean array or Series of
        length n whose index, if it is not 0..n-1, is the row ids.
        Raises BadExpression, UnknownRow or BadSelection; nothing is changed then.
        """
        if value is None:
            return None
        if isinstance(value, str):
            return self.bind(parse(value)) if value.strip() else None
        if isinstance(value, Expr):
            bound = evaluate.bind(value, self)
            evaluate.check(bound, self)
            return bound
        return self._rows(self._positions_in(value))

    def mask(self, expr: Expr | None) -> np.ndarray:
        """Give (n,) bool, read-only, True for rows that meet the expression; None is all rows.

        Raises BadExpression when the expression does not fit the columns.
        """
        if expr is None:
            return masks.get((self.fingerprint, "all"), lambda: np.ones(len(self), dtype=bool))
        bound = self.bind(expr)
        assert bound is not None
        keys = tuple(self.key(name) for name in columns_of(bound))
        return masks.get(
            (self.fingerprint, keys, bound.digest), lambda: evaluate.evaluate(bound, self, self._point_index)
        )

    def count(self, expr: Expr | None) -> int:
        """Count the rows that meet the expression; None is all rows."""
        return len(self) if expr is None else int(np.count_nonzero(self.mask(expr)))

    def positions(self, expr: Expr | None) -> np.ndarray:
        """Give the positions of rows that meet the expression, int64 ascending; None is all rows."""
        if expr is None:
            return np.arange(len(self), dtype=np.int64)
        return np.flatnonzero(self.mask(expr)).astype(np.int64, copy=False)

    def positions_of(self, ids: Sequence[object]) -> np.ndarray:
        """Give the position of each id, in the order asked. Raises UnknownRow."""
        return self.dataset.positions_of(ids)

    def text(self, expr: Expr) -> str:
        """Give the expression as text, with ids in place of positions."""
        return to_text(expr, lambda positions: self.dataset.ids_at(positions).tolist())

    def take(self, positions: np.ndarray, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Give some rows as a DataFrame numbered from 0, the id column always with them.

        columns: None is all, computed ones last; the id comes first if it is not among them.
        Raises UnknownColumn.
        """
        names = list(self.names if columns is None else columns)
        for name in names:
            self._check(name)
        positions = np.asarray(positions)
        taken = self.dataset.take(positions, [n for n in names if n not in self.overlay])
        for name in names:
            if name in self.overlay:
                taken[name] = self.overlay[name].series.take(positions).reset_index(drop=True)
        id_column = self.dataset.id_column
        return taken[names if id_column in names else [id_column, *names]]

    def _point_index(self, x: str, y: str) -> evaluate.PointIndex | None:
        return point_index.known(point_index.key_of(self, x, y))

    def _check(self, name: str) -> None:
        if name in self.overlay or name in self.dataset.names:
            return
        if name in self.dataset.embedding_names:
            self.dataset.column(name)  # raises, saying that it is an embedding
        if name in self.overlay.layers:
            raise UnknownColumn(f"{name!r} is an embedding, not a column of single values.", column=name)
        message, close = no_such("column", name, self.names, f"dataset {self.dataset_name!r}")
        raise UnknownColumn(f"{message} Columns are case-sensitive.", column=name, nearest=close)

    def _rows(self, positions: np.ndarray) -> Expr:
        return Rows.at(np.unique(positions), fingerprint=self.fingerprint, row_count=len(self))

    def _positions_in(self, value: object) -> np.ndarray:
        if isinstance(value, pd.Series):
            return self._positions_in_series(value)
        if isinstance(value, pd.api.extensions.ExtensionArray):
            return self._positions_in_series(pd.Series(value))
        if isinstance(value, np.ndarray) and value.dtype == bool:
            return self._positions_in_mask(value)
        if isinstance(value, np.ndarray) and value.ndim != 1:
            raise BadSelection(f"got an array of {value.ndim} dimensions; {_WANTED}.", value=value)
        if isinstance(value, (list, tuple, set, frozenset, np.ndarray, pd.Index)):
            return self._positions_of_list(list(value))
        raise BadSelection(f"got {type(value).__name__} {str(value)[:60]!r}; {_WANTED}.", value=value)

    def _positions_in_series(self, series: pd.Series) -> np.ndarray:
        if not pd.api.types.is_bool_dtype(series.dtype):
            return self._positions_of_list(series.tolist())
        if series.isna().any():
            raise BadSelection(
                "the boolean Series has missing values; say what they mean with .fillna(False).", value=series
            )
        self._check_length(len(series))
        is_numbered = series.index.equals(pd.RangeIndex(len(self)))
        if not is_numbered and not series.index.equals(pd.Index(self.dataset.row_ids)):
            raise BadSelection(
                "the index of the boolean Series is neither 0..n-1 nor exactly the row ids in their "
                "order; give .to_numpy() if the rows are in the order of the data.",
                value=series,
            )
        return np.flatnonzero(series.to_numpy(dtype=bool))

    def _positions_in_mask(self, mask: np.ndarray) -> np.ndarray:
        if mask.ndim != 1:
            raise BadSelection(f"got a boolean array of {mask.ndim} dimensions; {_WANTED}.", value=mask)
        self._check_length(len(mask))
        return np.flatnonzero(mask)

    def _positions_of_list(self, ids: list[object]) -> np.ndarray:
        if any(isinstance(i, (bool, np.bool_)) for i in ids):
            raise BadSelection(
                "got a list of True and False; a list means row ids. "
                "Give numpy.array(...) for a boolean array.",
                value=ids,
            )
        return self.dataset.positions_of(ids)

    def _check_length(self, length: int) -> None:
        if length != len(self):
            raise BadSelection(
                f"the boolean array has {length:,} values and the table {len(self):,} rows.",
                value=None,
                length=length,
            )

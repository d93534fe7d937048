"""Running one analysis: parameters in, checked columns out.

An analysis is foreign code. Its parameters are checked before it starts, what
it raises is kept with its plugin, and what it returns is checked before any of
it can be seen. A deliberate SymphonyError, such as NotEnoughRows, is an answer
to the user and passes as it is.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from symphony_core.analysis_input import AnalysisInput
from symphony_core.blas import one_blas_thread
from symphony_core.discovery import PLUGIN_FAILURES
from symphony_core.errors import BadResult, BadSetting, NeedsNotMet, PluginError, SymphonyError, no_such
from symphony_core.expr import Expr
from symphony_core.overlay import ColumnKey, Overlay, computed_column, computed_layer
from symphony_core.registry import Registry
from symphony_core.result_check import checked_columns, checked_vectors, full_columns, full_vectors
from symphony_core.specs import AnalysisSpec, Cancel, Progress, Result, never, silent
from symphony_core.table import Table

# Arguments that we give to each analysis; all others are its parameters.
GIVEN = ("progress", "cancel", "seed")


def run_analysis(
    registry: Registry,
    spec: AnalysisSpec,
    table: Table,
    *,
    rows: np.ndarray | None = None,
    params: Mapping[str, object] | None = None,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
    name: str | None = None,
    rows_digest: str | None = None,
    covered: Expr | None = None,
) -> tuple[Result, Overlay]:
    """Run an analysis and give its result and the table's overlay with its columns.

    rows: positions it covers; None is all. The other rows get null.
    rows_digest: names the rows in the keys of the columns; None computes it.
    covered: `rows` as an expression, kept with the columns for saved work.
    params: override the manifest's, which override the spec's, which override the function's.
    name: another name for its one column, or a prefix for its several columns.
    Raises NeedsNotMet, BadSetting, BadResult, PluginError, or what the analysis raises deliberately.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise BadSetting(f"seed is {seed!r}; give a whole number from 0 to {2**32 - 1:,}.", parameter="seed")
    positions = None if rows is None else np.unique(np.asarray(rows, dtype=np.int64))
    missing = spec.needs.missing(table, None if positions is None else len(positions))
    if missing:
        raise NeedsNotMet(f"analysis {spec.name!r} {missing}", analysis=spec.name)
    function = registry.load(spec)
    merged = merged_params(registry, spec, function, params or {})
    data = AnalysisInput(table, positions, registry)
    if name is None:  # before a long run, not after it
        _names([promise.pattern for promise in spec.promises if "*" not in promise.pattern], None, table)
    result, columns, vectors = _called(registry, spec, function, data, merged, progress, cancel, seed)
    names = _names([*columns, *vectors], name, table)
    if rows_digest is None:
        rows_digest = "" if positions is None else _digest(positions)
    plugin = registry.plugin_of(spec)
    key = ColumnKey(
        fingerprint=table.fingerprint, inputs=data.input_keys(), analysis=spec.name, plugin=plugin.name,
        version=f"{plugin.version}/{spec.version}", seed=seed, rows=rows_digest,
        params=json.dumps(merged, sort_keys=True, default=repr),
    )  # fmt: skip
    frame = full_columns(columns, names, data, table)
    overlay = table.overlay
    for output, given in names.items():
        made = replace(key, output=output)
        if output in vectors:
            layer = full_vectors(vectors[output], data, table)
            overlay = overlay.with_layer(computed_layer(made, given, layer, covered))
        else:
            column = computed_column(made, given, frame[given], covered, is_ranking=output == spec.ranking)
            overlay = overlay.with_column(column)
    return replace(result, columns=frame), overlay


def parameters(registry: Registry, spec: AnalysisSpec) -> dict[str, object]:
    """Give the parameters of an analysis with the values they have when nobody sets them.

    A parameter that must be given is None here. Raises PluginError.
    """
    function = registry.load(spec)
    there = {name: None if p.default is p.empty else p.default for name, p in _parameters(function).items()}
    return {**there, **spec.defaults, **registry.settings_of(spec)}


def merged_params(
    registry: Registry, spec: AnalysisSpec, function: Callable[..., object], params: Mapping[str, object]
) -> dict[str, object]:
    """Give every parameter its value: the call's, else the manifest's, the spec's, the function's.

    Raises BadSetting for one that the function does not have, that is missing,
    or that is no text, number, truth value, list or table.
    """
    known = _parameters(function)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in _signature(function).values())
    merged: dict[str, object] = {name: p.default for name, p in known.items() if p.default is not p.empty}
    configured = registry.settings_of(spec)
    for values in (spec.defaults, configured, params):
        for key in values:
            if key not in known and not takes_any:
                message, close = no_such("parameter", key, known, f"analysis {spec.name!r}")
                where = f"{registry.manifest.path}, its settings: " if values is configured else ""
                raise BadSetting(where + message, parameter=key, nearest=close)
            merged[key] = _plain(spec, key, values[key])
    for key in known:
        if key not in merged:
            raise BadSetting(f"analysis {spec.name!r} needs parameter {key!r}; give {key}=...", parameter=key)
    return merged


def _signature(function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # compiled functions may have none; calling says the rest
        return {}


def _parameters(function: Callable[..., object]) -> dict[str, inspect.Parameter]:
    """Give the named parameters behind the data, without those that we fill."""
    by_name = list(_signature(function).values())[1:]
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return {p.name: p for p in by_name if p.kind in kinds and p.name not in GIVEN}


def _plain(spec: AnalysisSpec, key: str, value: Any) -> object:
    """Give a parameter as JSON has it, so that equal values make equal keys."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        raise BadSetting(
            f"parameter {key!r} of analysis {spec.name!r} is {type(value).__name__}; "
            "give a text, number, True or False, or a list or dict of these.",
            parameter=key,
        ) from None


def _called(
    registry: Registry, spec: AnalysisSpec, function: Callable[..., object], data: AnalysisInput,
    params: Mapping[str, object], progress: Progress, cancel: Cancel, seed: int,
) -> tuple[Result, dict[str, pd.Series], dict[str, np.ndarray]]:  # fmt: skip
    """Call the analysis and check its result; whatever it does wrong is kept with its plugin and raised."""
    given = {"progress": progress, "cancel": cancel, "seed": seed}
    try:
        _check_call(spec, function, data, {**given, **params})
        with one_blas_thread():
            result = function(data, **given, **params)
        if not isinstance(result, Result):
            raise BadResult(f"{spec.run} returned {type(result).__name__}; return a Result.")
        columns, vectors = checked_columns(spec, result, data), checked_vectors(spec, result, data)
        for name in set(columns) & set(vectors):
            raise BadResult(f"{name!r} is both a column and an embedding; give one of them another name.")
        return result, columns, vectors
    except PluginError as error:
        raise registry.failure(spec, error) from error
    except SymphonyError:
        raise
    except PLUGIN_FAILURES as error:
        raise registry.failure(spec, error) from error


def _check_call(
    spec: AnalysisSpec, function: Callable[..., object], data: AnalysisInput, arguments: Mapping[str, object]
) -> None:
    if not _signature(function):
        return
    try:
        inspect.signature(function).bind(data, **arguments)
    except TypeError as error:
        raise PluginError(
            f"{spec.run}{inspect.signature(function)} has the wrong signature ({error}); "
            "write run(data, *, progress, cancel, seed=0, ...)."
        ) from None


def _names(columns: Collection[str], name: str | None, table: Table) -> dict[str, str]:
    """Give each column of an analysis the name it joins under. Raises BadSetting."""
    if name is None:
        names = {column: column for column in columns}
    elif len(columns) == 1:
        names = dict.fromkeys(columns, name)
    else:
        names = {column: f"{name}_{column}" for column in columns}
    own = {*table.dataset.names, *table.dataset.embedding_names}
    for given in names.values():
        if given in own:
            raise BadSetting(
                f"the data have a column {given!r} of their own; name the computed one with name='...'.",
                column=given,
            )
    return names


def _digest(positions: np.ndarray) -> str:
    return hashlib.blake2b(positions.tobytes(), digest_size=16).hexdigest()

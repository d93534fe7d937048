"""Making a view by its name, whatever its plugin does: one that fails becomes a card that says why."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from symphony_core.errors import BadSetting, PluginError, SymphonyError, no_such
from symphony_core.session import Session
from symphony_core.specs import ViewSpec
from symphony_core.view import View


class FailedView(View):
    """The card in place of a view that could not be made."""

    def __init__(
        self, session: Session, *, error: SymphonyError, spec: ViewSpec | None = None, title: str = ""
    ) -> None:
        super().__init__(session, spec=spec)
        self.error = error
        self._title = title

    @property
    def title(self) -> str:
        return self._title or super().title

    def _fill(self) -> None:
        raise self.error

    def _report(self, error: BaseException) -> None:
        """The registry has it already."""


def make_view(session: Session, name: str, **settings: Any) -> View:
    """Make the view called `name`; one that fails becomes a card that says why.

    Raises UnknownView when nobody registered it.
    """
    registry = session.registry
    spec = registry.view(name)
    missing = spec.needs.missing(session.state.table)
    if missing:
        return FailedView(session, spec=spec, error=SymphonyError(f"{spec.title} {missing}"))
    configured = registry.settings_of(spec)
    try:
        factory = registry.load(spec)
        if inspect.isclass(factory) and issubclass(factory, View):
            _check_settings(
                factory, spec, configured, f"{registry.manifest.path}, settings of view {name!r}: "
            )
            _check_settings(factory, spec, settings, "")
        view = factory(session, spec=spec, **{**configured, **settings})
        if isinstance(view, View):
            view.base_settings = {**view.base_settings, **configured}
        if not isinstance(view, View):
            raise PluginError(
                f"{spec.factory} made {type(view).__name__}; a view must be a symphony_core View."
            )
    except BadSetting as error:  # the user's mistake, not the plugin's
        return FailedView(session, spec=spec, error=error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - around a plugin's factory
        failure = error if isinstance(error, PluginError) else registry.failure(spec, error)
        return FailedView(session, spec=spec, error=failure)
    return view


def _check_settings(factory: type[View], spec: ViewSpec, settings: Mapping[str, object], where: str) -> None:
    """Raise BadSetting for one that the view does not have or whose value it cannot take."""
    known = [name for name in factory.param if name not in View.param]
    for name, value in settings.items():
        if name not in known:
            message, close = no_such("setting", name, known, f"view {spec.name!r}")
            raise BadSetting(where + message, setting=name, nearest=close)
        try:
            factory.param[name]._validate(value)
        except (ValueError, TypeError) as error:
            words = str(error).replace(f"{factory.__name__}.", "")
            raise BadSetting(f"{where}setting {name!r} is {value!r}: {words}", setting=name) from error

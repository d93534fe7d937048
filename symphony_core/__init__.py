"""Symphony: composable, linked views of data and models.

    import symphony_core as symphony
    app = symphony.open("data.parquet")
    app.show("summary")

The names in `__all__` are the public contract; so are `symphony_core.specs`,
`symphony_core.hookspecs`, `symphony_core.view.View` and `symphony_core.testing`.
Importing this package imports no Panel.
"""

from symphony_core.app import App, open, plugins
from symphony_core.errors import SymphonyError
from symphony_core.expr import Expr
from symphony_core.expr_text import parse, to_text
from symphony_core.hookspecs import hookimpl
from symphony_core.jobs import Job
from symphony_core.specs import AnalysisSpec, Needs, Result, Role, ViewSpec
from symphony_core.state import State

__version__ = "0.1.0"

__all__ = [
    "AnalysisSpec",
    "App",
    "Expr",
    "Job",
    "Needs",
    "Result",
    "Role",
    "State",
    "SymphonyError",
    "ViewSpec",
    "__version__",
    "hookimpl",
    "open",
    "parse",
    "plugins",
    "to_text",
]

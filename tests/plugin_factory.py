"""Real plugins for tests: a module and the metadata of a distribution, in a folder on the path.

Discovery reads what an installer leaves behind, so tests write just that
instead of replacing parts of the registry.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

HEADER = """\
from symphony_core.hookspecs import hookimpl
from symphony_core.specs import *
api = 1
"""


def install_plugin(
    folder: Path,
    name: str,
    code: str = "",
    *,
    version: str = "1.0",
    requires: Sequence[str] = (),
    distribution: str | None = None,
    module: str | None = None,
    header: str = HEADER,
) -> str:
    """Install a plugin into a folder that is on the path; return the name of its module.

    code: the module, after `header`, which imports the plugin's tools and declares the api.
    distribution: None is `acme-<name>`. module: None is `acme_<name>`.
    """
    distribution = distribution or f"acme-{name}"
    module = module or f"acme_{name}"
    (folder / f"{module}.py").write_text(header + dedent(code), encoding="utf-8")
    points = f"[symphony.plugins]\n{name} = {module}\n"
    install_distribution(folder, distribution, version, requires=requires, entry_points=points)
    return module


def install_distribution(
    folder: Path, name: str, version: str, *, requires: Sequence[str] = (), entry_points: str = ""
) -> Path:
    """Write the metadata of a distribution; return its dist-info folder."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {line}" for line in requires]
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(entry_points, encoding="utf-8")
    return info


@contextmanager
def on_path(folder: Path) -> Iterator[Path]:
    """Put a folder on the import path; afterwards forget it and every module from it."""
    sys.path.insert(0, str(folder))
    try:
        yield folder
    finally:
        sys.path.remove(str(folder))
        sys.path_importer_cache.pop(str(folder), None)
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]

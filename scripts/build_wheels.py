"""Build the wheel of the core and of every plugin into one folder.

    python scripts/build_wheels.py [FOLDER [PROJECT ...]]      default: dist and all of this repository

The folder is emptied of older wheels first, so that what lies there is what
was built. Uses uv where it is, else pip; neither resolves dependencies here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0] if arguments else ROOT / "dist").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    for project in map(Path, arguments[1:]) if arguments[1:] else projects():
        build(project, folder)
    for wheel in sorted(folder.glob("*.whl")):
        print(wheel)
    return 0


def projects() -> list[Path]:
    """Give the folders that hold a distribution, the core first."""
    return [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]


def build(project: Path, folder: Path) -> None:
    """Build one wheel: with uv, or with pip where uv is not there or cannot reach the build tools."""
    inside = Path(sys.executable).with_name("uv")
    uv = str(inside) if inside.exists() else shutil.which("uv")
    with_uv = [uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(project)]
    if uv and subprocess.run(with_uv, stdin=subprocess.DEVNULL).returncode == 0:
        return
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", folder, project], check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

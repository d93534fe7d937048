"""Set up `.venv`: the core, every plugin and all development tools, editable.

    python scripts/setup.py [--force]

Uses the standard library only, because it runs before anything is installed.
uv does the work when it can be had (seconds instead of a minute), pip when
not; both get the same requirements. Nothing happens when the project files
are those of the last setup. No lock file is written: it would hold the
download addresses of one machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "symphony-setup.stamp"
EXTRAS = "jupyter"


def main(arguments: Sequence[str]) -> int:
    if "--force" not in arguments and is_current():
        return 0
    ensure_environment()
    STAMP.unlink(missing_ok=True)
    install(requirements())
    install(["--no-deps", *group("weights")])
    STAMP.write_text(f"{ROOT}\n{digest()}", encoding="utf-8")
    print(f"Set up {VENV.name} with {len(plugin_folders())} plugins.", flush=True)
    return 0


def is_current() -> bool:
    """Tell whether the environment is that of the present project files, and in its place."""
    return PYTHON.exists() and stamp() == [str(ROOT), digest()]


def stamp() -> list[str]:
    """Give what the last setup left: this folder's place and the digest; empty if it did not end well."""
    return STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []


def digest() -> str:
    """Give a hash over all that decides what gets installed."""
    parts = [sys.version, Path(__file__).read_text(encoding="utf-8")]
    parts += [path.read_text(encoding="utf-8") for path in project_files()]
    return hashlib.blake2b("\0".join(parts).encode()).hexdigest()


def project_files() -> list[Path]:
    return [ROOT / "pyproject.toml", *(folder / "pyproject.toml" for folder in plugin_folders())]


def plugin_folders() -> list[Path]:
    return sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def requirements() -> list[str]:
    """Give the arguments that uv and pip install with: editable folders and the tools."""
    editable = [f"{ROOT}[{EXTRAS}]", *map(str, plugin_folders())]
    return [argument for folder in editable for argument in ("-e", folder)] + group("dev")


def group(name: str) -> list[str]:
    """Give the requirements of a dependency group."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements: list[str] = project["dependency-groups"][name]
    return requirements


def ensure_environment() -> None:
    """Make `.venv`, or keep the one there if it runs; a moved or broken one is made anew."""
    has_moved = stamp()[:1] not in ([], [str(ROOT)])  # its commands start with the old place
    if not has_moved and works([PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        return
    if VENV.exists():
        print(f"{VENV.name} does not run here; making it anew.", flush=True)
        shutil.rmtree(VENV)
    if has_ensurepip():
        run([sys.executable, "-m", "venv", VENV])
    elif uv := shutil.which("uv"):
        run([uv, "venv", "--python", sys.executable, VENV])
    elif works([sys.executable, "-m", "pip", "--version"]):
        run([sys.executable, "-m", "venv", "--without-pip", VENV])
        run([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"])
    else:
        get_ensurepip()
        run([sys.executable, "-m", "venv", VENV])


def has_ensurepip() -> bool:
    """Tell whether this Python can give a new environment its pip; some systems package that apart."""
    return works([sys.executable, "-c", "import ensurepip, venv"])


def get_ensurepip() -> None:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update"], environment)
        run(["apt-get", "install", "--yes", "--no-install-recommends", package], environment)
    if not has_ensurepip():
        sys.exit(f"{sys.executable} cannot make environments. Install {package} (or uv), then run again.")


def install(arguments: Sequence[str]) -> None:
    """Install with uv; with pip where uv cannot be had or cannot reach what pip reaches."""
    uv = find_uv()
    if uv and works([uv, "pip", "install", "--python", PYTHON, *arguments], quiet=False):
        return
    print("Installing with pip.", flush=True)
    if not works([PYTHON, "-m", "pip", "--version"]):
        run([PYTHON, "-m", "ensurepip", "--upgrade"])
    run([PYTHON, "-m", "pip", "install", *arguments])


def find_uv() -> Path | None:
    """Give the uv inside `.venv`, installing it there if need be, or else the one on PATH."""
    inside = BIN / ("uv.exe" if os.name == "nt" else "uv")
    if not inside.exists():
        works([PYTHON, "-m", "pip", "install", "--quiet", "uv"], quiet=False)
    if works([inside, "--version"]):
        return inside
    outside = shutil.which("uv")
    return Path(outside) if outside else None


def works(command: Sequence[str | Path], *, quiet: bool = True) -> bool:
    """Tell whether the command exists and ends with 0."""
    output = subprocess.DEVNULL if quiet else None
    try:
        ended = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    except OSError:
        return False
    return ended.returncode == 0


def run(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> None:
    """Run a command that must succeed; end this script with its code if it does not."""
    print("$", *map(str, command), flush=True)
    ended = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment)
    if ended.returncode:
        sys.exit(ended.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

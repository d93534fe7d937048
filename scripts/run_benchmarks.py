"""Run the benchmarks one after the other and say which could not finish.

    python scripts/run_benchmarks.py [--full] [NAME ...]

Each benchmark is a script of its own in `benchmarks/`, started in a fresh
process, so that none inherits another's caches or memory. By default each
runs its quick variant (`--quick`); `--full` runs the sizes of the numbers
that are promised. NAME is a script's name with or without `.py`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--full", action="store_true", help="the promised sizes instead of the quick ones")
    wanted = parser.parse_args(arguments)
    scripts = choose(wanted.names)
    failed = [script.name for script in scripts if not succeeds(script, full=wanted.full)]
    print(f"{len(scripts) - len(failed)} of {len(scripts)} benchmarks finished.")
    if failed:
        print("Failed:", ", ".join(failed))
    return bool(failed)


def choose(names: Sequence[str]) -> list[Path]:
    """Give the scripts of these names, or all; a name with a leading underscore is a helper."""
    known = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if not path.stem.startswith("_")}
    unknown = [name for name in names if Path(name).stem not in known]
    if unknown:
        sys.exit(f"No benchmark {', '.join(unknown)}; there are {', '.join(known) or 'none'}.")
    return [known[Path(name).stem] for name in names] if names else list(known.values())


def succeeds(script: Path, *, full: bool) -> bool:
    print(f"== {script.name}", flush=True)
    command = [sys.executable, str(script), *([] if full else ["--quick"])]
    return subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Many sessions on one server at once: no update is lost, and none reaches another session."""

import subprocess
import sys


def test_twenty_pages_that_brush_at_once_each_see_their_own_counts(repository):
    ran = subprocess.run(
        [sys.executable, str(repository / "benchmarks" / "load.py"), "--quick"],
        capture_output=True, text=True, timeout=280, cwd=repository, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"wrong": 0' in ran.stdout

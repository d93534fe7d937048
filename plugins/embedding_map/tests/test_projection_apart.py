"""Work in a process of its own: what it says, and that it never outlives us."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from symphony_core.errors import PluginError
from symphony_panel_embedding_map.analyses.apart import folder, run_apart

PARENT = """
import numpy as np
from symphony_panel_embedding_map.analyses.apart import folder, run_apart
with folder() as files:
    print(files.path, flush=True)
    files.put("points", np.random.default_rng(0).normal(size=(60_000, 2)))
    sizes = {"min_size": 50, "min_subsize": 20, "reach_rows": 5}
    run_apart("hdbscan", files, sizes, progress=lambda share, text: print(text, flush=True))
"""


def test_what_went_wrong_in_the_process_is_told():
    with folder() as files, pytest.raises(PluginError, match=r"hdbscan failed: .*points\.npy"):
        run_apart("hdbscan", files, {})


def test_the_folder_is_gone_afterwards():
    with folder() as files:
        files.put("points", np.zeros(3))
        assert files.get("points").tolist() == [0, 0, 0]
    assert not files.path.exists()


@pytest.mark.slow
def test_the_process_ends_and_tidies_up_when_ours_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        path = Path(parent.stdout.readline().strip())
        assert "places" in parent.stdout.readline()
        (child,) = psutil.Process(parent.pid).children()
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    patience = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < patience, "the process outlived its parent"
        time.sleep(0.05)
    assert not path.exists()

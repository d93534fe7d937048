"""What all tests share: where the example data and the browser are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from plugin_factory import on_path

ROOT = Path(__file__).resolve().parent.parent

# No test asserts a time, and a first example pays for imports.
settings.register_profile("symphony", deadline=None)
settings.load_profile("symphony")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they use."""
    end_to_end = ROOT / "tests" / "e2e"
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker("shared_data")
        if item.path.is_relative_to(end_to_end):
            item.add_marker("e2e")
        if item.get_closest_marker("e2e") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept on disk between runs starts empty, and the user's own stays as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMPHONY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout these tests belong to."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of example data: SYMPHONY_SHARED_DATA, else `../shared/data` beside the checkout."""
    named = os.environ.get("SYMPHONY_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no example data at {folder}; name the folder in SYMPHONY_SHARED_DATA")
    return folder


@pytest.fixture(scope="session")
def browser_path() -> str:
    """A Chromium to drive; without one the test is skipped, or fails under SYMPHONY_REQUIRE_BROWSER=1."""
    found = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "find_browser.py")], capture_output=True, text=True
    )
    if found.returncode:
        give_up = pytest.fail if os.environ.get("SYMPHONY_REQUIRE_BROWSER") == "1" else pytest.skip
        give_up(found.stderr.strip())
    return found.stdout.strip()


@pytest.fixture
def plugin_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder on the import path, for `plugin_factory.install_plugin`; forgotten with its modules."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    with on_path(folder):
        yield folder

"""The example plugin meets the contract, and what it shows can be selected."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_factory import on_path

import symphony_core as symphony
from symphony_core.manifest import Manifest
from symphony_core.testing import check_plugin

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(autouse=True)
def examples_on_path() -> Iterator[None]:
    with on_path(EXAMPLES):
        yield


test_density = check_plugin("density_plugin")


def test_a_box_on_the_density_selects_the_rows_inside():
    app = symphony.open("demo:emoji", config=Manifest(modules={"density": "density_plugin"}))
    view = app.show("density", x="opaque_fraction", y="brightness")
    assert view.frame.problem == ""
    view._box.event(bounds=(0.2, 0.2, 0.6, 0.6))
    rows = app.rows()
    inside = rows["opaque_fraction"].between(0.2, 0.6) & rows["brightness"].between(0.2, 0.6)
    assert app.state.selected_count() == inside.sum() > 0
    app.close()

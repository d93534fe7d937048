"""Rows that an analysis ranked, as a person sees them in the instances view."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

import symphony_core as symphony

QUERY, K = "emoji_1f44d", 8
SCRIPT = f"""
import panel as pn

import symphony_core as symphony

pn.extension()
app = symphony.open("demo:emoji")
app.run("neighbours", of=["{QUERY}"], k={K})
pn.Column(app.show("instances"), sizing_mode="stretch_width").servable()
"""


@pytest.fixture(scope="module")
def neighbours(run_server, tmp_path_factory):
    script = tmp_path_factory.mktemp("script") / "ranked.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return run_server([sys.executable, "-m", "panel", "serve", script, "--port", "{port}"])


def slow_neighbours() -> tuple[list[str], list[float]]:
    dataset = symphony.open("demo:emoji").dataset
    vectors = dataset.vectors("embedding").values.astype(np.float64)
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    row = dataset.positions_of([QUERY])[0]
    distances = 1 - unit @ unit[row]
    distances[row] = np.inf
    nearest = np.argsort(distances, kind="stable")[:K]
    return dataset.ids_at(nearest).tolist(), distances[nearest].tolist()


def ids(rows: Locator) -> list[str]:
    """Give the ids of the pictures on show."""
    names = rows.get_by_role("button", name="Open row").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    return [name.removeprefix("Open row ").split(":")[0] for name in names]


def test_neighbours_come_first_with_their_distances_until_another_order_is_chosen(
    neighbours, page, eventually
):
    page.goto(f"{neighbours.url}/ranked")
    instances = page.get_by_role("region", name="Instances")
    expect(instances.get_by_role("checkbox").first).to_be_visible(timeout=60_000)
    expected, distances = slow_neighbours()
    eventually(lambda: ids(instances)[:K] == expected)
    items = instances.locator(".item")
    shown = [items.nth(i).locator("dd").all_inner_texts() for i in range(K)]
    assert shown == [[str(i + 1), f"{distances[i]:.4g}"] for i in range(K)]
    assert items.nth(K).locator("dd").count() == 0
    sort = instances.get_by_role("combobox", name="Sort by")
    expect(sort.locator("option:checked")).to_have_text("ranking: neighbour_rank")
    sort.select_option(label="order of the data")
    first = symphony.open("demo:emoji").dataset.row_ids[0]
    eventually(lambda: ids(instances)[0] == first)
    expect(sort.locator("option:checked")).to_have_text("order of the data")
    sort.select_option(index=0)
    eventually(lambda: ids(instances)[:K] == expected)

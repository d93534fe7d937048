"""Keys in the rows of a view belong to the view: a notebook around it neither runs nor inserts cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.jupyter import CELLS, HEALTH, lab_command, lab_environment, open_notebook, write_notebook

OPEN = "import symphony_core as symphony\napp = symphony.open('demo:emoji')"
COUNT = "n = globals().get('n', 0) + 1; print(n)"


def test_keys_in_the_grid_neither_run_nor_insert_nor_leave_cells(
    tmp_path: Path, run_server: Callable[..., Any], tab: Any
) -> None:
    write_notebook(tmp_path / "book.ipynb", [OPEN, "app.show('instances')", COUNT])
    server = run_server(lab_command(tmp_path), health=HEALTH, env=lab_environment(tmp_path))
    lab = open_notebook(tab.page, server.url + "/", "book.ipynb")
    lab.run_all()
    instances = lab.output(1)
    expect(instances).to_contain_text("1–60 of 2,231", timeout=30_000)
    page = tab.page
    page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    items = instances.get_by_role("listitem")
    expect(items.nth(59).locator("img")).to_be_visible(timeout=60_000)  # the last to come
    items.first.get_by_role("button").focus()
    before = page.evaluate(f"() => {CELLS}.map(cell => cell.model.id)")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(instances).to_contain_text("1 selected")
    page.keyboard.press("Enter")
    expect(instances.get_by_role("complementary")).to_be_visible()
    for key in ("Escape", "j", "k", "b", "x", "d", "d", "m", "y", "Shift+Enter"):
        page.keyboard.press(key)
    page.keyboard.press("a")
    expect(instances).to_contain_text("60 selected")
    instances.get_by_role("searchbox").click()
    page.keyboard.type("ab dd smile")
    expect(instances).to_contain_text("found")

    assert page.evaluate(f"() => {CELLS}.map(cell => cell.model.id)") == before
    assert page.evaluate("() => jupyterapp.shell.currentWidget.content.activeCellIndex") == 1
    assert lab.text(2) == "1"
    assert page.evaluate(f"() => {CELLS}.map(cell => cell.model.type)") == ["code"] * 3

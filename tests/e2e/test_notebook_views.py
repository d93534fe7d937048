"""Our views in a real JupyterLab: brush in one cell, another redraws, Python reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import symphony_core as symphony
from tests.e2e.jupyter import HEALTH, Lab, lab_command, lab_environment, open_notebook, write_notebook

OPEN = "import symphony_core as symphony\napp = symphony.open('demo:emoji')"
OPEN_TWO = (
    "import symphony_core as symphony\n"
    "from symphony_core.manifest import parse_manifest\n"
    'two = parse_manifest(\'[plugins]\\nallow = ["summary", "instances"]\')\n'
    "app = symphony.open('demo:emoji', config=two)"
)
READ = "print(app.state.filter is not None, app.count(), app.selected()['id'].tolist())"
DRIVE = "app.state.filter = \"label == 'Flags'\"; app.state.selection = ['emoji_1f1e6-1f1e8']"
OPENED, SUMMARY, INSTANCES, SAID = range(4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture
def notebook(folder: Path, run_server: Callable[..., Any], tab: Any) -> Callable[..., Lab]:
    def open_(*cells: str) -> Lab:
        name = f"{abs(hash(cells)):x}.ipynb"
        write_notebook(folder / name, cells)
        server = run_server(lab_command(folder), health=HEALTH, env=lab_environment(folder))
        return open_notebook(tab.page, server.url + "/", name)

    return open_


def brush_probability(lab: Lab) -> None:
    bins = lab.output(SUMMARY).get_by_role("listbox", name="probability")
    expect(bins).to_be_visible()
    lab.drag(bins, (0.05, 0.5), (0.3, 0.5))


def test_a_brush_in_one_cell_redraws_another_and_python_reads_what_was_ticked(notebook, tab, eventually):
    lab = notebook(OPEN, "app.show('summary')", "app.show('instances')", READ)
    lab.run_all()
    instances = lab.output(INSTANCES)
    expect(instances).to_contain_text("1–60 of 2,231")
    brush_probability(lab)
    expect(instances).not_to_contain_text("1–60 of 2,231", timeout=20_000)
    instances.get_by_role("checkbox").nth(1).check()
    expect(instances).to_contain_text("1 selected")
    lab.run(SAID)
    said = eventually(lambda: lab.text(SAID).startswith("True") and lab.text(SAID), page=lab.page)
    is_filtered, count, ticked = said.split(" ", 2)
    assert is_filtered == "True"
    assert 0 < int(count) < 2231
    assert ticked.count("emoji_") == 1
    expect(instances).to_contain_text(f"of {int(count):,}")
    assert tab.foreign_requests == []
    assert tab.errors == []


def test_python_redraws_cells_that_are_shown_and_undo_takes_it_back(notebook, tab, eventually):
    lab = notebook(OPEN, "app.show('summary')", "app.show('instances')", DRIVE)
    lab.run_all()
    expect(lab.output(INSTANCES)).to_contain_text("1–60 of 270", timeout=30_000)
    lab.output(SUMMARY).scroll_into_view_if_needed()  # JupyterLab takes cells out of sight from the page
    expect(lab.output(SUMMARY)).to_contain_text("270 of 2,231 rows")
    lab.write(SAID, "app.undo(); app.undo(); print(app.count())")
    lab.run(SAID)
    eventually(lambda: lab.text(SAID), "what the cell prints", page=lab.page)
    assert lab.text(SAID) == "2231"
    lab.output(INSTANCES).scroll_into_view_if_needed()
    expect(lab.output(INSTANCES)).to_contain_text("1–60 of 2,231")
    assert tab.foreign_requests == []


# A message comes in three pieces; a cell drawn between the first and the second is told only these two.
HEARS_THE_REST_OF_A_MESSAGE = """() => {
  const models = Bokeh.documents.flatMap(document => [...document._all_models.values()])
  const managers = models.filter(model => model.type.endsWith("CommManager"))
  for (const manager of managers) {
    manager.msg_handler({ metadata: {}, content: { data: '{"use_buffers": true}' } })
    manager.msg_handler({ metadata: {}, content: { data: '{"events": []}' } })
  }
  return managers.length
}"""


def test_a_cell_that_was_drawn_amid_a_message_hears_the_next(notebook, tab):
    lab = notebook(OPEN, "app.show('instances')", "app.state.filter = \"label == 'Flags'\"")
    lab.run(OPENED)
    lab.run(1)
    expect(lab.output(1)).to_contain_text("1–60 of 2,231")
    assert lab.page.evaluate(HEARS_THE_REST_OF_A_MESSAGE) > 0
    lab.run(2)
    expect(lab.output(1)).to_contain_text("1–60 of 270")
    assert tab.errors == []


def test_the_whole_shell_fits_in_a_cell(notebook, tab):
    lab = notebook(OPEN, "app.dashboard()", "print(app.count())")
    lab.run_all()
    shell = lab.output(1)
    box = shell.get_by_role("combobox", name="Filter expression")
    box.fill("label == 'Flags'")
    box.press("Enter")
    expect(shell.get_by_role("region", name="Instances")).to_contain_text("1–60 of 270")
    lab.run(2)
    assert lab.text(2) == "270"
    assert tab.foreign_requests == []


def test_a_filter_is_built_in_a_cell_without_typing(notebook, tab):
    lab = notebook(OPEN, "app.dashboard()", "print(app.count())")
    lab.run_all()
    shell = lab.output(1)
    shell.get_by_role("button", name="Add a condition").click()
    column = shell.get_by_role("combobox", name="Column", exact=True)
    column.fill("spl")
    column.press("ArrowDown")
    column.press("Enter")
    shell.get_by_role("checkbox", name="validation 558").check()
    shell.get_by_role("button", name="Add", exact=True).click()
    expect(shell.get_by_role("region", name="Instances")).to_contain_text("1–60 of 558")
    box = shell.get_by_role("combobox", name="Filter expression")
    expect(box).to_have_value("split == 'validation'")
    box.press("End")
    box.press_sequentially(" a")
    expect(shell.get_by_role("listbox", name="Suggestions").get_by_role("option")).to_have_text(
        ["andboth hold"]
    )
    box.press("Tab")
    expect(box).to_have_value("split == 'validation' and ")
    lab.run(2)
    assert lab.text(2) == "558"
    assert tab.errors == []


def test_a_notebook_and_a_server_side_by_side_keep_apart(notebook, served, tabs):
    lab = notebook(OPEN, "app.show('instances')", "print(app.count())")
    lab.run_all()
    page = tabs().page
    page.goto(served("demo:emoji").url)
    box = page.get_by_role("combobox", name="Filter expression")
    box.fill("label == 'Flags'")
    box.press("Enter")
    expect(page.get_by_role("region", name="Instances")).to_contain_text("1–60 of 270", timeout=60_000)
    lab.run(2)
    assert lab.text(2) == str(len(symphony.open("demo:emoji").dataset))
    expect(lab.output(1)).to_contain_text("1–60 of 2,231")


def test_a_card_in_a_cell_has_all_but_what_belongs_to_a_page(notebook, tab, eventually):
    lab = notebook(OPEN, "app.show('summary')")
    lab.run_all()
    page, output = lab.page, lab.output(SUMMARY)
    summary = output.get_by_role("region", name="Summary", exact=True)
    expect(summary.locator("h3").first).to_be_visible(timeout=60_000)
    expect(output.get_by_role("button", name="Close Summary")).to_be_hidden()
    expect(output.get_by_role("button", name="Move Summary")).to_be_hidden()
    output.get_by_role("button", name="Menu of Summary").click()
    expect(output.get_by_role("menuitem")).to_have_count(1)
    output.get_by_role("menuitem", name="Describe").click()
    expect(summary).to_contain_text("2,231 of 2,231 rows under the filter")
    full = output.get_by_role("button", name="Full size of Summary")
    before = summary.bounding_box()
    full.click()
    size = page.viewport_size
    eventually(lambda: summary.bounding_box()["width"] == size["width"], page=page)
    assert summary.bounding_box()["height"] == size["height"]
    page.keyboard.press("Escape")
    expect(full).to_be_focused()
    assert summary.bounding_box()["width"] == before["width"]
    output.get_by_role("button", name="Download picture of Summary").click()
    with page.expect_download() as download:
        output.get_by_role("menuitem", name="Image (SVG)").click()
    assert ">Flags</text>" in download.value.path().read_text(encoding="utf-8")
    assert tab.foreign_requests == []
    assert tab.errors == []


def test_pages_are_arranged_in_a_cell(notebook, tab, eventually):
    lab = notebook(OPEN_TWO, "app.dashboard()", "print([view.key for view in app.workspace.layout[0].views])")
    lab.run_all()
    shell = lab.output(1)
    cards = shell.get_by_role("tabpanel").locator("section[data-card] > header > h2")
    expect(cards).to_have_text(["Summary", "Instances"], timeout=60_000)
    handle = shell.get_by_role("button", name="Move Summary")
    edge = shell.locator('[data-key="summary-1"] > .edge')
    width = int(edge.get_attribute("aria-valuenow"))
    handle.press("Shift+ArrowUp")  # in JupyterLab's own hands it would mark the cell above
    expect(edge).to_have_attribute("aria-valuenow", str(width - 1))
    assert lab.page.locator(".jp-Cell.jp-mod-selected").count() == 1
    handle.press("ArrowRight")
    expect(handle).to_be_focused()
    expect(cards).to_have_text(["Instances", "Summary"])
    shell.get_by_role("button", name="Close Instances").click()
    expect(cards).to_have_text(["Summary"])
    lab.run(2)
    eventually(lambda: lab.text(2) == "['summary-1']", page=lab.page)
    shell.get_by_role("button", name="Undo what was just done").click()
    expect(cards).to_have_text(["Instances", "Summary"])
    assert tab.errors == []

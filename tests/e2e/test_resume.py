"""Going on: after a reload, in a duplicated tab, after a lost connection, from a file."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.proxy import Line

FLAGS = "label == 'Flags'"
TRAIN = "split == 'train'"
LOST = re.compile("Connection lost")

# Notes every text of the count line that a person could see, frame by frame.
WATCH = """
window.seen = []
const look = () => {
  const find = root => {
    for (const one of root.querySelectorAll("*")) {
      const isSeen = one.matches(".count") && getComputedStyle(one).visibility === "visible"
      if (isSeen && /rows/.test(one.textContent)) return one.textContent
      const inner = one.shadowRoot && find(one.shadowRoot)
      if (inner) return inner
    }
  }
  const text = find(document)
  if (text && window.seen.at(-1) !== text) window.seen.push(text)
  requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""


def drawn(page: Page) -> None:
    expect(page.get_by_role("region", name="Summary").locator("h3").first).to_be_visible(timeout=60_000)


def filter_box(page: Page):
    return page.get_by_role("combobox", name="Filter expression")


def side(page: Page):
    return page.get_by_role("region", name="Filter, groups and selection")


def undo(page: Page):
    return page.get_by_role("button", name="Undo", exact=True)


def set_filter(page: Page, text: str, count: str) -> None:
    filter_box(page).fill(text)
    filter_box(page).press("Enter")
    has_count(page, count)


def has_count(page: Page, count: str) -> None:
    expect(side(page).locator(".count")).to_have_text(f"{count} rows", timeout=60_000)


def select_page(page: Page) -> None:
    page.get_by_role("region", name="Instances").get_by_role("button", name="select page").click()
    expect(side(page)).to_contain_text("60 rows selected")


def key_of(page: Page) -> str:
    return json.loads(page.evaluate("sessionStorage.getItem('symphony:/')"))["key"]


@pytest.fixture(scope="module")
def emoji(served):
    return served("demo:emoji")


@pytest.fixture
def line(served):
    line = Line()
    yield line
    line.close()


def test_a_reload_keeps_steps_back_and_forth_and_what_no_address_holds(emoji, page, eventually):
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    set_filter(page, TRAIN, "1,673 of 2,231")
    instances = page.get_by_role("region", name="Instances")
    instances.get_by_role("button", name="select page").click()
    expect(side(page)).to_contain_text("60 rows selected")
    instances.get_by_role("button", name="Next page").click()
    expect(instances).to_contain_text("61–120 of")
    instances.get_by_role("button", name="select page").click()
    expect(side(page)).to_contain_text("120 rows selected")
    eventually(lambda: "selection" not in page.url, "an address without so many rows", page=page)
    page.reload()
    drawn(page)
    has_count(page, "1,673 of 2,231")
    expect(side(page)).to_contain_text("120 rows selected")
    undo(page).click()
    expect(side(page)).to_contain_text("60 rows selected")
    undo(page).click()
    expect(side(page)).to_contain_text("No rows selected")
    undo(page).click()
    has_count(page, "270 of 2,231")
    undo(page).click()
    has_count(page, "all 2,231")
    expect(undo(page)).to_be_disabled()
    page.get_by_role("button", name="Redo", exact=True).click()
    has_count(page, "270 of 2,231")


def test_no_wrong_state_is_seen_on_the_way(emoji, page, eventually):
    page.add_init_script(WATCH)
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    # a filter too long for an address: only the tab's key can bring it back
    texts = [f"'{number:04d}{'x' * 16}'" for number in range(120)]
    set_filter(page, f"label == 'Flags' or name in [{', '.join(texts)}]", "270 of 2,231")
    set_filter(page, f"split == 'train' or name in [{', '.join(texts)}]", "1,673 of 2,231")
    eventually(lambda: "filter" not in page.url, "an address without the filter", page=page)
    page.reload()
    drawn(page)
    has_count(page, "1,673 of 2,231")
    assert page.evaluate("window.seen") == ["1,673 of 2,231 rows"]


def test_the_page_on_show_comes_back(served, repository, page):
    page.goto(served("demo:emoji", "--config", str(repository / "entry_points.toml")).url)
    drawn(page)
    page.get_by_role("tab", name="Rows").click()
    expect(page.get_by_role("tab", name="Rows")).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.get_by_role("tab", name="Rows")).to_have_attribute("aria-selected", "true", timeout=60_000)


def test_an_address_that_somebody_edited_wins(emoji, page):
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    page.goto(f"{emoji.url}/?filter={quote(TRAIN)}")
    drawn(page)
    has_count(page, "1,673 of 2,231")
    expect(undo(page)).to_be_disabled()


def test_two_tabs_go_on_each_with_its_own(emoji, tabs):
    first = tabs().page
    second = first.context.new_page()
    for page, text, count in ((first, FLAGS, "270 of 2,231"), (second, TRAIN, "1,673 of 2,231")):
        page.goto(emoji.url)
        drawn(page)
        set_filter(page, text, count)
    for page, count in ((first, "270 of 2,231"), (second, "1,673 of 2,231")):
        page.reload()
        drawn(page)
        has_count(page, count)
        undo(page).click()
        has_count(page, "all 2,231")


def test_after_a_step_back_in_the_browser_the_address_wins(emoji, page, eventually):
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    eventually(lambda: "Flags" in page.url, "the filter in the address", page=page)
    set_filter(page, TRAIN, "1,673 of 2,231")
    eventually(lambda: "train" in page.url, "the other filter in the address", page=page)
    page.evaluate("history.back()")
    eventually(lambda: "Flags" in page.url, "the address before", page=page)
    page.reload()
    drawn(page)
    has_count(page, "270 of 2,231")
    expect(undo(page)).to_be_disabled()


def test_a_duplicated_tab_goes_on_with_a_copy(emoji, tabs, eventually):
    first = tabs().page
    first.goto(emoji.url)
    drawn(first)
    set_filter(first, FLAGS, "270 of 2,231")
    eventually(
        lambda: "Flags" in first.evaluate("sessionStorage.getItem('symphony:/')"), "the address", page=first
    )
    with first.context.expect_page() as opened:
        first.evaluate(
            "window.open(location.href)"
        )  # a tab opened so gets a copy of the storage, as a duplicated one
    second = opened.value
    drawn(second)
    has_count(second, "270 of 2,231")
    assert undo(second).is_enabled()
    assert key_of(second) != key_of(first)
    set_filter(second, TRAIN, "1,673 of 2,231")
    has_count(first, "270 of 2,231")
    undo(first).click()
    has_count(first, "all 2,231")
    has_count(second, "1,673 of 2,231")


def test_the_key_is_in_no_address_and_no_log(emoji, tab):
    page = tab.page
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    first = key_of(page)
    page.reload()
    drawn(page)
    keys = {first, key_of(page)}
    assert len(keys) == 2
    assert [url for url in [*tab.requests, page.url] if any(key in url for key in keys)] == []
    assert not any(key in emoji.log for key in keys)


def test_a_lost_connection_is_said_and_the_page_comes_back_by_itself(served, line, page):
    server = served("demo:emoji", "--allow-origin", f"localhost:{line.port}", fresh=True)
    line.target_port = server.port
    page.goto(line.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    set_filter(page, TRAIN, "1,673 of 2,231")
    line.cut()
    expect(page.get_by_text(LOST)).to_be_visible()
    line.mend()
    expect(page.get_by_text(LOST)).to_be_hidden(timeout=60_000)
    drawn(page)
    has_count(page, "1,673 of 2,231")
    undo(page).click()
    has_count(page, "270 of 2,231")


def test_try_now_asks_at_once(served, line, page):
    server = served("demo:emoji", "--allow-origin", f"localhost:{line.port}", fresh=True)
    line.target_port = server.port
    page.goto(line.url)
    drawn(page)
    line.cut()
    expect(page.get_by_text(LOST)).to_be_visible()
    page.wait_for_timeout(4_000)  # the pauses between two tries have grown by now
    line.mend()
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_text(LOST)).to_be_hidden()


def test_after_a_restart_the_address_restores_and_the_page_says_what_is_gone(served, line, page):
    options = ("--allow-origin", f"localhost:{line.port}")
    server = served("demo:emoji", *options, fresh=True)
    line.target_port = server.port
    page.goto(line.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    page.get_by_role("combobox", name="Group by a column").select_option("split")
    expect(page.get_by_role("button", name="Do not group by split")).to_be_visible()
    server.stop()
    expect(page.get_by_text(LOST)).to_be_visible()
    line.target_port = served("demo:emoji", *options, fresh=True).port
    expect(page.get_by_text("The server no longer holds what this page had")).to_be_visible(timeout=60_000)
    has_count(page, "270 of 2,231")
    expect(page.get_by_role("button", name="Do not group by split")).to_be_visible()
    expect(undo(page)).to_be_disabled()


def test_a_browser_that_goes_offline_and_back_keeps_its_session(emoji, page):
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    key = key_of(page)
    page.context.set_offline(True)
    expect(page.get_by_text(LOST)).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text(LOST)).to_be_hidden()
    set_filter(page, TRAIN, "1,673 of 2,231")
    assert key_of(page) == key  # this socket lived on, so nothing was loaded anew


# --- a file --------------------------------------------------------------------------------


def open_menu(page: Page) -> None:
    page.get_by_label("Workspace", exact=True).click()


def restore_file(page: Page, path) -> None:
    open_menu(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Restore workspace…").click()
    chooser.value.set_files(path)


def test_the_work_is_saved_as_a_file_and_restored_from_it(emoji, tab, tabs, tmp_path):
    page = tab.page
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    select_page(page)
    open_menu(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save workspace").click()
    assert download.value.suggested_filename == "emoji.symphony.json"
    path = tmp_path / "work.json"
    download.value.save_as(path)
    assert json.loads(path.read_text(encoding="utf-8"))["filter"] == FLAGS

    other = tabs().page
    other.goto(emoji.url)
    drawn(other)
    set_filter(other, TRAIN, "1,673 of 2,231")
    restore_file(other, path)
    expect(other.get_by_text("Workspace restored.")).to_be_visible()
    has_count(other, "270 of 2,231")
    expect(side(other)).to_contain_text("60 rows selected")
    other.get_by_role("status").locator("..").get_by_role("button", name="Undo what was just done").click()
    has_count(other, "1,673 of 2,231")
    assert tab.foreign_requests == [] and tab.errors == []


def test_what_does_not_fit_is_listed_and_a_bad_file_changes_nothing(emoji, page, tmp_path):
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    work = {
        "kind": "symphony workspace", "format": 1, "page": 0, "focus": None, "compare": None,
        "data": {"name": "emoji", "source": "", "fingerprint": "x", "row_count": 3,
                 "columns": {"gone": "text"}},
        "filter": "gone == '<img src=x onerror=window.hurt=1>'", "selection": "rows('emoji_1f431', 'never')",
        "group_by": ["split"], "columns": [],
        "layout": [{"title": "Mine", "views": [
            {"view": "atlas", "width": 6, "key": "", "settings": {}},
            {"view": "summary", "width": 12, "key": "", "settings": {}},
        ]}],
    }  # fmt: skip
    path = tmp_path / "other.json"
    path.write_text(json.dumps(work), encoding="utf-8")
    restore_file(page, path)
    status = page.get_by_role("status").filter(has_text=re.compile("then|format|MB"))
    for words in ("3 rows then, 2,231 now", "1 column is missing: gone", "the filter was left out, gone ==",
                  "view atlas is not installed"):  # fmt: skip
        expect(status).to_contain_text(words)
    has_count(page, "all 2,231")
    expect(page.get_by_role("button", name="Do not group by split")).to_be_visible()
    assert page.evaluate("window.hurt") is None
    path.write_text('{"kind": "symphony workspace", "format": 7}', encoding="utf-8")
    restore_file(page, path)
    expect(status).to_contain_text("'format' is '7'")
    path.write_bytes(b" " * 6_000_000)
    restore_file(page, path)
    expect(status).to_contain_text("has 6.0 MB; a saved workspace has at most 5.0 MB")
    has_count(page, "all 2,231")


def test_a_server_starts_each_visit_with_the_work_of_a_file(served, page, tmp_path):
    import symphony_core as symphony

    app = symphony.open("demo:emoji")
    app.state.filter = FLAGS
    app.save(tmp_path / "work.json")
    server = served("demo:emoji", "--restore", str(tmp_path / "work.json"))
    page.goto(server.url)
    drawn(page)
    has_count(page, "270 of 2,231")
    expect(undo(page)).to_be_disabled()

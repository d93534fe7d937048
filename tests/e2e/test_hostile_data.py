"""Markup in names and values is shown as it is and never runs; failing plugins cost one card."""

from __future__ import annotations

from textwrap import dedent

import pandas as pd
import pytest
from playwright.sync_api import expect

IMG = "<img src=x onerror=window.hurt=1>"
AMPERSAND = "a<b & c"


@pytest.fixture(scope="module")
def hostile(served, tmp_path_factory):
    """A table whose file, columns, values and page title are markup."""
    folder = tmp_path_factory.mktemp("hostile")
    values = [IMG, AMPERSAND, IMG, "plain"]
    frame = pd.DataFrame({
        "id": [f"{IMG}{i}" for i in range(4)], "label": values, "prediction": values[::-1],
        IMG: values, AMPERSAND: [1.5, 2.5, 3.5, 4.5], "split": [IMG, IMG, AMPERSAND, AMPERSAND],
    })  # fmt: skip
    path = folder / f"{IMG}.csv"
    frame.to_csv(path, index=False)
    (folder / "entry_points.toml").write_text(
        f"[[pages]]\ntitle = '{IMG}'\nviews = ['summary', 'instances']\n"
        f"[[pages]]\ntitle = '{AMPERSAND}'\nviews = []\n",
        encoding="utf-8",
    )
    return served(path, cwd=folder)


def shown_texts(page) -> set[str]:
    """Every text on the page, shadow roots included, as a person reads it."""
    return set(
        page.evaluate("""() => {
        const texts = []
        const walk = node => {
            if (node.nodeType === Node.TEXT_NODE) texts.push(node.textContent)
            if (node.tagName === "STYLE" || node.tagName === "SCRIPT") return
            node.childNodes.forEach(walk)
            if (node.shadowRoot) node.shadowRoot.childNodes.forEach(walk)
        }
        walk(document.body)
        return texts
    }""")
    )


def assert_harmless(page) -> None:
    assert page.evaluate("window.hurt") is None
    broken = page.evaluate("""() => {
        let found = 0
        const walk = node => {
            if (node.tagName === "IMG" && node.getAttribute("src") === "x") found += 1
            node.childNodes.forEach(walk)
            if (node.shadowRoot) node.shadowRoot.childNodes.forEach(walk)
        }
        walk(document.documentElement)
        return found
    }""")
    assert broken == 0
    escaped = [text for text in shown_texts(page) if "&lt;" in text or "&amp;" in text]
    assert escaped == []


def test_markup_is_text_in_every_part_of_the_page(hostile, tab):
    page = tab.page
    page.goto(hostile.url)
    summary = page.get_by_role("region", name="Summary")
    expect(summary.locator("h3").first).to_be_visible(timeout=60_000)
    expect(summary.get_by_role("heading", name=IMG, exact=True)).to_be_visible()
    expect(summary.get_by_role("heading", name=AMPERSAND, exact=True)).to_be_visible()
    assert_harmless(page)

    page.get_by_role("combobox", name="Group by a column").select_option(IMG)
    expect(page.get_by_role("button", name=f"Do not group by {IMG}")).to_be_visible()
    expect(page.get_by_role("table", name="Group sizes")).to_contain_text(AMPERSAND)
    assert_harmless(page)

    card = summary.locator("article").filter(has=page.get_by_role("heading", name="label", exact=True))
    assert AMPERSAND in shown_texts(page)
    of_groups = card.locator(".group").filter(has_text=AMPERSAND)
    of_groups.get_by_role("option", name=f"{AMPERSAND}, {AMPERSAND}: ").click()
    expect(page.get_by_role("combobox", name="Filter expression")).to_have_value(f"label == '{AMPERSAND}'")
    instances = page.get_by_role("region", name="Instances")
    expect(instances).to_contain_text("1–1 of 1")
    texts = shown_texts(page)
    assert {IMG, AMPERSAND, f"{IMG}1"} <= texts
    assert_harmless(page)

    instances.get_by_role("row").nth(1).get_by_role("cell").nth(2).click()
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Filter expression").fill(f"`{IMG}x` == 1")
    page.get_by_role("combobox", name="Filter expression").press("Enter")
    expect(page.get_by_role("alert").filter(has_text=IMG)).to_be_visible()
    assert_harmless(page)

    for name in ("Summary", "Instances"):
        page.get_by_role("button", name=f"Settings of {name}").click()
    expect(page.get_by_text("Bars", exact=False).first).to_be_visible()
    page.get_by_role("tab", name=AMPERSAND).click()
    expect(page.get_by_text("Nothing is on this page yet", exact=False)).to_be_visible()
    assert_harmless(page)
    assert tab.page_errors == []


def test_a_failing_plugin_is_a_card_and_a_line_while_the_rest_works(served, tab, tmp_path):
    (tmp_path / "acme_broken.py").write_text(
        dedent("""
        from symphony_core.hookspecs import hookimpl
        from symphony_core.specs import ViewSpec
        api = 1

        @hookimpl
        def register_views():
            return [
                ViewSpec("breaks", "Breaks", "acme_broken_view:Breaks", summary="Breaks when filtered."),
                ViewSpec("absent", "Absent", "acme_broken_view:Absent", summary="Is not there."),
            ]
    """),
        encoding="utf-8",
    )
    (tmp_path / "acme_broken_view.py").write_text(
        dedent("""
        import panel as pn
        from symphony_core.view import View

        class Breaks(View):
            def body(self):
                self.pane = pn.pane.Str("waiting")
                return self.pane

            def draw(self):
                if self.state.filter is not None:
                    raise RuntimeError("<img src=x onerror=window.hurt=1>")
    """),
        encoding="utf-8",
    )
    (tmp_path / "entry_points.toml").write_text(
        dedent("""
        [plugins.modules]
        broken = "acme_broken"
        gone = "acme_is_not_here"
        [[pages]]
        title = "All"
        views = ["breaks", "absent", "no_such_view", "summary"]
    """),
        encoding="utf-8",
    )
    (tmp_path / "data.csv").write_text("id,label\na,x\nb,y\nc,x\n", encoding="utf-8")
    page = tab.page
    page.goto(served(tmp_path / "data.csv", cwd=tmp_path).url)
    breaks = page.get_by_role("region", name="Breaks")
    expect(breaks).to_contain_text("waiting", timeout=60_000)
    expect(page.get_by_role("region", name="Absent").get_by_role("alert")).to_contain_text("Absent")
    expect(page.get_by_role("region", name="no_such_view").get_by_role("alert")).to_contain_text(
        "no_such_view"
    )
    problems = page.get_by_role("list", name="Problems")
    expect(problems).to_contain_text("acme_is_not_here")
    page.get_by_role("button", name="x", exact=False).first.click()
    expect(breaks.get_by_role("alert")).to_contain_text(IMG)
    expect(page.get_by_role("region", name="Summary")).to_contain_text("2 of 3 rows")
    expect(problems).to_contain_text(IMG)
    assert_harmless(page)
    assert "Traceback" not in " ".join(shown_texts(page))

from symphony_core.layout import Page, PageView, keyed, with_settings


def test_views_without_a_key_get_one_and_others_keep_theirs():
    pages = (
        Page("a", (PageView("summary"), PageView("summary", key="summary-1"))),
        Page("b", (PageView("rows"),)),
    )
    keys = [view.key for page in keyed(pages) for view in page.views]
    assert keys == ["summary-2", "summary-1", "rows-1"]
    assert keyed(keyed(pages)) == keyed(pages)


def test_settings_go_to_the_view_of_the_key_alone():
    pages = keyed((Page("a", (PageView("summary"), PageView("summary"))),))
    changed = with_settings(pages, "summary-2", {"bars": 30})
    assert [dict(view.settings) for view in changed[0].views] == [{}, {"bars": 30}]
    assert with_settings(pages, "gone-1", {"bars": 30}) == pages

"""A manifest is read wholly or refused with the place of the mistake."""

from __future__ import annotations

import pytest

from symphony_core.errors import BadManifest
from symphony_core.layout import Page, PageView
from symphony_core.manifest import Manifest, load_manifest, parse_manifest

FULL = """\
[plugins]
allow = ["summary", "*"]
block = ["maps"]

[plugins.settings.duplicates.analysis.duplicates]
threshold = 0.97

[plugins.settings.duplicates.view.groups]
page_size = 20

[plugins.modules]
house_style = "acme.house_style"

[[pages]]
title = "Overview"
views = ["summary", { view = "instances", width = 5, settings = { kind = "grid" } }]

[[pages]]
title = "Rows"
views = ["instances"]
"""

PAGE = "[[pages]]\ntitle = 'One'\nviews = []\n"


def test_every_part_of_a_manifest_is_read():
    manifest = parse_manifest(FULL)
    assert manifest.allow == ("summary", "*")
    assert manifest.block == ("maps",)
    assert manifest.modules == {"house_style": "acme.house_style"}
    assert manifest.analysis_settings("duplicates", "duplicates") == {"threshold": 0.97}
    assert manifest.view_settings("duplicates", "groups") == {"page_size": 20}
    assert manifest.pages == (
        Page("Overview", (PageView("summary"), PageView("instances", 5, {"kind": "grid"}))),
        Page("Rows", (PageView("instances"),)),
    )


def test_a_plugin_without_settings_has_empty_ones():
    assert parse_manifest(FULL).view_settings("summary", "summary") == {}


def test_an_empty_file_says_what_no_file_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert parse_manifest("") == Manifest() == load_manifest()


def test_the_manifest_of_the_working_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "entry_points.toml").write_text("[plugins]\nblock = ['maps']\n", encoding="utf-8")
    assert load_manifest().block == ("maps",)


def test_a_named_file_goes_before_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "entry_points.toml").write_text("[plugins]\nblock = ['maps']\n", encoding="utf-8")
    (tmp_path / "other.toml").write_text("[plugins]\nblock = ['charts']\n", encoding="utf-8")
    assert load_manifest(tmp_path / "other.toml").block == ("charts",)


def test_a_manifest_is_given_back_as_it_is():
    manifest = Manifest(block=("maps",))
    assert load_manifest(manifest) is manifest


def test_a_blocked_plugin_is_refused_even_when_it_is_allowed():
    manifest = Manifest(allow=("maps", "charts"), block=("maps",))
    assert [name for name in ("maps", "charts", "summary") if manifest.allows(name)] == ["charts"]


@pytest.mark.parametrize(
    ("text", "table", "key", "line"),
    [
        ("[plugin]\n", "", "plugin", 1),
        ("\n[plugins]\nalow = []\n", "plugins", "alow", 3),
        ("[plugins]\nallow = '*'\n", "plugins", "allow", 2),
        ("[plugins]\nblock = [1]\n", "plugins", "block", 2),
        ("plugins = 3\n", "plugins", "plugins", 1),
        ("[plugins.settings.a.analyses.x]\nk = 1\n", "plugins.settings.a", "analyses", 1),
        ("[plugins.settings.a.view]\nx = 1\n", "plugins.settings.a.view", "x", 2),
        ("[plugins.settings]\na = 1\n", "plugins.settings.a", "a", 2),
        ("[plugins.modules]\nx = '../x.py'\n", "plugins.modules", "x", 2),
        ("[pages]\ntitle = 'One'\n", "", "pages", 1),
        ("[[pages]]\nviews = []\n", "pages", "title", 1),
        ("[[pages]]\ntitle = 'One'\n", "pages", "views", 1),
        ("[[pages]]\ntitle = ''\nviews = []\n", "pages", "title", 2),
        (f"{PAGE}\n[[pages]]\ntitle = 'One'\nviews = []\n", "pages", "title", 6),
        (f"{PAGE}[[pages]]\ntitle = 'Two'\nviews = [3]\n", "pages", "views", 6),
        ("[[pages]]\ntitle = 'One'\nviews = [{ view = 'a', width = 13 }]\n", "pages", "width", 3),
        ("[[pages]]\ntitle = 'One'\nviews = [{ view = 'a', width = true }]\n", "pages", "width", 3),
        ("[[pages]]\ntitle = 'One'\nviews = [\n  { view = 'a', widht = 3 },\n]\n", "pages", "widht", 3),
        ("[[pages]]\ntitle = 'One'\nviews = [{ width = 3 }]\n", "pages", "view", 3),
        ("[[pages]]\ntitle = 'One'\nviews = [{ view = 'a', settings = 3 }]\n", "pages", "settings", 3),
        ("title = 3\n", "", "title", 1),
    ],
)
def test_a_mistake_is_named_with_its_table_key_and_line(text, table, key, line):
    with pytest.raises(BadManifest) as caught:
        parse_manifest(text)
    error = caught.value
    assert (error.table, error.key, error.line) == (table, key, line)
    assert f"line {line}" in str(error) and repr(key) in str(error)


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(BadManifest, match="nearest are 'allow'"):
        parse_manifest("[plugins]\nalow = []\n")


def test_text_that_is_no_toml_names_file_and_line(tmp_path):
    file = tmp_path / "broken.toml"
    file.write_text("[plugins]\nallow = [\n", encoding="utf-8")
    with pytest.raises(BadManifest, match=r"broken\.toml: not TOML: .*line|end of document"):
        load_manifest(file)


@pytest.mark.parametrize(
    "make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe\x00")]
)
def test_a_file_that_cannot_be_read_is_a_clear_error(tmp_path, make):
    file = tmp_path / "entry_points.toml"
    make(file)
    with pytest.raises(BadManifest, match=r"entry_points\.toml"):
        load_manifest(file)

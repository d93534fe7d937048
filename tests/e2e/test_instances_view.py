"""The instances view as a person uses it: sounds, texts, groups, keys, ticks over pages, the opened row."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

import symphony_core as symphony

KINDS = ["drum", "bass", "voice"]


def tone(hertz: float, seconds: float = 0.5) -> bytes:
    rate = 8_000
    samples = (np.sin(np.arange(int(rate * seconds)) * hertz / rate * 6.283) * 20_000).astype("<i2").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, rate,
                       2 * rate, 2, 16, b"data", len(samples))  # fmt: skip
    return head + samples


def open_instances(page: Page, url: str) -> Locator:
    page.goto(url)
    instances = page.get_by_role("region", name="Instances")
    expect(instances.get_by_role("checkbox").first).to_be_visible(timeout=60_000)
    return instances


def group_by(page: Page, *columns: str) -> None:
    side = page.get_by_role("region", name="Filter, groups and selection")
    for column in columns:
        side.get_by_role("combobox", name="Group by").select_option(column)
        expect(side.locator(".chip").filter(has_text=column)).to_be_visible()


@pytest.fixture(scope="module")
def emoji(served):
    return served("demo:emoji")


@pytest.fixture(scope="module")
def sounds(served, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    (folder / "media").mkdir()
    for i in range(40):
        (folder / "media" / f"s {i}.wav").write_bytes(tone(200 + 20 * i, 0.5 + i / 100))
    (folder / "media" / "s 3.wav").write_text("no sound at all")
    frame = pd.DataFrame({
        "id": [f"s{i}" for i in range(40)],
        "audio": [f"media/s {i}.wav" for i in range(40)],
        "kind": [KINDS[i % 3] for i in range(40)],
        "text": [f"a {KINDS[i % 3]}, <b>{'Loud' if i % 2 else 'soft'}</b>, take {i}" for i in range(40)],
    })  # fmt: skip
    frame.to_parquet(folder / "sounds.parquet")
    return served(folder / "sounds.parquet")


def test_a_sound_plays_when_asked_and_only_one_at_a_time(sounds, page, tab, eventually):
    instances = open_instances(page, sounds.url)
    assert instances.locator("audio[src]").count() == 0
    card = instances.get_by_role("listitem").filter(has_text="s1")
    first = instances.get_by_role("listitem").nth(0)
    first.get_by_role("button", name="Play audio of row s0").click()
    audio = first.locator("audio")
    expect(audio).to_be_visible()
    eventually(lambda: audio.evaluate("a => a.readyState >= 3 && a.currentTime > 0"), "a sound", page=page)
    assert audio.evaluate("a => a.duration") == pytest.approx(0.5, abs=0.01)
    expect(first).to_contain_text("0.50 s")
    card.first.get_by_role("button", name="Play audio of row s1", exact=True).click()
    eventually(lambda: card.first.locator("audio").evaluate("a => a.readyState >= 3"), page=page)
    eventually(lambda: audio.evaluate("a => a.paused"), "the first to stop", page=page)
    assert tab.foreign_requests == []
    assert tab.errors == []


def test_a_broken_sound_says_why_beside_its_neighbours(sounds, page):
    instances = open_instances(page, sounds.url)
    broken = instances.get_by_role("listitem").nth(3)
    expect(broken).to_contain_text("it is no WAV, FLAC, MP3, Ogg, Opus or M4A")
    broken.get_by_role("button", name="Play audio of row s3").click()
    expect(broken).to_contain_text("Cannot be played: it is no WAV")
    expect(instances.get_by_role("listitem").nth(4)).to_contain_text("0.54 s")


def test_the_opened_sound_shows_its_facts_and_its_neighbours_by_arrows(sounds, page):
    instances = open_instances(page, sounds.url)
    instances.get_by_role("button", name="Open row s1", exact=True).click()
    detail = instances.get_by_role("complementary")
    expect(detail).to_contain_text("0.510 s · 8,000 Hz · mono · WAV")
    expect(detail).to_contain_text("media/s 1.wav")
    detail.get_by_role("heading").click()
    page.keyboard.press("ArrowRight")
    expect(instances.get_by_role("complementary", name="Row s2")).to_be_visible()
    instances.get_by_role("checkbox", name="Select opened row s2").check()
    expect(instances.get_by_role("checkbox", name="Select row s2", exact=True)).to_be_checked()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()


def test_a_search_finds_marks_and_becomes_the_filter(sounds, page):
    instances = open_instances(page, sounds.url)
    box = instances.get_by_role("searchbox", name="Search texts")
    box.fill("LOUD drum")
    expect(instances).to_contain_text("7 of 40 found")
    first = instances.get_by_role("listitem").first
    expect(first.locator("mark")).to_have_text(["drum", "Loud"])
    expect(first).to_contain_text("<b>Loud</b>")
    instances.get_by_role("button", name="Make the search part of the filter").click()
    side = page.get_by_role("region", name="Filter, groups and selection")
    expect(side.locator(".count")).to_have_text("7 of 40 rows")
    expect(box).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(side.locator(".count")).to_have_text("all 40 rows")
    expect(box).to_have_value("LOUD drum")
    expect(instances).to_contain_text("7 of 40 found")


def test_groups_are_panels_with_pagers_that_count_what_pandas_counts(emoji, page):
    instances = open_instances(page, emoji.url)
    group_by(page, "label", "split")
    rows = symphony.open("demo:emoji").rows()
    sizes = rows.groupby(["label", "split"]).size().sort_values(ascending=False)
    expect(instances.locator("section.panel")).to_have_count(6)
    for panel, ((label, split), size) in zip(
        instances.locator("section.panel").all(), sizes.items(), strict=False
    ):
        expect(panel.get_by_role("heading")).to_have_text(f"label {label} · split {split}")
        expect(panel).to_contain_text(f"{size:,} rows")
    expect(instances).to_contain_text(f"{len(sizes) - 6} more groups")
    second = instances.locator("section.panel").nth(1)
    second.get_by_role("button", name="Next page").click()
    expect(second).to_contain_text(f"13–24 of {sizes.iloc[1]:,}")
    expect(instances.locator("section.panel").first).to_contain_text(f"1–12 of {sizes.iloc[0]:,}")
    (label, split), size = list(sizes.items())[1]
    second.get_by_role("button", name=f"Select group label {label} · split {split}").click()
    expect(instances).to_contain_text(f"{size:,} selected")
    expect(second.get_by_role("button", name=f"Unselect group label {label} · split {split}")).to_be_visible()


def test_keys_move_tick_and_open_within_a_panel(emoji, page):
    instances = open_instances(page, emoji.url)
    items = instances.get_by_role("listitem")
    items.first.get_by_role("button").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    expect(items.nth(2).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(instances).to_contain_text("3 selected")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(instances.get_by_role("complementary")).to_be_visible()
    page.keyboard.press("Escape")
    expect(instances.get_by_role("complementary")).to_be_hidden()
    page.keyboard.press("a")
    expect(instances).to_contain_text("60 selected")
    page.keyboard.press("PageDown")
    expect(instances).to_contain_text("61–120 of 2,231")
    page.keyboard.press("End")
    expect(items.nth(59).get_by_role("button")).to_be_focused()


def test_ticks_of_several_pages_add_up_also_over_groups(emoji, page):
    instances = open_instances(page, emoji.url)
    instances.get_by_role("checkbox").nth(2).check()
    instances.get_by_role("button", name="Next page").click()
    expect(instances).to_contain_text("61–120 of 2,231")
    instances.get_by_role("checkbox").nth(0).check()
    instances.get_by_role("checkbox").nth(4).click(modifiers=["Shift"])
    expect(instances).to_contain_text("6 selected")
    group_by(page, "split")
    panels = instances.locator("section.panel")
    expect(panels).to_have_count(2)
    panels.nth(1).get_by_role("button", name="Select page").click()
    ticked = panels.nth(1).get_by_role("checkbox", checked=True)
    expect(ticked).to_have_count(12)
    expect(instances).to_contain_text(" selected")


def test_a_picture_is_fitted_and_shown_in_its_own_size(emoji, page):
    instances = open_instances(page, emoji.url)
    instances.get_by_role("listitem").first.get_by_role("button").click()
    detail = instances.get_by_role("complementary")
    expect(detail).to_contain_text("64 × 64 px · PNG")
    detail.get_by_role("button", name="Show the picture in its own size").click()
    expect(detail.get_by_role("button", name="Fit the picture")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    detail.get_by_role("button", name="Copy id").click()
    expect(detail).to_contain_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == "emoji_0023-fe0f-20e3"


def test_the_views_of_sounds_texts_and_groups_are_accessible(sounds, page, serious_violations):
    instances = open_instances(page, sounds.url)
    group_by(page, "kind")
    expect(instances.locator("section.panel")).to_have_count(3)
    instances.get_by_role("button", name="Open row s0", exact=True).click()
    expect(instances.get_by_role("complementary")).to_be_visible()
    assert serious_violations(page) == []


def test_real_flac_files_play_with_their_true_length(served, page, eventually, shared_data: Path):
    instances = open_instances(page, served(shared_data / "sounds" / "sounds.parquet").url)
    instances.get_by_role("button", name="Play audio of row snd_ambi_choir").click()
    audio = instances.locator("audio").first
    eventually(lambda: audio.evaluate("a => a.readyState >= 3"), "a sound", page=page)
    assert audio.evaluate("a => a.duration") == pytest.approx(1.572, abs=0.01)

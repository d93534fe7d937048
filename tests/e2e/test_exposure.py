"""Who may look, what the server answers without a session, and what the browser is told."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

import symphony_core as symphony
from tests.e2e.test_resume import drawn, filter_box, has_count, open_menu, set_filter, side

FLAGS = "label == 'Flags'"


@pytest.fixture(scope="module")
def emoji(served):
    return served("demo:emoji")


def answer(server, path: str, headers: dict[str, str] | None = None, method: str = "GET"):
    connection = http.client.HTTPConnection("localhost", server.port, timeout=60)
    connection.request(method, path, headers=headers or {})
    got = connection.getresponse()
    body = got.read()
    connection.close()
    return got.status, {name.lower(): value for name, value in got.getheaders()}, body


def directives(headers: dict[str, str]) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


EVERYWHERE = (
    "/",
    "/?filter=x",
    "/static/js/bokeh.min.js",
    "/nothing/here",
    "/liveness",
    "/favicon.ico",
    "/metadata",
)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_response_carries_the_headers(emoji, path):
    _, headers, _ = answer(emoji, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    policy = directives(headers)
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe-inline" not in policy["script-src"]
    assert not any("*" in value or "http" in value for value in policy.values())


def test_each_response_has_a_nonce_of_its_own_and_only_its_scripts_bear_it(emoji):
    nonces = set()
    for _ in range(2):
        _, headers, body = answer(emoji, "/")
        (nonce,) = re.findall(r"'nonce-([\w-]{20,})'", headers["content-security-policy"])
        scripts = re.findall(rb"<script[^>]*>", body)
        assert scripts and all(f'nonce="{nonce}"'.encode() in script for script in scripts)
        nonces.add(nonce)
    assert len(nonces) == 2


def test_a_host_may_be_allowed_to_frame_the_page(served):
    server = served("demo:emoji", "--allow-frame", "https://wiki.example", "--no-eval")
    _, headers, _ = answer(server, "/")
    assert directives(headers)["frame-ancestors"] == "https://wiki.example"
    assert "x-frame-options" not in headers
    assert "unsafe-eval" not in headers["content-security-policy"]


def test_a_page_with_all_it_does_works_under_the_strictest_policy(served, tab, repository):
    server = served("demo:emoji", "--allow-frame", "https://wiki.example", "--no-eval")
    page = tab.page
    page.goto(server.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    page.get_by_role("button", name="Undo", exact=True).click()
    has_count(page, "all 2,231")
    instances = page.get_by_role("region", name="Instances")
    picture = instances.locator("img").first
    expect(picture).to_have_attribute("src", re.compile("^data:image/"))
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    instances.get_by_role("checkbox").first.check()
    expect(side(page)).to_contain_text("1 row selected")
    instances.get_by_role("button", name="table").click()
    expect(instances.get_by_role("row").nth(3)).to_be_visible()
    for gear in ("Settings of Summary", "Settings of Instances"):
        page.get_by_role("button", name=gear).click()
    expect(page.get_by_role("spinbutton").first).to_be_visible()
    page.get_by_role("button", name="Toggle theme").click()
    open_menu(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save workspace").click()
    assert json.loads(Path(download.value.path()).read_bytes())["kind"] == "symphony workspace"
    page.reload()
    drawn(page)
    expect(side(page)).to_contain_text("1 row selected")
    assert tab.errors == []
    assert tab.foreign_requests == []


def test_markup_that_got_into_the_page_could_not_run(emoji, page):
    page.goto(emoji.url)
    drawn(page)
    page.evaluate("""() => {
      const hurt = document.createElement("div")
      document.body.append(hurt)
      hurt.innerHTML = "<img src=x onerror='window.hurt=1'>"
      const script = document.createElement("script")
      script.textContent = "window.hurt = 2"
      document.body.append(script)
    }""")
    page.wait_for_timeout(500)
    assert page.evaluate("window.hurt") is None


def test_a_holoviews_plot_works_under_the_usual_policy_without_an_error(served, repository, tab, tmp_path):
    for name in ("density_plugin.py", "density_view.py"):
        text = (repository / "examples" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "entry_points.toml").write_text(
        "[plugins.modules]\ndensity = 'density_plugin'\n[[pages]]\ntitle = 'Density'\nviews = ['density']\n",
        encoding="utf-8",
    )
    page = tab.page
    page.goto(served("demo:emoji", "--config", str(tmp_path / "entry_points.toml")).url)
    canvas = page.get_by_role("region", name="Density").locator(".bk-Canvas")
    expect(canvas).to_be_visible(timeout=60_000)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.dblclick(box["x"] + 100, box["y"] + 100)
    page.wait_for_timeout(500)
    assert tab.errors == []


# --- who may look ------------------------------------------------------------------------


def test_a_host_that_others_reach_is_warned_about_on_the_page_until_it_is_closed(served, page):
    server = served("demo:emoji", "--host", "0.0.0.0")
    page.goto(server.url)
    drawn(page)
    bar = page.get_by_role("note", name="Warning")
    expect(bar).to_contain_text("no login")
    bar.get_by_role("button", name="Close this warning").click()
    expect(bar).to_be_hidden()
    page.reload()
    drawn(page)
    expect(bar).to_be_hidden()


def test_this_machine_alone_is_no_reason_to_warn(emoji, page):
    page.goto(emoji.url)
    drawn(page)
    expect(page.get_by_role("note", name="Warning")).to_be_hidden()
    assert "Warning" not in emoji.log


def upgrade(server, token: str, origin: str) -> int:
    status, _, _ = answer(server, "/ws", {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==", "Sec-WebSocket-Protocol": f"bokeh, {token}",
        "Origin": origin,
    })  # fmt: skip
    return status


def token_of(server) -> str:
    with urllib.request.urlopen(server.url) as page:
        return page.read().decode().split('"token":"')[1].split('"')[0]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1.evil.example"]
)
def test_a_page_of_another_origin_is_refused(emoji, origin):
    assert upgrade(emoji, token_of(emoji), origin) == 403


def test_an_origin_can_be_allowed(served):
    server = served("demo:emoji", "--allow-origin", "data.example:443")
    assert upgrade_opens(server, token_of(server), "https://data.example:443")
    assert upgrade(server, token_of(server), "https://other.example:443") == 403


def upgrade_opens(server, token: str, origin: str) -> bool:
    """Say whether a session answers on a connection with this token."""
    lines = [
        "GET /ws HTTP/1.1", f"Host: localhost:{server.port}", f"Origin: {origin}", "Connection: Upgrade",
        "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
        f"Sec-WebSocket-Protocol: bokeh, {token}", "", "",
    ]  # fmt: skip
    with socket.create_connection(("localhost", server.port), timeout=60) as line:
        line.sendall("\r\n".join(lines).encode())
        heard = b""
        while b"\r\n\r\n" not in heard or heard.endswith(b"\r\n\r\n"):
            more = line.recv(65_536)
            if not more:
                return False
            heard += more
    head, _, frames = heard.partition(b"\r\n\r\n")
    return b" 101 " in head and frames[:1] == b"\x81"  # a text frame, and not the one that closes


def test_a_session_opens_with_a_token_that_this_server_signed_and_with_no_other(emoji):
    token = token_of(emoji)
    payload = base64.urlsafe_b64decode(token.split(".")[0] + "==")
    assert b"session_expiry" in payload and b"Cookie" not in payload and b"User-Agent" not in payload
    forged = base64.urlsafe_b64encode(payload.replace(b'"session_id"', b'"session_id" ')).decode().rstrip("=")
    assert upgrade_opens(emoji, token, emoji.url)
    assert not upgrade_opens(emoji, f"{forged}.{token.split('.')[1]}", emoji.url)
    assert not upgrade_opens(emoji, forged, emoji.url)


# --- what is answered without a session ---------------------------------------------------


ROUTES = (
    "/", f"/?filter={urllib.parse.quote(FLAGS)}", "/autoload.js?bokeh-autoload-element=x&bokeh-app-path=/",
    "/metadata", "/ws", "/liveness", "/liveness?endpoint=/", "/static/", "/static/js/", "/favicon.ico",
    "/static/extensions/panel/panel.min.js", "/components/symphony_core/App/dataset/x",
    "/components/symphony_core.widgets/Component/_esm/x", "/rest/session_info", "/admin",
    "/media/emoji_1f431", "/download/rows.csv", "/data", "/.env",
)  # fmt: skip


def test_no_route_gives_rows_or_media_without_a_session(emoji):
    rows = symphony.open("demo:emoji").rows()
    texts = {str(value) for name in ("id", "name") for value in rows[name].unique()}
    secrets = [text.encode() for text in texts if len(text) > 8 and not text.isalpha()]
    picture = rows["image"].iloc[0]
    secrets.append(base64.b64encode(picture["bytes"] if isinstance(picture, dict) else picture)[:48])
    for path in ROUTES:
        for method in ("GET", "HEAD", "POST"):
            status, _, body = answer(emoji, path, method=method)
            assert status < 600
            assert [secret for secret in secrets if secret in body] == [], path


def test_a_request_that_names_a_file_gets_none(emoji):
    for path in (
        "/static/../../../../etc/passwd",
        "/components/os/path/..%2f..%2fetc/passwd",
        "/?restore=/etc/passwd",
    ):
        _, _, body = answer(emoji, path)
        assert b"root:" not in body


def test_nothing_of_a_visit_leaves_this_machine(emoji, tab, tmp_path):
    page = tab.page
    page.goto(emoji.url)
    drawn(page)
    set_filter(page, FLAGS, "270 of 2,231")
    page.context.set_offline(True)
    expect(page.get_by_text("Connection lost")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Connection lost")).to_be_hidden()
    page.reload()
    drawn(page)
    expect(filter_box(page)).to_have_value(FLAGS)
    assert tab.requests and tab.foreign_requests == []

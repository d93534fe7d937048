"""The server's routes are Bokeh's and Panel's own, and a page cannot name a file."""

from __future__ import annotations

import json
import sys
from http import HTTPStatus

import pytest
from tornado.httputil import HTTPHeaders

import symphony_core as symphony
from symphony_core.errors import BadSetting
from symphony_core.headers import security_headers
from symphony_core.serving import exposed_words, make_server
from symphony_core.shell.visit import Visit
from symphony_core.testing import tiny_dataset

HTML = {"Content-Type": "text/html; charset=UTF-8", "Content-Length": "17"}


def transformed(chunk: bytes, headers: dict[str, str], *, finishing: bool = True, **options):
    transform = security_headers(**options)(None)
    return transform.transform_first_chunk(HTTPStatus.OK, HTTPHeaders(headers), chunk, finishing)


def test_the_scripts_of_a_page_get_the_nonce_and_its_length_is_right():
    _, headers, chunk = transformed(b"<script>1</script>", HTML)
    nonce = headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assert chunk == f'<script nonce="{nonce}">1</script>'.encode()
    assert headers["Content-Length"] == str(len(chunk))


def test_what_is_no_page_stays_as_it_is():
    for kind in ("application/javascript", "image/svg+xml"):
        _, headers, chunk = transformed(b"<script>1</script>", {"Content-Type": kind, "Content-Length": "18"})
        assert chunk == b"<script>1</script>" and headers["Content-Length"] == "18"


def test_the_length_of_an_answer_without_a_body_stays():
    _, headers, chunk = transformed(b"", HTML)
    assert chunk == b"" and headers["Content-Length"] == "17"


def test_eval_can_be_forbidden():
    assert "'unsafe-eval'" in transformed(b"", HTML)[1]["Content-Security-Policy"]
    assert "'unsafe-eval'" not in transformed(b"", HTML, allow_eval=False)[1]["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host", ["https://wiki.example", "wiki.example:8080", "*.example.org", "'self'", "https:"]
)
def test_frames_may_be_allowed_for(host):
    assert (
        f"frame-ancestors {host}"
        in transformed(b"", HTML, allow_frames=(host,))[1]["Content-Security-Policy"]
    )


@pytest.mark.parametrize("host", ["a; script-src *", "", "a b", "javascript:x", "a\nb", "'unsafe-inline'"])
def test_what_is_no_host_cannot_get_into_the_policy(host):
    with pytest.raises(BadSetting, match="--allow-frame"):
        security_headers((host,))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_warning(host):
    assert exposed_words(host) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "data.example"])
def test_any_other_host_is_warned_about(host):
    assert host in exposed_words(host) and "no login" in exposed_words(host)


def rules(router) -> list[object]:
    found = []
    for rule in router.rules:
        inner = getattr(rule.target, "rules", None)
        found += [rule.target] if inner is None else rules(rule.target)
    return found


async def test_the_server_answers_by_handlers_of_bokeh_panel_and_tornado_only():
    server = make_server(
        lambda: symphony.open(tiny_dataset()), host="127.0.0.1", port=0, title="t", origins=["localhost"],
        headers=security_headers(),
    )  # fmt: skip
    try:
        handlers = rules(server._tornado.default_router)
        owners = {handler.__module__.split(".")[0] for handler in handlers}
        assert len(handlers) > 5
        assert owners <= {"bokeh", "panel", "tornado"}
        assert server._tornado.sign_sessions and len(server._tornado.secret_key) == 32
    finally:
        server.stop()
        server.unlisten()


# --- what a page can say ---------------------------------------------------------------


@pytest.fixture
def opened(tmp_path):
    """Paths of a folder that anything in the process opens."""
    seen: list[str] = []
    is_on = [True]

    def hook(event: str, arguments: tuple) -> None:
        if is_on[0] and event in ("open", "os.listdir", "os.scandir") and str(tmp_path) in str(arguments[0]):
            seen.append(str(arguments[0]))

    sys.addaudithook(hook)
    yield seen
    is_on[0] = False  # a hook cannot be taken back


KEYS = (
    "text", "names", "name", "path", "file", "source", "index", "id", "key", "view", "rows", "column",
    "value", "settings", "format", "page", "title", "query", "sql",
)  # fmt: skip


def test_no_gesture_opens_a_file_or_runs_a_query(tmp_path, opened):
    work = tmp_path / "work.json"
    app = symphony.open(tiny_dataset())
    app.save(work)
    shell = app.dashboard()
    parts = [*shell.parts, Visit(shell)]
    opened.clear()
    kinds = {(part, kind) for part in parts for kind in part.acts}
    assert len(kinds) > 8
    for part, kind in sorted(kinds, key=lambda pair: pair[1]):
        for value in (str(work), work.as_uri(), f"sqlite:///{work}?query=select 1", "'; drop table rows; --",
                      {"path": str(work)}, [str(work)]):  # fmt: skip
            part.act({"kind": kind, **dict.fromkeys(KEYS, value)})
    assert opened == []
    assert json.loads(work.read_text(encoding="utf-8"))["format"] == 1
    assert opened == [str(work)]  # the hook does hear
    app.close()


def test_a_path_instead_of_a_text_is_refused_with_the_reason(tmp_path):
    app = symphony.open(tiny_dataset())
    app.save(tmp_path / "work.json")
    head = app.dashboard().head
    head.act({"kind": "restore", "path": str(tmp_path / "work.json")})
    assert "text of a file" in head.data()["toast"]["words"]
    head.act({"kind": "restore", "text": str(tmp_path / "work.json")})
    assert "cannot be read as JSON" in head.data()["toast"]["words"]
    app.close()

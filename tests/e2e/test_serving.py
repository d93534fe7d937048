"""Starting a server: ports, hosts, origins, and what a visitor of the wrong kind gets."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import urllib.request

import pytest


def run(*arguments, cwd=None, timeout_s=60):
    return subprocess.run(
        [sys.executable, "-m", "symphony_core", *map(str, arguments)],
        capture_output=True, text=True, cwd=cwd, timeout=timeout_s, check=False,
    )  # fmt: skip


def test_a_port_that_is_taken_is_told_with_its_holder(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = run("demo", "--port", port, cwd=tmp_path)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "pytest" in done.stderr or "python" in done.stderr
    assert f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_opened_is_told_before_anything_is_served(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not really")
    done = run("serve", tmp_path / "broken.parquet", "--port", 0, cwd=tmp_path)
    assert done.returncode == 1
    assert "broken.parquet" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_address_is_printed_and_answers(served):
    server = served("demo:emoji")
    assert f"http://localhost:{server.port}" in server.log
    with urllib.request.urlopen(server.url) as answer:
        assert answer.status == 200


def test_another_host_is_warned_about(served):
    server = served("demo:emoji", "--host", "0.0.0.0")
    assert "no login" in server.log


@pytest.mark.parametrize(("origin", "status"), [("http://evil.example", 403), (None, 101)])
def test_a_page_of_another_origin_cannot_connect(served, origin, status):
    server = served("demo:emoji")
    own = f"http://localhost:{server.port}"
    with urllib.request.urlopen(server.url) as answer:
        token = answer.read().decode().split('"token":"')[1].split('"')[0]
    connection = http.client.HTTPConnection("localhost", server.port, timeout=30)
    connection.request("GET", "/ws", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==", "Sec-WebSocket-Protocol": f"bokeh, {token}",
        "Origin": origin or own,
    })  # fmt: skip
    assert connection.getresponse().status == status
    connection.close()


def test_nothing_outside_the_served_folders_is_given_out(served):
    server = served("demo:emoji")
    connection = http.client.HTTPConnection("localhost", server.port, timeout=30)
    for path in ("/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd"):
        connection.request("GET", path)
        with connection.getresponse() as answer:
            assert answer.status in (403, 404)
            assert b"root:" not in answer.read()
    connection.close()

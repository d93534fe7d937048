"""Visitors without a browser: they do over the websocket what the page's script does.

A visitor asks for the page, opens its websocket with the session's token, pulls
the document, says that it is ready, and then reads whatever comes, so the server
builds and draws just as it does for a browser.
"""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

TOKEN = re.compile(r'"token":\s*"([^"]+)"')
MAX_MESSAGE_BYTES = 64 * 2**20


class Visitor:
    """One open page."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.pieces = Pieces()
        self._connection = connection
        self._message_count = 0
        self._reader = asyncio.ensure_future(self._read())
        self._greeted = asyncio.Event()
        self.received_bytes = 0

    @classmethod
    async def come(cls, url: str) -> Visitor:
        """Open a page; its document arrives a moment later."""
        loop = asyncio.get_running_loop()
        html = await loop.run_in_executor(
            None, lambda: urllib.request.urlopen(url, timeout=60).read().decode()
        )
        token = TOKEN.search(html)
        if token is None:
            raise RuntimeError(f"{url} is no page with a session")
        request = HTTPRequest(
            url.replace("http:", "ws:") + "/ws", headers={"Sec-WebSocket-Protocol": f"bokeh, {token[1]}"}
        )
        connection = await websocket_connect(request, max_message_size=MAX_MESSAGE_BYTES)
        visitor = cls(connection)
        await visitor._greeted.wait()
        await visitor._say("PULL-DOC-REQ", {})
        ready = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
        event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready}
        await visitor._say("PATCH-DOC", {"events": [event]})
        return visitor

    async def gesture(self, piece: str, message: dict[str, object]) -> None:
        """Send what a piece's script sends after a click or a brush."""
        entries = [["model", {"id": self.pieces.view_ids[piece]}], ["data", message]]
        values = {"type": "map", "entries": entries}
        data_event = {"type": "event", "name": "data_event", "values": values}
        event = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": data_event}
        await self._say("PATCH-DOC", {"events": [event]})

    async def shows(
        self, piece: str, holds: Callable[[dict[str, Any]], bool], timeout_s: float = 60
    ) -> dict[str, Any]:
        """Wait until what a piece draws meets the condition, and give it. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not ((data := self.pieces.data(piece)) and holds(data)):
                self.pieces.changed.clear()
                await self.pieces.changed.wait()
        return data

    async def leave(self) -> None:
        """Close the page."""
        self._connection.close()
        await self._reader

    async def _say(self, kind: str, content: dict[str, object]) -> None:
        self._message_count += 1
        for part in ({"msgid": f"{kind.lower()}-{self._message_count}", "msgtype": kind}, {}, content):
            await self._connection.write_message(json.dumps(part))

    async def _read(self) -> None:
        while (message := await self._connection.read_message()) is not None:
            self.received_bytes += len(message)
            self._greeted.set()
            if isinstance(message, str) and message.startswith(('{"doc"', '{"events"')):
                self.pieces.hear(json.loads(message))


class Pieces:
    """What the pieces of a page were told to draw, by the name of their class."""

    def __init__(self) -> None:
        self.view_ids: dict[str, str] = {}
        self.changed = asyncio.Event()
        self._data_ids: dict[str, str] = {}
        self._values: dict[str, dict[str, Any]] = {}

    def data(self, piece: str) -> dict[str, Any] | None:
        """Give what the piece draws now; None before it came."""
        return self._values.get(self._data_ids.get(piece, ""))

    def hear(self, message: dict[str, Any]) -> None:
        """Take up a document or a change of it."""
        for event in message.get("events", ()):
            if event.get("kind") == "ModelChanged" and event["attr"] == "data":
                self._values[event["model"]["id"]] = plain(event["new"])
        self._find(message)
        self.changed.set()

    def _find(self, part: Any) -> None:
        for one in part if isinstance(part, list) else part.values() if isinstance(part, dict) else ():
            self._find(one)
        if not isinstance(part, dict) or part.get("type") != "object":
            return
        attributes = part.get("attributes", {})
        inner, name = attributes.get("data"), str(attributes.get("name", ""))
        if isinstance(inner, dict) and inner.get("type") == "object" and "-" in name:
            piece = name.rsplit("-", 1)[0]
            self.view_ids[piece], self._data_ids[piece] = part["id"], inner["id"]
            self._values[inner["id"]] = plain(inner["attributes"].get("data", {}))


def plain(value: Any) -> Any:
    """Give a value of Bokeh's protocol as plain dicts and lists."""
    if isinstance(value, dict) and value.get("type") == "map":
        return {key: plain(one) for key, one in value.get("entries", ())}
    return [plain(one) for one in value] if isinstance(value, list) else value

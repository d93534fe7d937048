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

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

TOKEN = re.compile(r'"token":\s*"([^"]+)"')
MAX_MESSAGE_BYTES = 64 * 2**20


class Visitor:
    """One open page."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self._connection = connection
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

    async def leave(self) -> None:
        """Close the page."""
        self._connection.close()
        await self._reader

    async def _say(self, kind: str, content: dict[str, object]) -> None:
        for part in ({"msgid": kind.lower(), "msgtype": kind}, {}, content):
            await self._connection.write_message(json.dumps(part))

    async def _read(self) -> None:
        while (message := await self._connection.read_message()) is not None:
            self.received_bytes += len(message)
            self._greeted.set()

"""What the browser is told about every response: what the page may load, run and be framed by.

The policy is the strictest under which Bokeh, Panel, HoloViews and Material UI
work, found by leaving out one permission after another (`docs/serving.md` names
what broke).
Scripts in the page's own text carry a nonce instead of 'unsafe-inline', so text
from the data that became markup by a mistake of ours could still not run.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

from symphony_core.errors import BadSetting

# Panel fetches each of our scripts from a blob and starts it as a module from another.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' blob: 'nonce-{nonce}'{evaluates}",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' blob:",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "{frames}",
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SCRIPT = re.compile(rb"<script\b")
_HOST = re.compile(r"(https?://)?[\w*][\w.*-]*(:(\d+|\*))?|\[[0-9a-fA-F:]+\](:\d+)?|'self'|https?:")


def security_headers(allow_frames: Sequence[str] = (), *, allow_eval: bool = True) -> type[OutputTransform]:
    """Give a transform for a Tornado application that sets the headers on every response.

    allow_frames: hosts whose pages may show ours in a frame; none by default.
    allow_eval: whether text from our server may become code: HoloViews needs it, its plots bring their
        reactions as text. Our own views do not.
    Raises BadSetting for what is no host.
    """
    for host in allow_frames:
        if not _HOST.fullmatch(host):
            raise BadSetting(
                f"--allow-frame {host!r} is no host; give one such as https://wiki.example, or 'self'."
            )
    frames = " ".join(allow_frames) or "'none'"

    class SecurityHeaders(OutputTransform):
        """Sets the headers, and gives the page's scripts the nonce of the response."""

        def __init__(self, request: HTTPServerRequest) -> None:
            self._nonce = secrets.token_urlsafe(16)

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            """Change the headers and, of a page, the text."""
            for name, value in FIXED.items():
                headers[name] = value
            headers["Content-Security-Policy"] = _policy(self._nonce, frames, allow_eval=allow_eval)
            if not allow_frames:
                headers["X-Frame-Options"] = "DENY"
            if finishing and headers.get("Content-Type", "").startswith("text/html"):
                chunk = _SCRIPT.sub(b'<script nonce="' + self._nonce.encode() + b'"', chunk)
                if "Content-Length" in headers and chunk:
                    headers["Content-Length"] = str(len(chunk))
            return status_code, headers, chunk

    return SecurityHeaders


def _policy(nonce: str, frames: str, *, allow_eval: bool) -> str:
    parts = (f"{name} {value}" for name, value in POLICY.items())
    evaluates = " 'unsafe-eval'" if allow_eval else ""
    return "; ".join(parts).format(nonce=nonce, frames=frames, evaluates=evaluates)

"""Our page as a server that also says what it holds; run by other benchmarks.

    python benchmarks/_ours.py FILE --port PORT [--unused-ms MS]

The page is the one of `symphony serve`; sessions whose page is gone are ended
after `--unused-ms`. `/held` gives JSON: resident bytes, live sessions, and how many apps,
states, views and documents were not freed. `/held?clear=1` forgets all masks first,
`/held?collect=1` runs the garbage collector first.
"""

from __future__ import annotations

import argparse
import gc
import json
import weakref
from typing import Any

import panel as pn
import psutil
from tornado.web import RequestHandler

import symphony_core as symphony
from symphony_core.app import App
from symphony_core.cache import masks
from symphony_core.serving import served_page, warm_up

apps: weakref.WeakSet[App] = weakref.WeakSet()
documents: weakref.WeakSet[Any] = weakref.WeakSet()


class Held(RequestHandler):
    """What the process holds now."""

    def get(self) -> None:
        if self.get_query_argument("clear", ""):
            masks.clear()
        if self.get_query_argument("collect", ""):
            gc.collect()
        self.write(json.dumps(held()))


def held() -> dict[str, int]:
    views = [view for app in list(apps) for view in app.dashboard().pages._views.values()]
    return {
        "rss_bytes": psutil.Process().memory_info().rss,
        "sessions": sum(app.session.is_closed is False for app in list(apps)),
        "apps": len(apps),
        "documents": len(documents),
        "views": len(views),
        "drawn_views": sum(bool(view.frame.body and view.frame.body.data) for view in views),
    }


def page(file: str) -> object:
    app = symphony.open(file)
    apps.add(app)
    documents.add(pn.state.curdoc)
    return served_page(app)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--unused-ms", type=int, default=15_000)
    given = parser.parse_args()
    kept = symphony.open(given.file)
    warm_up(lambda: kept)
    pn.serve(
        {"/": lambda: page(given.file)}, port=given.port, show=False, verbose=False, liveness=True,
        extra_patterns=[("/held", Held)], unused_session_lifetime_milliseconds=given.unused_ms,
        check_unused_sessions_milliseconds=max(100, given.unused_ms // 2),
    )  # fmt: skip


if __name__ == "__main__":
    main()

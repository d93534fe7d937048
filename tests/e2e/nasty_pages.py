"""Serve every nasty table on a page of its own: `python nasty_pages.py --port PORT`; `/names` lists them."""

import argparse
import json

import panel as pn
from tornado.web import RequestHandler

from symphony_core.app import App, registry_of
from symphony_core.manifest import Manifest
from symphony_core.nasty_tables import nasty_datasets
from symphony_core.serving import served_page

datasets = dict(nasty_datasets())


class Names(RequestHandler):
    def get(self):
        self.write(json.dumps(list(datasets)))


def page_of(name):
    return lambda: served_page(App(datasets[name], registry_of(Manifest())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    pages = {f"/{number}": page_of(name) for number, name in enumerate(datasets)}
    pn.serve(
        pages, port=parser.parse_args().port, show=False, verbose=False, liveness=True,
        extra_patterns=[("/names", Names)],
    )  # fmt: skip

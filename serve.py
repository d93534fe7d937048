"""`panel serve serve.py --args SOURCE [--label COL ...]`: the same page as `symphony serve SOURCE`.

Runs once a session; the data are opened once a process. Without a source it shows the demo.
"""

import argparse

import symphony_core as symphony
from symphony_core.cli import ROLE_OPTIONS, SOURCE_HELP

parser = argparse.ArgumentParser(prog="panel serve serve.py --args")
parser.add_argument("file", nargs="?", metavar="SOURCE", default="demo:emoji", help=SOURCE_HELP)
parser.add_argument("--config", help="an entry_points.toml; default: the one in this folder")
for role in ROLE_OPTIONS:
    parser.add_argument(f"--{role}", metavar="COL", help=f"the column that is the {role}")
options = vars(parser.parse_args())

symphony.open(options.pop("file"), **options).servable()

"""Make the demo data of the package from the example data beside the checkout.

    python scripts/make_demo.py EMOJI_FOLDER ADULT_FOLDER APACHE_LICENSE_TEXT [--out symphony_core/demo]

The emoji images go into the table as bytes, so that the demo is one file and
needs no folder beside it. All other columns stay as they are. Sources and
licences are written into the metadata of each file, where `open` finds them,
and into ATTRIBUTION.md. APACHE_LICENSE_TEXT is a file with the text of the
licence; Debian and its like have it at /usr/share/common-licenses/Apache-2.0.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

EMOJI = (
    "Images: Noto Emoji, copyright Google LLC, Apache License 2.0, unchanged, "
    "from emoji-datasource-google 16.0.0. Names and categories: emoji-data, "
    "copyright (c) 2013 Cal Henderson, MIT License. Embeddings and predictions were added."
)
ADULT = (
    "Adult (Census Income), Barry Becker and Ronny Kohavi, 1996, UCI Machine Learning Repository, "
    "https://doi.org/10.24432/C5XW20, CC BY 4.0. "
    "Changes: columns renamed; ids, a split, embeddings and predictions were added."
)
MIT = """MIT License

Copyright (c) 2013 Cal Henderson

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""
ATTRIBUTION = f"""# Sources of the demo data

These files come with the package for a first look. All rows and images are
real; predictions are of simple models and out of fold, so their errors are real too.

## emoji.parquet

{EMOJI}

- Images: <https://github.com/googlefonts/noto-emoji>, 64 x 64 PNG, files unchanged.
  Licence: Apache License 2.0, text in `LICENSE-Apache-2.0.txt`.
- Names, categories, skin tones: <https://github.com/iamcal/emoji-data>.
  Licence: MIT, text in `LICENSE-MIT.txt`.
- Embeddings: pooled features of EfficientNet-lite0 (Apache License 2.0),
  standardised, 64 principal components.
- Predictions: logistic regression on the features, 5 folds grouped by emoji.

## adult.parquet

{ADULT}

- Licence: Creative Commons Attribution 4.0 International,
  <https://creativecommons.org/licenses/by/4.0/>.
- Embeddings: one-hot and standardised columns, 16 singular vectors.
- Predictions: gradient boosting, 5 folds.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("emoji", type=Path, help="folder with emoji.parquet and media/")
    parser.add_argument("adult", type=Path, help="folder with adult.parquet")
    parser.add_argument("apache", type=Path, help="text of the Apache License 2.0")
    parser.add_argument("--out", type=Path, default=Path("symphony_core/demo"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    emoji = with_image_bytes(pq.read_table(given.emoji / "emoji.parquet"), given.emoji)
    write(emoji, EMOJI, given.out / "emoji.parquet")
    write(pq.read_table(given.adult / "adult.parquet"), ADULT, given.out / "adult.parquet")
    (given.out / "ATTRIBUTION.md").write_text(ATTRIBUTION, encoding="utf-8")
    (given.out / "LICENSE-MIT.txt").write_text(MIT, encoding="utf-8")
    shutil.copyfile(given.apache, given.out / "LICENSE-Apache-2.0.txt")
    total = sum(file.stat().st_size for file in given.out.iterdir())
    print(f"{given.out}: {total / 2**20:.1f} MB")


def with_image_bytes(table: pa.Table, folder: Path) -> pa.Table:
    """Put the file that each path in `image` names in the place of the path."""
    images = [(folder / path).read_bytes() for path in table["image"].to_pylist()]
    place = table.schema.get_field_index("image")
    return table.set_column(place, "image", pa.array(images, pa.binary()))


def write(table: pa.Table, attribution: str, path: Path) -> None:
    """Write without a trace of the machine; the attribution goes into the metadata."""
    table = table.replace_schema_metadata({"attribution": attribution})
    pq.write_table(table, path, compression="zstd", compression_level=15, row_group_size=8_192)


if __name__ == "__main__":
    main()

"""Familiarity on real sentences: a clean reference tells strangers from held-out rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import symphony_core as symphony


@pytest.mark.parametrize("home", ["amazon", "movie"])
def test_sentences_of_another_kind_are_told_from_held_out_ones(shared_data: Path, home: str):
    frame = pd.read_parquet(shared_data / "reviews" / "reviews.parquet")
    is_home, is_train = (frame["domain"] == home).to_numpy(), (frame["split"] == "train").to_numpy()
    app = symphony.open(frame)
    result = app.run("familiarity", reference={"domain": home, "split": "train"})
    app.close()
    places = result.columns["familiarity"].to_numpy()
    inside, strangers = places[is_home & ~is_train], places[~is_home]
    assert np.mean(strangers[:, None] < inside[None, :]) > 0.975  # the area under the ROC curve
    assert np.mean(inside < 0.05) < 0.09  # false alarms at a rate of 5 %

"""How long the texts under the filter are, in three numbers."""

from __future__ import annotations

import pandas as pd
import param
from panel.pane import DataFrame
from panel.viewable import Viewable

from acme_lengths.analysis import extremes, lengths
from symphony_core.view import View


class TextLengths(View):
    """The shortest, the middle and the longest text under the filter."""

    column = param.String(default="", doc="Text column to measure; empty for the first one.")

    def body(self) -> Viewable:
        self._table = DataFrame(pd.DataFrame(), index=True, sizing_mode="stretch_width")
        return self._table

    def draw(self) -> None:
        table = self.state.table
        names = [name for name in table.names if table.kind(name).is_text and name != table.dataset.id_column]
        name = self.column or next(iter(names), None)
        if name is None:
            self._table.object = pd.DataFrame({"text": ["the data have no text column"]})
            return
        counted = lengths(table.column(name), name)[table.mask(self.state.filter)]
        self._table.object = pd.DataFrame({name: extremes(counted)})

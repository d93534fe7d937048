"""A page of your own: two linked views and a note, in any Panel layout.

    panel serve examples/own_page.py

Each visitor's session runs this script and gets its own state; the data are
opened once.
"""

import panel as pn

import symphony_core as symphony

pn.extension()

app = symphony.open("demo:emoji")
app.state.filter = "label != prediction"

pn.Column(
    pn.pane.Markdown("## Emoji that the model gets wrong"),
    pn.Row(
        pn.Column(app.show("summary"), sizing_mode="stretch_width"),
        pn.Column(app.show("instances"), sizing_mode="stretch_width"),
    ),
    sizing_mode="stretch_width",
).servable(title="Wrong emoji")

// The selection: how many rows are marked, and what can be done with them.

const STYLE = `
:host { display: block; }
.acts { margin-top: 6px; }
`

export function render({ model }) {
  const words = element("span", { "aria-live": "polite" })
  const clear = button("Clear", "Clear the selection", () => model.send_msg({ kind: "clear" }))
  const narrow = button("Filter to selection", "", () => model.send_msg({ kind: "narrow" }))
  const acts = element("div", { class: "row acts" }, narrow, clear)
  function draw() {
    setText(words, model.data.words)
    acts.hidden = !model.data.has_selection
  }
  draw()
  model.on("data", draw)
  const host = element("div", {}, element("h2", { class: "part" }, "Selection"), words, acts)
  onPageKey(model, host, event => isPlainKey(event, "Escape") && model.data.has_selection, () => model.send_msg({ kind: "clear" }))
  return piece(STYLE, host)
}

// The filter: its text, why it was refused, and how many rows are under it. All words are set as text.

const STYLE = `
:host { display: block; }
input[type=text] { width: 100%; font-family: var(--sy-mono); font-size: 12px; min-height: 30px; }
input[aria-invalid=true] { border-color: var(--sy-bad); }
.count { margin: 6px 0 0; font-variant-numeric: tabular-nums; }
`

export function render({ model }) {
  const input = element("input", {
    type: "text", id: "filter", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    "aria-describedby": "filter-error", "aria-label": "Filter expression",
  })
  const error = element("p", { class: "error", id: "filter-error", role: "alert" })
  const count = element("p", { class: "count", "aria-live": "polite" })
  const clear = button("clear", "Clear the filter", () => model.send_msg({ kind: "filter", text: "" }), { class: "push plain" })
  let sent = null
  const send = () => {
    if (input.value === sent) return
    sent = input.value
    model.send_msg({ kind: "filter", text: input.value })
  }
  input.addEventListener("change", send)
  input.addEventListener("keydown", event => {
    event.stopPropagation()
    if (event.key === "Enter") { sent = null; send() }
    if (event.key === "Escape") { input.value = model.data.text; sent = null; model.send_msg({ kind: "forget" }) }
  })
  let shown = null
  function draw() {
    const data = model.data
    input.placeholder = data.example
    const text = data.refused ?? data.text
    if (text !== shown) { input.value = text; shown = text; sent = text }
    input.setAttribute("aria-invalid", String(Boolean(data.error)))
    setText(error, data.error)
    error.hidden = !data.error
    setText(count, data.count)
    clear.hidden = !data.text && data.refused == null
  }
  draw()
  model.on("data", draw)
  const host = element("div", {}, element("h2", { class: "part" }, "Filter", clear), input, error, count)
  onPageKey(model, host, event => isPlainKey(event, "/"), () => { input.focus(); input.select() })
  return piece(STYLE, host)
}

// The head line: data set, counts, where the data come from, undo and redo.

const STYLE = `
:host { display: block; width: 100%; }
.line { display: flex; align-items: center; gap: 12px; min-height: 32px; color: var(--sy-ink); }
h1 { font-size: 15px; font-weight: 600; margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.counts { flex: 1; min-width: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
details { position: relative; }
summary { cursor: pointer; color: var(--sy-link); font-size: 12px; list-style: none; padding: 2px 6px; border-radius: 4px; }
summary:hover { background: var(--sy-wash); }
.sheet { position: absolute; z-index: 20; left: 0; top: 100%; width: min(420px, 80vw); max-height: 60vh; overflow: auto;
  background: var(--sy-paper); border: 1px solid var(--sy-line); border-radius: 6px; padding: 12px; white-space: pre-wrap; }
button { min-width: 30px; font-size: 15px; }
@media (max-width: 720px) { .counts { display: none } }
`

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

export function render({ model }) {
  const title = element("h1")
  const counts = element("span", { class: "counts muted" })
  const sheet = element("div", { class: "sheet" })
  const about = element("details", {}, element("summary", { "aria-label": "About the data" }, "about"), sheet)
  const undo = element("button", { type: "button", class: "plain", "aria-label": "Undo", title: "Undo (Ctrl-Z)" }, "↶")
  const redo = element("button", { type: "button", class: "plain", "aria-label": "Redo", title: "Redo (Ctrl-Shift-Z)" }, "↷")
  undo.addEventListener("click", () => model.send_msg({ kind: "undo" }))
  redo.addEventListener("click", () => model.send_msg({ kind: "redo" }))
  about.addEventListener("keydown", event => { if (event.key === "Escape") { about.open = false; about.firstChild.focus() } })
  const away = event => { if (!event.composedPath().includes(about)) about.open = false }
  document.addEventListener("pointerdown", away)
  model.on("remove", () => document.removeEventListener("pointerdown", away))
  function draw() {
    const data = model.data
    title.textContent = data.title
    title.title = data.title
    counts.textContent = data.counts
    counts.title = data.counts
    sheet.textContent = data.about
    undo.disabled = !data.can_undo
    redo.disabled = !data.can_redo
  }
  draw()
  model.on("data", draw)
  return element("div", {}, element("style", {}, STYLE), element("div", { class: "line" }, title, about, counts, undo, redo))
}

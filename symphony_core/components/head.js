// The head line: data set, counts, where the data come from, undo and redo, and what was just said.

const STYLE = KEYS_STYLE + `
:host { display: block; width: 100%; }
.line { display: flex; align-items: center; gap: 12px; min-height: 32px; color: var(--sy-ink); }
h1 { font-size: 15px; font-weight: 600; margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.counts { flex: 1; min-width: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
details { position: relative; }
summary { cursor: pointer; color: var(--sy-link); font-size: 12px; list-style: none; padding: 2px 6px; border-radius: 4px; }
summary:hover { background: var(--sy-wash); }
.sheet { position: absolute; z-index: 20; left: 0; top: 100%; width: min(420px, 80vw); max-height: 60vh; overflow: auto;
  background: var(--sy-paper); border: 1px solid var(--sy-line); border-radius: 6px; padding: 12px; white-space: pre-wrap; }
.line > button { min-width: 30px; font-size: 15px; }
.line > button[aria-haspopup=dialog] { font-size: 12px; white-space: nowrap; }
.toast { position: fixed; inset: auto auto 16px 50%; margin: 0; transform: translateX(-50%); max-width: min(640px, 92vw);
  display: flex; align-items: center; gap: 12px; padding: 8px 12px; border-radius: 6px; border: 1px solid var(--sy-line);
  background: var(--sy-ink); color: var(--sy-paper); overflow-wrap: anywhere; }
.toast button { color: inherit; border-color: currentColor; }
.toast button:hover:not(:disabled) { background: color-mix(in srgb, var(--sy-paper) 20%, transparent); }
@media (max-width: 720px) { .counts { display: none } }
`
// Long enough to read and to reach the button; a problem takes longer to read.
const TOAST_MS = 6000, PROBLEM_MS = 12000

function toastPart(model) {
  const words = element("span", { role: "status" })
  const undo = button("Undo", "Undo what was just done", () => { hide(); model.send_msg({ kind: "undo" }) })
  const close = button("✕", "Close this message", () => hide(), { class: "plain" })
  const part = element("div", { class: "toast", hidden: "", popover: "manual" }, words, undo, close)
  let shown = 0, timer = 0
  function hide() { clearTimeout(timer); part.hidePopover(); part.hidden = true }
  function wait(toast) { clearTimeout(timer); timer = setTimeout(hide, toast.is_problem ? PROBLEM_MS : TOAST_MS) }
  function draw() {
    const toast = model.data.toast
    if (!toast.number || toast.number === shown) return
    shown = toast.number
    words.textContent = toast.words
    undo.hidden = !toast.can_undo
    part.hidden = false
    part.hidePopover() // shown anew it lies over all else, also over a card in full size
    part.showPopover()
    wait(toast)
  }
  part.addEventListener("pointerenter", () => clearTimeout(timer))
  part.addEventListener("focusin", () => clearTimeout(timer))
  part.addEventListener("pointerleave", () => wait(model.data.toast))
  part.addEventListener("keydown", event => { if (event.key === "Escape") { event.stopPropagation(); hide() } })
  return { part, draw }
}

export function render({ model }) {
  const title = element("h1")
  const counts = element("span", { class: "counts muted" })
  const sheet = element("div", { class: "sheet" })
  const about = element("details", {}, element("summary", { "aria-label": "About the data" }, "about"), sheet)
  const undo = button("↶", "Undo", () => model.send_msg({ kind: "undo" }), { class: "plain" })
  const redo = button("↷", "Redo", () => model.send_msg({ kind: "redo" }), { class: "plain" })
  undo.title = "Undo (Ctrl-Z)"
  redo.title = "Redo (Ctrl-Shift-Z)"
  const toast = toastPart(model)
  const keys = keysPart(model)
  closesAway(model, about)
  function draw() {
    const data = model.data
    title.textContent = title.title = data.title
    counts.textContent = counts.title = data.counts
    sheet.textContent = data.about
    undo.disabled = !data.can_undo
    redo.disabled = !data.can_redo
    toast.draw()
  }
  draw()
  model.on("data", draw)
  const host = element("div", { class: "line" }, title, about, counts, undo, redo, keys.opener, toast.part, keys.dialog)
  const isCommand = (event, key) => (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === key
  onPageKey(model, host, event => isCommand(event, "z"), event => model.send_msg({ kind: event.shiftKey ? "redo" : "undo" }))
  onPageKey(model, host, event => isCommand(event, "y"), () => model.send_msg({ kind: "redo" }))
  onPageKey(model, host, event => isPlainKey(event, "?"), () => keys.show())
  return piece(STYLE, host)
}

// The sheet that lists all keys; a modal dialog, so that the browser keeps the focus in it and gives it back.

const KEYS_STYLE = `
dialog.keys { border: 1px solid var(--sy-line); border-radius: 6px; background: var(--sy-paper); color: var(--sy-ink); padding: 16px;
  width: min(860px, 94vw); max-height: 86vh; overflow: auto; }
dialog.keys::backdrop { background: rgb(0 0 0 / .4); }
dialog.keys header { display: flex; align-items: center; justify-content: space-between; margin-bottom: 12px; }
dialog.keys h2 { font-size: 15px; margin: 0; }
dialog.keys h3 { font-size: 12px; color: var(--sy-muted); margin: 0 0 6px; }
dialog.keys .groups { columns: 2 320px; column-gap: 24px; }
dialog.keys section { break-inside: avoid; margin-bottom: 16px; }
dialog.keys dl { display: grid; grid-template-columns: minmax(96px, max-content) 1fr; gap: 4px 12px; margin: 0; }
dialog.keys dt { font-family: var(--sy-mono); font-size: 12px; }
dialog.keys dd { margin: 0; }
`

// Give the button and the dialog; both are to be put into `host`'s piece.
function keysPart(model) {
  const entry = ({ shown, words }) => [element("dt", {}, shown), element("dd", {}, words)]
  const groups = element("div", { class: "groups" })
  const group = ({ where, shortcuts }) => element("section", {}, element("h3", {}, where), element("dl", {}, ...shortcuts.flatMap(entry)))
  const close = button("✕", "Close the list of keys", () => dialog.close(), { class: "plain" })
  const dialog = element("dialog", { class: "keys", "aria-labelledby": "keys-title" },
    element("header", {}, element("h2", { id: "keys-title" }, "Keys"), close), groups)
  dialog.addEventListener("keydown", event => {
    event.stopPropagation()
    if (event.key === "Escape") { event.preventDefault(); dialog.close() }
  })
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close() })
  const show = () => {
    if (dialog.open) return
    put(groups, model.shortcuts.groups.map(group))
    dialog.showModal()
  }
  const opener = button("? keys", "", show, { class: "plain", "aria-haspopup": "dialog", title: "Which keys do what (?)" })
  return { opener, dialog, show }
}

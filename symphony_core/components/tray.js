// The selection: how many rows are marked, the first of them, and what can be done with them.

const STYLE = `
:host { display: block; }
.acts { margin-top: 8px; gap: 4px; }
.acts button { padding: 1px 6px; }
.strip { list-style: none; margin: 8px 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px; }
.strip.pictures { display: grid; grid-template-columns: repeat(6, 1fr); }
.strip.pictures li { aspect-ratio: 1; }
.strip.texts { flex-direction: column; }
.strip li { min-width: 0; max-width: 100%; }
.strip button { max-width: 100%; padding: 0 6px; font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  text-align: left; }
.strip.pictures button { width: 100%; height: 100%; padding: 2px; background: var(--sy-wash); text-align: center; }
.strip button[aria-pressed=true] { border-color: var(--sy-pick); box-shadow: inset 0 0 0 1px var(--sy-pick); }
.strip img { display: block; width: 100%; height: 100%; object-fit: contain; }
.strip .broken { color: var(--sy-bad); }
.rest { margin-top: 4px; font-size: 12px; }
.sheet { margin-top: 8px; padding: 8px; border: 1px solid var(--sy-line); border-radius: 4px; display: flex; flex-direction: column; gap: 8px; }
.sheet label { display: flex; gap: 6px; align-items: center; }
.sheet label select, .sheet label input[type=text] { flex: 1; min-width: 0; }
.sheet textarea { width: 100%; font: 12px var(--sy-mono); color: inherit; background: var(--sy-paper); border: 1px solid var(--sy-line); }
.note { font-size: 12px; overflow-wrap: anywhere; }
.said { margin: 6px 0 0; font-size: 12px; overflow-wrap: anywhere; }
.said:empty { display: none; }
.files { list-style: none; margin: 8px 0 0; padding: 0; display: flex; flex-direction: column; gap: 6px; font-size: 12px; }
.files .grow { flex: 1; min-width: 0; overflow-wrap: anywhere; }
progress { width: 100%; height: 4px; }
`

// A button that opens a sheet below; Escape and a second click close it, and only one is open.
function sheets() {
  const all = []
  function add(text, title, sheet, whenOpened) {
    const opener = button(text, "", () => show(one, sheet.hidden), { title, "aria-expanded": "false" })
    const one = { opener, sheet, whenOpened }
    sheet.classList.add("sheet")
    sheet.hidden = true
    sheet.addEventListener("keydown", event => {
      if (event.key !== "Escape") return
      event.stopPropagation()
      show(one, false)
      opener.focus()
    })
    all.push(one)
    return { opener, close: () => show(one, false), open: () => show(one, true) }
  }
  function show(one, isOpen) {
    for (const other of all) {
      other.sheet.hidden = other !== one || !isOpen
      other.opener.setAttribute("aria-expanded", String(!other.sheet.hidden))
    }
    if (isOpen) one.whenOpened()
  }
  return add
}

function stripPart(model) {
  const list = element("ul", { "aria-label": "First selected rows" })
  const rest = element("div", { class: "rest muted" })
  function make() {
    const item = element("li", {}, button("", "", () => model.send_msg({ kind: "focus", row: item.row })))
    return item
  }
  function update(item, one) {
    const node = item.firstElementChild
    item.row = one.row
    const shown = model.pictures[one.row]
    const words = one.text ? `${one.id}: ${one.text}` : one.id
    const told = shown?.[1] ? `${words}, no picture: ${shown[1]}` : words
    node.title = told
    node.setAttribute("aria-label", `Look at ${told}`)
    node.setAttribute("aria-pressed", String(model.data.focus === one.id))
    if (!model.data.has_pictures) setText(node, one.text || one.id)
    else if (shown?.[0]) picture(node, shown[0])
    else put(node, [element("span", { class: shown ? "broken" : "muted", "aria-hidden": "true" }, shown ? "✕" : "")])
  }
  function picture(node, uri) {
    if (node.firstElementChild?.tagName !== "IMG") put(node, [element("img", { alt: "" })])
    if (node.firstElementChild.getAttribute("src") !== uri) node.firstElementChild.src = uri
  }
  function draw() {
    const { items, has_pictures, rest: words } = model.data
    list.className = `strip ${has_pictures ? "pictures" : items.some(one => one.text) ? "texts" : ""}`
    list.hidden = !items.length
    sync(list, items, make, update)
    setText(rest, words)
    rest.hidden = !words
  }
  return { parts: [list, rest], draw }
}

function slicePart(model, add) {
  const input = element("input", { type: "text", maxlength: "200", spellcheck: "false", "aria-describedby": "slice-error" })
  const error = element("p", { class: "error", id: "slice-error", role: "alert" })
  const asks = element("p", { class: "note", role: "alert" })
  const send = replace => model.send_msg({ kind: "slice", name: input.value, replace })
  const save = button("Save", "", () => send(false))
  const replace = button("Replace", "", () => send(true))
  const sheet = element("div", {}, element("label", {}, "Name", input), error, asks, element("div", { class: "row" }, save, replace))
  const { opener, close } = add("Save as slice…", "Keep the selected rows as a named column", sheet, () => input.focus())
  input.addEventListener("keydown", event => {
    if (event.key !== "Escape") event.stopPropagation()
    if (event.key === "Enter") send(false)
  })
  input.addEventListener("input", () => {
    if (model.data.slice_form.error || model.data.slice_form.asks) model.send_msg({ kind: "forget_slice" })
  })
  let saved = model.data.slice_form.saved
  function draw() {
    const form = model.data.slice_form
    if (form.saved !== saved) {
      saved = form.saved
      input.value = ""
      if (!sheet.hidden) { close(); opener.focus() }
    }
    setText(error, form.error)
    setText(asks, form.asks)
    error.hidden = !form.error
    asks.hidden = replace.hidden = !form.asks
    save.hidden = Boolean(form.asks)
    input.setAttribute("aria-invalid", String(Boolean(form.error)))
  }
  return { opener, sheet, close, draw }
}

function downloadSheet(model, add, downloads) {
  const rows = element("select", { "aria-label": "Rows of the file" })
  const format = element("select", { "aria-label": "Format of the file" },
    ...["csv", "json", "parquet"].map(name => element("option", { value: name }, name)))
  const embeddings = element("input", { type: "checkbox" })
  const tick = element("label", {}, embeddings, "with embeddings, as lists of float32")
  const note = element("div", { class: "note muted" })
  const save = button("Save file", "", () => {
    downloads.start({ format: format.value, rows: rows.value, with_embeddings: embeddings.checked && !tick.hidden })
    close()
  })
  const sheet = element("div", {}, element("label", {}, "Rows", rows), element("label", {}, "As", format), tick, note, element("div", {}, save))
  const { opener, close } = add("Download…", "Save rows as a file", sheet, () => format.focus())
  let offered = ""
  function draw() {
    const data = model.data
    const choices = [...(data.has_selection ? [["selection", "the selection"]] : []), ["filter", data.filter_words]]
    const key = JSON.stringify(choices)
    if (key !== offered) {
      const wasOffered = rows.value
      put(rows, choices.map(([value, words]) => element("option", { value }, words)))
      if (data.has_selection && wasOffered && offered.includes("selection")) rows.value = wasOffered
      offered = key
    }
    tick.hidden = !(data.has_embeddings && format.value === "parquet")
    const words = data.left_out[format.value]
    setText(note, tick.hidden || !embeddings.checked ? words : "")
    note.hidden = !note.textContent
    opener.disabled = data.is_filter_broken && !data.has_selection
  }
  format.addEventListener("change", draw)
  embeddings.addEventListener("change", draw)
  return { opener, sheet, close, draw }
}

function idsSheet(model, downloads) {
  const field = element("textarea", { rows: "6", readonly: "", spellcheck: "false", "aria-label": "Ids of the selected rows" })
  const words = element("div", { class: "note" })
  const file = button("Save ids as csv", "", () => { downloads.start({ format: "csv", rows: "selection", only_ids: true }); hide() })
  const close = button("Close", "Close the ids", () => hide())
  const sheet = element("div", { class: "sheet", hidden: "" }, words, field, element("div", { class: "row" }, file, close))
  function hide() { sheet.hidden = true; field.value = "" }
  function show(text, said) {
    setText(words, said)
    field.value = text
    field.hidden = !text
    file.hidden = Boolean(text)
    sheet.hidden = false
    if (text) { field.focus(); field.select() } else file.focus()
  }
  sheet.addEventListener("keydown", event => {
    event.stopPropagation()
    if (event.key === "Escape") hide()
  })
  // Where the page may not write to the clipboard, the ids stand ready to be copied by hand.
  async function heard(message, say) {
    hide()
    if (!message.text) return show("", message.words)
    try {
      await navigator.clipboard.writeText(message.text)
      say(`${message.words} copied.`)
    } catch {
      show(message.text, `${message.words}; the browser did not let them be copied, so copy them here.`)
    }
  }
  return { sheet, heard, hide }
}

export function render({ model }) {
  const send = kind => () => model.send_msg({ kind })
  const words = element("span", { "aria-live": "polite" })
  const said = element("p", { class: "said muted", role: "status" })
  const say = text => setText(said, text)
  const add = sheets()
  const strip = stripPart(model)
  const downloads = downloadsPart(model, say)
  const slice = slicePart(model, add)
  const download = downloadSheet(model, add, downloads)
  const ids = idsSheet(model, downloads)
  const clear = button("clear", "Clear the selection", send("clear"), { class: "push plain" })
  const all = button("Select all", "", send("all"))
  const onSelection = [
    button("Filter to selection", "", send("narrow"), { title: "Show the selected rows alone" }),
    button("Exclude selection", "", send("exclude"), { title: "Take the selected rows out of the filter" }),
    button("Invert", "", send("invert"), { title: "Select the rows under the filter that are not selected" }),
    button("Copy ids", "", send("ids"), { title: "Copy the ids of the selected rows, one a line" }),
    slice.opener,
  ]
  const acts = element("div", { class: "row acts" }, ...onSelection.slice(0, 3), all, ...onSelection.slice(3), download.opener)

  let last = null
  function draw() {
    const data = model.data
    if (data.words !== last) { last = data.words; say(""); if (!data.has_selection) ids.hide() }
    setText(words, data.words)
    clear.hidden = !data.has_selection
    for (const one of onSelection) one.hidden = !data.has_selection
    all.title = `Select ${data.filter_words}`
    all.setAttribute("aria-label", all.title)
    all.disabled = data.is_filter_broken
    if (!data.has_selection) slice.close()
    for (const part of [strip, slice, download]) part.draw()
  }
  draw()
  model.on("data", draw)
  model.on("pictures", strip.draw)
  model.on("msg:custom", message => { message.kind === "ids" ? ids.heard(message, say) : downloads.heard(message) })
  const host = element("div", {}, element("h2", { class: "part" }, "Selection", clear), words, ...strip.parts, acts,
    slice.sheet, download.sheet, ids.sheet, downloads.list, said)
  onPageKey(model, host, event => isPlainKey(event, "Escape") && model.data.has_selection, send("clear"))
  return piece(STYLE, host)
}

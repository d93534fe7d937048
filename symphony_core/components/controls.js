// The side bar: filter, groups, selection, jobs, problems. All words are set as text.

const STYLE = `
:host { display: block; }
.bar { padding: 8px 12px 16px; display: flex; flex-direction: column; gap: 16px; }
h2 { font-size: 11px; letter-spacing: .06em; text-transform: uppercase; color: var(--sy-muted); margin: 0 0 6px;
  font-weight: 600; display: flex; align-items: center; gap: 6px; min-height: 24px; }
h2 .push { margin-left: auto; }
h2 button { text-transform: none; letter-spacing: 0; font-weight: 400; }
input[type=text] { width: 100%; font-family: var(--sy-mono); font-size: 12px; min-height: 30px; }
input[aria-invalid=true] { border-color: var(--sy-bad); }
.error { color: var(--sy-bad); margin: 4px 0 0; font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
.count { margin: 6px 0 0; font-variant-numeric: tabular-nums; }
.chip { display: inline-flex; align-items: center; border: 1px solid var(--sy-line); border-radius: 12px;
  padding-left: 8px; font-family: var(--sy-mono); font-size: 12px; max-width: 100%; }
.chip span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.chip button { border: 0; min-height: 22px; }
.chips { display: flex; flex-wrap: wrap; gap: 4px; margin-bottom: 6px; }
select { width: 100%; }
table { border-collapse: collapse; width: 100%; margin-top: 6px; table-layout: fixed; }
td { padding: 1px 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.num { width: 34%; }
ul { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 8px; }
li { overflow-wrap: anywhere; }
progress { width: 100%; height: 4px; accent-color: var(--sy-fill); }
.where { font-size: 12px; }
[hidden] { display: none !important; }
`

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

function button(text, label, act, kind = "") {
  const made = element("button", { type: "button", class: kind }, text)
  if (label) { made.setAttribute("aria-label", label); made.title = label }
  made.addEventListener("click", act)
  return made
}

// Rebuilding a list under the user's hand would drop the keyboard's place in it.
function fill(list, items) {
  const focused = list.getRootNode().activeElement
  const at = focused && list.contains(focused) ? [...list.querySelectorAll("button")].indexOf(focused) : -1
  list.replaceChildren(...items)
  if (at >= 0) list.querySelectorAll("button")[Math.min(at, items.length - 1)]?.focus()
}

function filterPart(model) {
  const input = element("input", {
    type: "text", id: "filter", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    "aria-describedby": "filter-error",
    "aria-label": "Filter expression",
  })
  const error = element("p", { class: "error", id: "filter-error", role: "alert" })
  const count = element("p", { class: "count", "aria-live": "polite" })
  const clear = button("clear", "Clear the filter", () => model.send_msg({ kind: "filter", text: "" }))
  clear.classList.add("push", "plain")
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
    if (event.key === "Escape") { input.value = model.data.filter; sent = null; model.send_msg({ kind: "forget" }) }
  })
  let shown = null
  function draw(data) {
    input.placeholder = data.example
    const text = data.refused ?? data.filter
    if (text !== shown) { input.value = text; shown = text; sent = text }
    input.setAttribute("aria-invalid", String(Boolean(data.filter_error)))
    error.textContent = data.filter_error
    error.hidden = !data.filter_error
    count.textContent = data.count
    clear.hidden = !data.filter && data.refused == null
  }
  const part = element("div", {}, element("h2", {}, "Filter", clear), input, error, count)
  return { part, draw, focus: () => { input.focus(); input.select() } }
}

function groupPart(model) {
  const chips = element("div", { class: "chips" })
  const choice = element("select", { "aria-label": "Group by a column" })
  const sizes = element("table", { "aria-label": "Group sizes" })
  choice.addEventListener("change", () => {
    if (choice.value) model.send_msg({ kind: "group", names: [...model.data.group_by, choice.value] })
  })
  function draw(data) {
    fill(chips, data.group_by.map(name => element("span", { class: "chip" }, element("span", {}, name),
      button("×", `Do not group by ${name}`,
        () => model.send_msg({ kind: "group", names: model.data.group_by.filter(one => one !== name) })))))
    chips.hidden = !data.group_by.length
    const free = data.groupable.filter(name => !data.group_by.includes(name))
    const first = free.length ? "add a column…" : "no more columns to group by"
    choice.replaceChildren(element("option", { value: "" }, first), ...free.map(name => element("option", { value: name }, name)))
    choice.disabled = !free.length
    sizes.replaceChildren(...data.group_sizes.map(([name, count]) => element("tr", {},
      element("td", { title: name }, name), element("td", { class: "num" }, count))))
  }
  return { part: element("div", {}, element("h2", {}, "Group by"), chips, choice, sizes), draw, focus: () => choice.focus() }
}

function selectionPart(model) {
  const words = element("span", { "aria-live": "polite" })
  const clear = button("Clear", "Clear the selection", () => model.send_msg({ kind: "clear" }))
  const narrow = button("Filter to selection", "", () => model.send_msg({ kind: "narrow" }))
  const acts = element("div", { class: "row", style: "margin-top: 6px" }, narrow, clear)
  function draw(data) {
    words.textContent = data.selection
    acts.hidden = !data.has_selection
  }
  return { part: element("div", {}, element("h2", {}, "Selection"), words, acts), draw }
}

function listPart(title, key, item) {
  const list = element("ul", { "aria-label": title })
  const part = element("div", {}, element("h2", {}, title), list)
  function draw(data) {
    part.hidden = !data[key].length
    fill(list, data[key].map(item))
  }
  return { part, draw }
}

export function render({ model }) {
  const filter = filterPart(model)
  const group = groupPart(model)
  const job = one => {
    const bar = element("progress", { max: "1", value: String(one.fraction), "aria-label": one.title })
    return element("li", {}, element("div", { class: "row" }, element("span", { style: "flex: 1" }, one.title),
      button("Cancel", `Cancel ${one.title}`, () => model.send_msg({ kind: "cancel", id: one.id }))), bar,
      element("div", { class: "muted where" }, one.text))
  }
  const problem = one => element("li", {}, element("div", {}, one.message),
    element("div", { class: "muted where" }, one.where))
  const notice = text => element("li", {}, text)
  const parts = [filter, group, selectionPart(model), listPart("Jobs", "jobs", job),
    listPart("Problems", "problems", problem), listPart("About the data", "notices", notice)]
  const draw = () => parts.forEach(part => part.draw(model.data))
  draw()
  model.on("data", draw)

  // Keys of the page act only while nothing is being typed, and only where the shell is on show.
  const host = element("div", { class: "bar", role: "region", "aria-label": "Filter, groups and selection" }, ...parts.map(one => one.part))
  const onKey = event => {
    const typed = event.composedPath()[0]
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(typed.tagName) || typed.isContentEditable
    if (isTyping || !host.isConnected || !model.data.has_keys) return
    const command = event.ctrlKey || event.metaKey
    let act = null
    if (command && event.key.toLowerCase() === "z") act = () => model.send_msg({ kind: event.shiftKey ? "redo" : "undo" })
    else if (!command && !event.altKey && event.key === "/") act = filter.focus
    else if (!command && !event.altKey && event.key === "g") act = group.focus
    else if (event.key === "Escape" && model.data.has_selection) act = () => model.send_msg({ kind: "clear" })
    if (act) { event.preventDefault(); act() }
  }
  document.addEventListener("keydown", onKey)
  model.on("remove", () => document.removeEventListener("keydown", onKey))
  return element("div", {}, element("style", {}, STYLE), host)
}

// The groups: chips of the columns in their order, and the size of each group. All words are set as text.

const STYLE = LIST_STYLE + `
:host { display: block; }
.chips { margin-bottom: 6px; }
.chip.over { border-color: var(--sy-link); }
.chip .name { padding: 0 4px 0 0; cursor: grab; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
select { width: 100%; }
.scroll { max-height: 340px; overflow: auto; margin-top: 6px; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th { font-weight: 400; font-size: 11px; color: var(--sy-muted); text-align: left; padding: 1px 4px 1px 0; position: sticky; top: 0;
  background: var(--sy-paper); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; z-index: 1; }
th.num { text-align: right; }
td { padding: 1px 4px 1px 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.num { width: 52px; padding-right: 0; }
.share { width: 50px; }
.away { width: 24px; text-align: right; }
tbody tr { position: relative; }
tbody tr:hover, tbody tr:focus-within { background: var(--sy-wash); }
tbody tr.kept td { font-weight: 600; }
td button { border-color: transparent; padding: 0; min-height: 22px; max-width: 100%; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; font: inherit; text-align: left; }
td button.row::after { content: ""; position: absolute; inset: 0; }
td button.row:hover:not(:disabled) { background: none; }
td.away button { position: relative; z-index: 1; padding: 0 5px; opacity: .35; }
tr:hover td.away button, td.away button:focus-visible { opacity: 1; }
p { margin: 6px 0 0; font-size: 12px; }
`
// Up to here a plain list is quicker than typing.
const MAX_PLAIN = 40

function moved(names, from, to) {
  const order = [...names]
  order.splice(to, 0, ...order.splice(from, 1))
  return order
}

// One name at a time, so that two quick choices do not undo each other.
const include = (model, name) => model.send_msg({ kind: "group_add", name })
const leaveOut = (model, name) => model.send_msg({ kind: "group_drop", name })

function chipsPart(model, group) {
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Grouping columns" })
  let dragged = null
  let focusAfter = null
  function chip(name, index, names) {
    const move = step => {
      const to = index + step
      if (to < 0 || to >= names.length) return
      focusAfter = name
      group(moved(names, index, to))
    }
    const handle = button(name, `${name}, column ${index + 1} of ${names.length}; arrow keys or dragging move it`, () => {},
      { class: "name plain" })
    handle.addEventListener("keydown", event => {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
      if (!step) return
      event.preventDefault()
      event.stopPropagation()
      move(step)
    })
    const made = element("span", { class: "chip", draggable: "true", title: name }, handle,
      button("×", `Do not group by ${name}`, () => leaveOut(model, name)))
    made.addEventListener("dragstart", event => { dragged = index; event.dataTransfer.setData("text/plain", name); event.stopPropagation() })
    made.addEventListener("dragover", event => { if (dragged !== null) { event.preventDefault(); made.classList.add("over") } })
    made.addEventListener("dragleave", () => made.classList.remove("over"))
    made.addEventListener("dragend", () => { dragged = null })
    made.addEventListener("drop", event => {
      event.preventDefault()
      if (dragged !== null && dragged !== index) group(moved(names, dragged, index))
      dragged = null
    })
    return made
  }
  function draw(data) {
    fill(chips, data.group_by.map(chip))
    chips.hidden = !data.group_by.length
    if (focusAfter !== null) chips.children[data.group_by.indexOf(focusAfter)]?.firstElementChild.focus()
    focusAfter = null
  }
  return { part: chips, draw }
}

function sizesPart(model) {
  const head = element("tr")
  const body = element("tbody")
  const table = element("table", { "aria-label": "Group sizes" }, element("thead", {}, head), body)
  const scroll = element("div", { class: "scroll" }, table)
  const more = button("", "", () => model.send_msg({ kind: "unfold", is_unfolded: !model.data.is_unfolded }), { class: "plain" })
  const rest = element("p", { class: "muted" })
  const part = element("div", {}, scroll, rest, more)
  function line(row) {
    const names = model.data.group_by
    const send = kind => model.send_msg({ kind, index: row.index, names })
    const words = row.values.join(", ")
    const main = button(row.values[0], `${words}: ${row.count} rows`, event => {
      send({ add: "select", exclude: "exclude", replace: "narrow" }[modeOf(event)])
    }, { class: "row", "aria-pressed": String(row.is_kept) })
    main.title = `${words}: ${row.count} rows. Click: only these. Alt: without these. Shift: mark them.`
    const cells = row.values.map((value, index) => element("td", { title: value }, index ? value : main))
    return element("tr", row.is_kept ? { class: "kept" } : {}, ...cells, element("td", { class: "num" }, row.count),
      element("td", { class: "num muted share" }, row.share),
      element("td", { class: "away" }, button("×", `Exclude ${words}`, () => send("exclude"))))
  }
  function draw(data) {
    part.hidden = !data.rows.length
    put(head, [...data.group_by.map(name => element("th", { scope: "col", title: name }, name)),
      element("th", { scope: "col", class: "num" }, "rows"), element("th", { scope: "col", class: "num share" }, "share"),
      element("th", { scope: "col", class: "away" }, element("span", { class: "hidden" }, "exclude"))])
    fill(body, data.rows.map(line))
    const hidden = data.hidden
    setText(rest, hidden ? `… ${hidden.groups} more groups with ${hidden.rows} rows` : "")
    rest.hidden = !hidden
    setText(more, data.is_unfolded ? "show fewer" : "show all")
    more.hidden = !hidden && !data.is_unfolded
  }
  return { part, draw }
}

export function render({ model }) {
  const group = names => model.send_msg({ kind: "group", names })
  const free = () => model.data.groupable.filter(([name]) => !model.data.group_by.includes(name))
  const choice = element("select", { "aria-label": "Group by a column" })
  choice.addEventListener("change", () => { if (choice.value) include(model, choice.value) })
  const search = picker("Group by a column", free, name => { search.show(""); include(model, name) })
  const clear = button("clear", "Group by nothing", () => group([]), { class: "push plain" })
  const chips = chipsPart(model, group)
  const sizes = sizesPart(model)
  const empty = element("p", { class: "muted" }, "Choose a column to split the views by its values and to count each group.")
  const isMany = () => model.data.groupable.length > MAX_PLAIN
  function draw() {
    const data = model.data
    chips.draw(data)
    sizes.draw(data)
    const first = free().length ? "add a column…" : "no more columns to group by"
    put(choice, [element("option", { value: "" }, first), ...free().map(([name, words]) => element("option", { value: name, title: words }, name))])
    choice.disabled = !free().length
    choice.hidden = isMany()
    search.part.hidden = !isMany()
    clear.hidden = !data.group_by.length
    empty.hidden = Boolean(data.group_by.length)
  }
  draw()
  model.on("data", draw)
  const host = element("div", {}, element("h2", { class: "part" }, "Group by", clear), chips.part, choice, search.part, empty, sizes.part)
  onPageKey(model, host, event => isPlainKey(event, "g"), () => (isMany() ? search.input : choice).focus())
  return piece(STYLE, host)
}

// One row as a grid's picture, a card or a line of a table.

// Set a text with the searched words marked; nothing in it becomes markup.
function setMarked(node, text, words) {
  if (!words.length) {
    node.textContent = text
    return node
  }
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[\\^$.*+?()[\]{}|\/-]/g, "\\$&")).join("|")})`, "giu")
  put(node, text.split(pattern).map((part, i) => (i % 2 ? element("mark", {}, part) : part)))
  return node
}

// A dash for a missing value; "None" or "nan" in the data are texts like any other.
function fillCell(cell, text, words = []) {
  if (text === null || text === undefined) {
    cell.append(element("span", { class: "muted", "aria-hidden": "true" }, "–"), element("span", { class: "hidden" }, "missing"))
  } else {
    setMarked(cell, text, words)
    if (text.length > 24) cell.title = text
  }
  return cell
}

// isWrong: the prediction among them differs from the label.
function besideList(columns, cells, words, isWrong = false) {
  if (!columns.length) return []
  const parts = columns.flatMap((column, i) => column.ranks && cells[i] === null ? [] : [ // most rows have no rank
    element("dt", { class: "mono", title: column.name }, column.short),
    fillCell(element("dd", isWrong && column.predicts ? { class: "wrong" } : {}), cells[i], words)])
  return [element("dl", { class: "beside" }, ...parts)]
}

function tickBox(at, item, name) {
  const box = element("input", { type: "checkbox", "aria-label": `Select row ${name}`, tabindex: "-1" })
  box.addEventListener("click", (event) => {
    event.stopPropagation()
    at.toggle(item, event.shiftKey)
  })
  return box
}

function opener(at, item, name, children) {
  const made = element("button", { type: "button", "aria-label": `Open row ${name}`, tabindex: "-1" }, ...children)
  made.addEventListener("click", (event) => {
    event.stopPropagation()
    item.panel.activate(item.index)
    if (event.shiftKey || event.ctrlKey || event.metaKey) at.toggle(item, event.shiftKey)
    else at.open(item.row)
  })
  return made
}

function startItem(at, panel, index) {
  const { rows, ids } = panel.data
  const item = { panel, index, row: rows[index], name: ids[index] }
  Object.assign(item, mediaPlaces(at, item.row, item.name))
  item.box = tickBox(at, item, item.name)
  return item
}

// A picture or several with label and prediction under them.
function gridItem(at, panel, index) {
  const { columns, words } = at.model.data
  const item = startItem(at, panel, index)
  const { label, prediction } = panel.data.captions[index]
  const text = prediction === null ? label ?? item.name : `${label ?? "–"} ≠ ${prediction}`
  const caption = element("span", { class: prediction === null ? "caption" : "caption wrong" })
  setMarked(caption, text, words)
  caption.title = prediction === null ? text : `label ${label ?? "missing"}, prediction ${prediction}`
  item.opener = opener(at, item, item.name, [element("span", { class: "side" }, ...item.pictures), caption])
  item.opener.className = "picture"
  if (text !== item.name) item.opener.setAttribute("aria-label", `Open row ${item.name}: ${caption.title}`)
  item.root = element("li", { class: "item" }, item.opener, ...item.players.map((one) => one.place),
    ...besideList(columns, panel.data.cells[index], words), item.box)
  return item
}

// A sample to be read or heard, with a few columns beside it.
function cardItem(at, panel, index) {
  const { columns, words } = at.model.data
  const item = startItem(at, panel, index)
  const text = panel.data.texts[index]
  item.opener = opener(at, item, item.name, [item.name])
  item.opener.className = "name"
  item.root = element("li", { class: "item card" }, item.opener)
  if (item.pictures.length) item.root.append(element("span", { class: "side" }, ...item.pictures))
  item.root.append(...item.players.map((one) => one.place))
  if (at.model.data.text_column) item.root.append(fillCell(element("p", { class: "text" }), text, words))
  item.root.append(...besideList(columns, panel.data.cells[index], words, panel.data.wrong[index]), item.box)
  item.root.querySelector(".text")?.removeAttribute("title")
  opensOnClick(at, item)
  return item
}

function tableRow(at, panel, index) {
  const { columns, id_column, media, words } = at.model.data
  const item = startItem(at, panel, index)
  item.opener = opener(at, item, item.name, [item.name])
  item.opener.classList.add("plain")
  const name = element("th", { scope: "row", class: id_column.right ? "id num" : "id" }, item.opener)
  item.root = element("tr", {}, element("td", { class: "tick" }, item.box))
  const pictures = [...item.pictures], players = [...item.players]
  for (const [, kind] of media) item.root.append(element("td", {}, kind === "image" ? pictures.shift() : players.shift().place))
  item.root.append(name)
  columns.forEach((column, i) =>
    item.root.append(fillCell(element("td", column.right ? { class: "num" } : {}), panel.data.cells[index][i], words)))
  opensOnClick(at, item)
  return item
}

// A click beside the controls opens the row; one that ends a marking of text does not.
function opensOnClick(at, item) {
  item.root.addEventListener("click", (event) => {
    if (event.target.closest("button, input, audio, .player")) return
    const marking = item.root.getRootNode().getSelection?.() ?? document.getSelection()
    if (marking && !marking.isCollapsed) return
    item.opener.click()
  })
}

const ITEMS = { grid: gridItem, cards: cardItem, table: tableRow }

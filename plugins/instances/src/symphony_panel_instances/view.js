// A page of rows as a grid of pictures or a table. All words are set as text, never as markup.

const STYLE = `
.instances { container-type: inline-size; display: flex; flex-direction: column; gap: 8px; min-width: 0; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-height: 24px; }
.bar .gap { flex: 1; min-width: 0; }
.bar label { display: inline-flex; align-items: center; gap: 4px; }
.bar select { max-width: 180px; }
.bar button.icon { min-width: 26px; padding: 1px 4px; }
.bar input { width: 64px; }
.pager { display: inline-flex; align-items: center; gap: 8px; }
.bar .range { white-space: nowrap; font-variant-numeric: tabular-nums; }
.group { display: inline-flex; }
.group button { border-radius: 0; margin-left: -1px; }
.group button:first-child { border-radius: 4px 0 0 4px; margin-left: 0; }
.group button:last-child { border-radius: 0 4px 4px 0; }
button[aria-pressed=true] { background: color-mix(in srgb, var(--sy-link) 16%, var(--sy-paper)); border-color: var(--sy-link); }
.main { display: flex; gap: 12px; align-items: flex-start; min-width: 0; }
.content { flex: 1; min-width: 0; }
.grid { list-style: none; margin: 0; padding: 2px; display: grid; gap: 8px;
  grid-template-columns: repeat(auto-fill, minmax(calc(var(--px) + 14px), 1fr)); }
.item { position: relative; min-width: 0; border: 1px solid var(--sy-line); border-radius: 4px;
  background: var(--sy-paper); }
.item .picture { display: flex; flex-direction: column; width: 100%; height: 100%; border: 0; padding: 4px; gap: 4px;
  text-align: left; border-radius: 3px; min-height: 0; }
.item input { position: absolute; left: 4px; top: 4px; margin: 0; width: 16px; height: 16px; min-height: 0;
  accent-color: var(--sy-pick); opacity: .55; }
.item:hover input, .item.picked input, .item input:focus-visible { opacity: 1; }
.thumbnail { display: flex; align-items: center; justify-content: center; width: 100%; height: var(--px);
  overflow: hidden; }
.thumbnail img { max-width: 100%; max-height: 100%; object-fit: contain; }
.thumbnail .why { font-size: 11px; line-height: 1.25; color: var(--sy-muted); overflow: hidden; max-height: 100%;
  overflow-wrap: anywhere; text-align: center; border: 1px dashed var(--sy-line); border-radius: 4px; padding: 4px; }
.thumbnail.waiting { background: var(--sy-wash); border-radius: 4px; }
.caption { font-size: 12px; line-height: 16px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; width: 100%;
  min-height: 16px; }
.caption.wrong { color: var(--sy-bad); }
.picked { border-color: var(--sy-pick); background: color-mix(in srgb, var(--sy-pick) 12%, var(--sy-paper)); }
.item.picked { box-shadow: 0 0 0 1px var(--sy-pick); }
.opened { outline: 2px solid var(--sy-link); outline-offset: 1px; }
.scroll { overflow: auto; max-height: 760px; border: 1px solid var(--sy-line); border-radius: 4px; }
.rows { border-collapse: separate; border-spacing: 0; width: 100%; }
.rows th, .rows td { padding: 3px 8px; border-bottom: 1px solid var(--sy-line); text-align: left; white-space: nowrap;
  max-width: 260px; overflow: hidden; text-overflow: ellipsis; font-weight: 400; }
.rows thead th { position: sticky; top: 0; z-index: 1; background: var(--sy-paper); border-bottom-color: var(--sy-all); }
.rows thead button { padding: 0 2px; margin: 0 -2px; max-width: 240px; overflow: hidden; text-overflow: ellipsis; }
.rows .num { text-align: right; }
.rows td.num, .rows th.num { font-variant-numeric: tabular-nums; }
.rows tbody tr { cursor: pointer; }
.rows tbody tr:last-child > * { border-bottom: 0; }
.rows tbody tr:hover > * { background: var(--sy-wash); }
.rows tbody tr.picked > * { background: color-mix(in srgb, var(--sy-pick) 12%, var(--sy-paper)); }
.rows tbody tr.picked > :first-child { box-shadow: inset 3px 0 0 var(--sy-pick); }
.rows tbody tr.opened { outline-offset: -2px; }
.rows td.tick, .rows th.tick { width: 28px; padding: 3px 6px; }
.rows td.tick { position: relative; }
.rows td.tick input { display: block; margin: 0; width: 16px; height: 16px; min-height: 0; accent-color: var(--sy-pick); }
.rows th.id button { color: var(--sy-link); padding: 0 2px; margin: 0 -2px; min-height: 20px; max-width: 220px;
  overflow: hidden; text-overflow: ellipsis; display: block; }
.rows th.id.num button { margin-left: auto; font-variant-numeric: tabular-nums; }
.rows td .thumbnail { width: 40px; height: 32px; }
.rows td .thumbnail .why { white-space: nowrap; text-overflow: ellipsis; padding: 0 2px; }
.detail { flex: 0 0 320px; max-width: 100%; border: 1px solid var(--sy-line); border-radius: 4px; overflow: auto;
  position: sticky; top: 8px; max-height: min(760px, calc(100vh - 88px)); background: var(--sy-paper); }
.detail header { display: flex; align-items: center; gap: 4px; padding: 4px 4px 4px 8px; position: sticky; top: 0;
  background: var(--sy-paper); border-bottom: 1px solid var(--sy-line); }
.detail h3 { flex: 1; min-width: 0; margin: 0; font-size: 13px; font-weight: 600; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }
.detail .large { display: flex; justify-content: center; align-items: center; min-height: 160px; padding: 8px;
  border-bottom: 1px solid var(--sy-line); }
.detail .large img { max-width: 100%; max-height: 360px; min-height: 96px; object-fit: contain; }
.detail .note { padding: 4px 8px; color: var(--sy-muted); border-bottom: 1px solid var(--sy-line); }
.detail dl { display: grid; grid-template-columns: minmax(72px, 40%) 1fr; margin: 0; padding: 4px 8px; gap: 2px 8px; }
.detail dt { color: var(--sy-muted); font-size: 12px; overflow-wrap: anywhere; }
.detail dd { margin: 0; min-height: 18px; overflow-wrap: anywhere; white-space: pre-wrap; max-height: 240px; overflow: auto; }
.detail dd.num { text-align: left; }
@container (max-width: 719px) {
  .main { flex-direction: column; align-items: stretch; }
  .detail { flex: none; top: auto; bottom: 8px; max-height: min(420px, 50vh); z-index: 2; }
}
`

// A dash for a missing value; "None" or "nan" in the data are texts like any other.
function fillCell(cell, text) {
  if (text === null || text === undefined) {
    cell.append(element("span", { class: "muted", "aria-hidden": "true" }, "–"), element("span", { class: "hidden" }, "missing"))
  } else {
    cell.textContent = text
    if (text.length > 24) cell.title = text
  }
  return cell
}

export function render({ model }) {
  const client = Math.random().toString(36).slice(2)
  const pending = new Map() // row -> what was wanted by a tick that Python has not answered yet
  let tickNumber = 0, items = [], active = 0, anchor = null, pageShown = null, pageAsked = null, headShown = ""
  const say = (gesture) => model.send_msg(gesture)

  // --- the bar --------------------------------------------------------------

  const grid = button("grid", "Show as grid", () => say({ kind: "mode", mode: "grid" }))
  const table = button("table", "Show as table", () => say({ kind: "mode", mode: "table" }))
  const modes = element("span", { class: "group", role: "group", "aria-label": "Show rows as" }, grid, table)
  const sort = element("select", { "aria-label": "Sort by" })
  sort.addEventListener("change", () => say({ kind: "sort", column: sort.value, descending: false }))
  const direction = button("↑", "Smallest first", () =>
    say({ kind: "sort", column: model.data.sort, descending: !model.data.descending }), { class: "icon" })
  const pickPage = button("select page", "Select page", () => {
    tick(items.map((item) => item.row), !items.every((item) => isPicked(item.row)))
  })
  const clear = button("clear", "Clear selection", () => {
    pending.clear()
    tickNumber += 1
    say({ kind: "clear", client, number: tickNumber })
  })
  const counts = element("span", { class: "muted", "aria-live": "polite" })
  const first = button("«", "First page", () => turnTo(1), { class: "icon" })
  const back = button("‹", "Previous page", () => turnTo(pageNow() - 1), { class: "icon" })
  const number = element("input", { type: "number", min: "1", step: "1", "aria-label": "Page" })
  number.addEventListener("change", () => turnTo(Math.round(Number(number.value)) || 1))
  const pages = element("span", { class: "muted range" })
  const on = button("›", "Next page", () => turnTo(pageNow() + 1), { class: "icon" })
  const last = button("»", "Last page", () => turnTo(model.data.last_page), { class: "icon" })
  const range = element("span", { class: "range", "aria-live": "polite" })
  const bar = element("div", { class: "bar", role: "group", "aria-label": "Rows shown" },
    modes, element("label", {}, element("span", { class: "muted" }, "sort"), sort), direction,
    pickPage, clear, counts, element("span", { class: "gap" }),
    element("span", { class: "pager" }, range, first, back,
      element("label", {}, element("span", { class: "muted" }, "page"), number, pages), on, last))

  // Quick clicks add up, although the page that they start from has not come yet.
  const pageNow = () => pageAsked ?? model.data.page
  function turnTo(page) {
    const wanted = Math.min(Math.max(page, 1), model.data.last_page)
    number.value = wanted
    if (wanted === pageNow()) return
    pageAsked = wanted
    say({ kind: "page", number: wanted })
  }

  function menu() {
    const options = [element("option", { value: "" }, "order of the data")]
    for (const name of model.menu.columns ?? []) options.push(element("option", { value: name }, name))
    put(sort, options)
    sort.value = model.data.sort ?? ""
  }

  function drawBar() {
    const data = model.data
    modes.hidden = !data.has_images
    grid.setAttribute("aria-pressed", String(data.mode === "grid"))
    table.setAttribute("aria-pressed", String(data.mode === "table"))
    sort.value = data.sort
    direction.disabled = !data.sort
    direction.textContent = data.descending ? "↓" : "↑"
    const words = data.descending ? "Largest first" : "Smallest first"
    direction.setAttribute("aria-label", `${words}; turn round`)
    direction.title = `${words}; turn round`
    range.textContent = data.range
    number.value = data.page
    number.max = data.last_page
    pages.textContent = `of ${data.last_page.toLocaleString("en-US")}`
    first.disabled = back.disabled = data.page <= 1
    on.disabled = last.disabled = data.page >= data.last_page
    pickPage.disabled = !data.rows.length
  }

  // --- ticks ------------------------------------------------------------------

  const isPicked = (row) => pending.get(row)?.wanted ?? ticked.has(row)
  let ticked = new Set()

  function tick(rows, wanted) {
    if (!rows.length) return
    tickNumber += 1
    for (const row of rows) pending.set(row, { wanted, number: tickNumber })
    say({ kind: "tick", rows, wanted, client, number: tickNumber })
    paintTicks()
  }

  function toggle(index, isRange) {
    const wanted = !isPicked(items[index].row)
    const from = isRange && anchor !== null ? Math.min(anchor, index) : index
    const to = isRange && anchor !== null ? Math.max(anchor, index) : index
    anchor = index
    tick(items.slice(from, to + 1).map((item) => item.row), wanted)
  }

  function drawTicks() {
    const ticks = model.ticks
    if (ticks.page_id === pageShown) ticked = new Set(ticks.rows)
    const seen = ticks.seen?.[client] ?? 0
    for (const [row, tick] of pending) if (tick.number <= seen) pending.delete(row)
    counts.textContent = ticks.text ?? ""
    clear.disabled = !ticks.text
    paintTicks()
  }

  function paintTicks() {
    for (const item of items) {
      const picked = isPicked(item.row)
      item.box.checked = picked
      item.root.classList.toggle("picked", picked)
    }
    const all = items.length > 0 && items.every((item) => isPicked(item.row))
    pickPage.textContent = all ? "unselect page" : "select page"
    pickPage.setAttribute("aria-label", all ? "Unselect page" : "Select page")
    pickPage.title = all ? "Unselect page" : "Select page"
  }

  function tickBox(index, id) {
    const box = element("input", { type: "checkbox", "aria-label": `Select row ${id}`, tabindex: "-1" })
    box.addEventListener("click", (event) => {
      event.stopPropagation()
      toggle(index, event.shiftKey)
    })
    return box
  }

  // --- pictures -----------------------------------------------------------------

  function thumbnail() {
    return element("span", { class: "thumbnail waiting" })
  }

  function setThumbnail(place, uri, problem) {
    place.classList.remove("waiting")
    if (uri) put(place, [element("img", { src: uri, alt: "", draggable: "false" })])
    else put(place, [element("span", { class: "why", title: problem }, `No picture: ${problem}`)])
  }

  function drawLate() {
    if (model.pictures.page_id === pageShown) drawPictures(model.pictures.thumbnails)
  }

  function drawPictures(list) {
    const byRow = new Map(items.map((item) => [item.row, item]))
    for (const [row, uri, problem] of list ?? []) {
      const place = byRow.get(row)?.place
      if (place?.classList.contains("waiting")) setThumbnail(place, uri, problem)
    }
  }

  // --- the page -------------------------------------------------------------------

  const list = element("ul", { class: "grid", role: "list", "aria-label": "Rows" })
  const head = element("thead")
  const rows = element("tbody")
  const scroll = element("div", { class: "scroll" }, element("table", { class: "rows" }, head, rows))
  const emptyText = element("p")
  const clearFilter = button("clear filter", "Clear filter", () => say({ kind: "clear_filter" }))
  const empty = element("div", { class: "empty" }, emptyText, clearFilter)
  const content = element("div", { class: "content" }, list, scroll, empty)

  function opener(index, id, children) {
    const made = element("button", { type: "button", "aria-label": `Open row ${id}`, tabindex: "-1" }, ...children)
    made.addEventListener("click", (event) => {
      event.stopPropagation()
      activate(index)
      if (event.shiftKey || event.ctrlKey || event.metaKey) toggle(index, event.shiftKey)
      else open(items[index].row)
    })
    return made
  }

  function gridItem(row, index) {
    const id = model.data.ids[index]
    const { label, prediction } = model.data.captions[index]
    const place = thumbnail()
    const words = prediction === null ? label ?? id : `${label ?? "–"} ≠ ${prediction}`
    const caption = element("span", { class: prediction === null ? "caption" : "caption wrong" }, words)
    caption.title = prediction === null ? words : `label ${label ?? "missing"}, prediction ${prediction}`
    const picture = opener(index, id, [place, caption])
    picture.className = "picture"
    if (words !== id) picture.setAttribute("aria-label", `Open row ${id}: ${caption.title}`)
    const box = tickBox(index, id)
    return { row, box, place, opener: picture, root: element("li", { class: "item" }, picture, box) }
  }

  function tableRow(row, index) {
    const { ids, cells, columns, id_column, has_images } = model.data
    const box = tickBox(index, ids[index])
    const open = opener(index, ids[index], [ids[index]])
    open.classList.add("plain")
    const name = element("th", { scope: "row", class: id_column.right ? "id num" : "id" }, open)
    const root = element("tr", {}, element("td", { class: "tick" }, box))
    const place = has_images ? thumbnail() : null
    if (place) root.append(element("td", {}, place))
    root.append(name)
    columns.forEach((column, at) =>
      root.append(fillCell(element("td", column.right ? { class: "num" } : {}), cells[index][at])))
    root.addEventListener("click", () => open.click())
    return { row, box, place, opener: open, root }
  }

  function drawHead() {
    const data = model.data
    const columns = [data.id_column, ...data.columns]
    const shape = JSON.stringify([columns, data.has_images])
    if (shape !== headShown) {
      headShown = shape
      const cells = [element("th", { scope: "col", class: "tick" }, element("span", { class: "hidden" }, "selected"))]
      if (data.has_images) cells.push(element("th", { scope: "col" }, element("span", { class: "hidden" }, "picture")))
      put(head, [element("tr", {}, ...cells, ...columns.map(headCell))])
    }
    for (const cell of head.querySelectorAll("[data-name]")) {
      const isSorted = cell.dataset.name === data.sort
      cell.setAttribute("aria-sort", isSorted ? (data.descending ? "descending" : "ascending") : "none")
      cell.querySelector(".arrow").textContent = isSorted ? (data.descending ? " ↓" : " ↑") : ""
    }
  }

  function headCell(column) {
    const cell = element("th", { scope: "col", class: column.right ? "num" : "" })
    const words = element("span", { class: "mono" }, column.name)
    if (!column.sortable) {
      cell.append(words)
      return cell
    }
    cell.dataset.name = column.name
    const sorter = element("button", { type: "button", class: "plain", title: column.name }, words,
      element("span", { class: "arrow", "aria-hidden": "true" }))
    sorter.addEventListener("click", () => { // up, then down, then the order of the data
      const { sort, descending } = model.data
      const isSorted = sort === column.name
      say({ kind: "sort", column: isSorted && descending ? "" : column.name, descending: isSorted && !descending })
    })
    cell.append(sorter)
    return cell
  }

  function drawPage() {
    const data = model.data
    if (data.page_id === undefined || data.page_id === pageShown) return
    const hadFocus = content.contains(root.getRootNode().activeElement) && !head.contains(root.getRootNode().activeElement)
    pageShown = data.page_id
    pageAsked = null
    anchor = null
    root.style.setProperty("--px", `${data.thumbnail_px || 96}px`)
    list.hidden = Boolean(data.empty) || data.mode !== "grid"
    scroll.hidden = Boolean(data.empty) || data.mode !== "table"
    empty.hidden = !data.empty
    emptyText.textContent = data.empty === "filter"
      ? "No rows under the filter. Clear it or widen it." : "The table has no rows."
    clearFilter.hidden = data.empty !== "filter"
    items = data.rows.map(data.mode === "grid" ? gridItem : tableRow)
    if (data.mode === "table") drawHead()
    put(list, data.mode === "grid" ? items.map((item) => item.root) : [])
    put(rows, data.mode === "table" ? items.map((item) => item.root) : [])
    drawPictures(data.thumbnails)
    drawLate()
    drawBar()
    activate(Math.max(0, items.findIndex((item) => item.row === model.detail.row)))
    if (hadFocus && items.length) items[active].opener.focus({ preventScroll: true })
    drawTicks()
    drawOpened()
  }

  // --- keys: one item is in the tab order, arrows move within ------------------------

  function activate(index) {
    items.forEach((item, at) => (item.opener.tabIndex = item.box.tabIndex = at === index ? 0 : -1))
    active = index
  }

  function acrossCount() {
    const top = items[0].root.offsetTop
    const across = items.findIndex((item) => item.root.offsetTop !== top)
    return across < 0 ? items.length : across
  }

  function stepOf(key) {
    const isGrid = model.data.mode === "grid"
    if (key === "ArrowDown") return isGrid ? acrossCount() : 1
    if (key === "ArrowUp") return isGrid ? -acrossCount() : -1
    if (key === "ArrowRight" && isGrid) return 1
    if (key === "ArrowLeft" && isGrid) return -1
    if (key === "Home") return -active
    if (key === "End") return items.length - 1 - active
    return null
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const index = items.findIndex((item) => item.root.contains(event.target))
    if (event.key === "Escape") {
      if (model.detail.row === undefined) return
      close()
    } else if (index < 0) {
      return
    } else if (event.key === " ") {
      toggle(index, event.shiftKey)
    } else if (event.key === "Enter") {
      open(items[index].row)
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      turnTo(pageNow() + (event.key === "PageDown" ? 1 : -1))
    } else {
      const step = stepOf(event.key)
      if (step === null) return
      const to = active + step
      if (to >= 0 && to < items.length) {
        activate(to)
        items[to].opener.focus()
      }
    }
    event.preventDefault()
    event.stopPropagation()
  }

  // --- the opened row ----------------------------------------------------------------

  const title = element("h3")
  const before = button("‹", "Row before", () => say({ kind: "step", by: -1 }), { class: "plain" })
  const after = button("›", "Next row", () => say({ kind: "step", by: 1 }), { class: "plain" })
  const shut = button("✕", "Close row", () => close(), { class: "plain" })
  const large = element("div", { class: "large" })
  const note = element("div", { class: "note" })
  const facts = element("dl")
  const detail = element("aside", { class: "detail", hidden: "" },
    element("header", {}, title, before, after, shut), large, note, facts)
  let largeShown = null, factsShown = ""

  const open = (row) => say({ kind: "open", row })

  function close() {
    const item = items.find((item) => item.row === model.detail.row)
    if (detail.contains(root.getRootNode().activeElement)) (item ?? items[active])?.opener.focus()
    say({ kind: "open", row: null })
  }

  function drawOpened() {
    for (const item of items) item.root.classList.toggle("opened", item.row === model.detail.row)
  }

  function drawDetail() {
    const data = model.detail
    detail.hidden = data.row === undefined
    drawOpened()
    if (detail.hidden) return
    title.textContent = data.title
    title.title = data.title
    detail.setAttribute("aria-label", `Row ${data.title}`)
    before.disabled = !data.can_go_back
    after.disabled = !data.can_go_on
    note.textContent = data.note
    note.hidden = !data.note
    large.hidden = !data.has_picture
    const picture = data.uri || data.problem
    if (picture !== largeShown) {
      largeShown = picture
      if (data.uri) put(large, [element("img", { src: data.uri, alt: `Picture of row ${data.title}` })])
      else put(large, data.problem ? [element("span", { class: "muted" }, `No picture: ${data.problem}`)] : [])
    }
    const shape = JSON.stringify(data.fields)
    if (shape === factsShown) return
    factsShown = shape
    put(facts, data.fields.flatMap(({ name, text, right }) =>
      [element("dt", { class: "mono" }, name), fillCell(element("dd", right ? { class: "num" } : {}), text)]))
  }

  // --- together ------------------------------------------------------------------------

  const main = element("div", { class: "main" }, content, detail)
  const root = element("div", { class: "instances" }, element("style", {}, STYLE), bar, main)
  content.addEventListener("keydown", onKey)
  detail.addEventListener("keydown", onKey)
  menu()
  drawPage()
  drawDetail()
  model.on("menu", menu)
  model.on("data", drawPage)
  model.on("ticks", drawTicks)
  model.on("pictures", drawLate)
  model.on("detail", drawDetail)
  return root
}

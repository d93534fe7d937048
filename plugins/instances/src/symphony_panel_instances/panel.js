// One page of rows, of one group or of all, with its pager, its selection of a page, and its keys.

// isOfGroup: a small one, of one panel among several.
function makePager(at, panelNow, isOfGroup) {
  const first = button("«", "First page", () => panelNow().turnTo(1), { class: "icon" })
  const back = button("‹", "Previous page", () => panelNow().turnTo(panelNow().pageNow() - 1), { class: "icon" })
  const number = element("input", { type: "number", min: "1", step: "1", "aria-label": "Page" })
  number.addEventListener("change", () => panelNow().turnTo(Math.round(Number(number.value)) || 1))
  const pages = element("span", { class: "muted range" })
  const on = button("›", "Next page", () => panelNow().turnTo(panelNow().pageNow() + 1), { class: "icon" })
  const last = button("»", "Last page", () => panelNow().turnTo(panelNow().data.last_page), { class: "icon" })
  const range = element("span", { class: "range", "aria-live": "polite" })
  const label = element("label", {}, element("span", { class: "muted" }, "page"), number, pages)
  const root = element("span", { class: "pager", role: "group", "aria-label": "Pages" }, range, first, back, label, on, last)

  function draw() {
    const { page, last_page, range: words } = panelNow().data
    range.textContent = words
    number.value = page
    number.max = last_page
    pages.textContent = `of ${last_page.toLocaleString("en-US")}`
    first.disabled = back.disabled = page <= 1
    on.disabled = last.disabled = page >= last_page
    for (const one of [back, label, on]) one.hidden = isOfGroup && last_page === 1
    for (const one of [first, last]) one.hidden = isOfGroup && last_page <= 2
  }

  return { root, draw, expect: (page) => { number.value = page } }
}

function pageTicker(at, panelNow) {
  const root = button("select page", "Select page", () => panelNow().tickPage())
  function draw() {
    const items = panelNow().items
    const all = items.length > 0 && items.every((item) => at.isPicked(item.row))
    const words = all ? "unselect page" : "select page"
    root.textContent = words
    root.title = `${all ? "Unselect" : "Select"} page`
    root.setAttribute("aria-label", root.title)
    root.disabled = !items.length
  }
  return { root, draw }
}

function makePanel(at) {
  const list = element("ul", { class: "grid", role: "list", "aria-label": "Rows" })
  const head = element("thead")
  const rows = element("tbody")
  const scroll = element("div", { class: "scroll" }, element("table", { class: "rows" }, head, rows))
  const name = element("h3")
  const size = element("span", { class: "muted num" })
  const panel = { items: [], active: 0, data: null, draw, drawTicks, activate, pageNow, turnTo, tickPage, onKey, focus }
  const pager = makePager(at, () => panel, true)
  const ticker = pageTicker(at, () => panel)
  const whole = button("select group", "Select all rows of this group", () =>
    at.tickGroup(panel.data.key, !isWhole()))
  const header = element("header", {}, name, size, whole, ticker.root, element("span", { class: "gap" }), pager.root)
  const root = panel.root = element("section", { class: "panel" }, header, list, scroll)
  root.addEventListener("keydown", onKey)
  let pageAsked = null, headShown = ""

  // Quick clicks add up, although the page that they start from has not come yet.
  function pageNow() { return pageAsked ?? panel.data.page }

  function turnTo(page) {
    const wanted = Math.min(Math.max(page, 1), panel.data.last_page)
    pager.expect(wanted)
    at.bar.pager.expect(wanted)
    if (wanted === pageNow()) return
    pageAsked = wanted
    at.say({ kind: "page", panel: panel.data.key, number: wanted })
  }

  function tickPage() { at.tick(panel.items, !panel.items.every((item) => at.isPicked(item.row))) }

  const groupCount = () => at.model.ticks.groups?.[panel.data.key] ?? 0
  const isWhole = () => panel.data.size > 0 && groupCount() === panel.data.size

  function draw(data) {
    panel.data = data
    pageAsked = null
    stop(at, panel.items.flatMap((item) => item.players))
    const { mode, group_by } = at.model.data
    const isGrouped = group_by.length > 0
    header.hidden = !isGrouped
    name.textContent = data.name
    size.textContent = `${data.size.toLocaleString("en-US")} ${data.size === 1 ? "row" : "rows"}`
    for (const [key, value] of isGrouped ? [["role", "group"], ["aria-label", data.name]] : []) root.setAttribute(key, value)
    list.hidden = mode === "table"
    list.classList.toggle("cards", mode === "cards")
    scroll.hidden = mode !== "table"
    panel.items = data.rows.map((_, index) => ITEMS[mode](at, panel, index))
    if (mode === "table") drawHead()
    put(list, mode === "table" ? [] : panel.items.map((item) => item.root))
    put(rows, mode === "table" ? panel.items.map((item) => item.root) : [])
    pager.draw()
    activate(Math.max(0, panel.items.findIndex((item) => item.row === at.model.detail.row)))
  }

  function drawTicks() {
    ticker.draw()
    const count = groupCount()
    whole.textContent = isWhole() ? "unselect group" : "select group"
    whole.title = count ? `${count.toLocaleString("en-US")} of ${panel.data.size.toLocaleString("en-US")} selected` : "Select all rows of this group"
    whole.setAttribute("aria-label", `${isWhole() ? "Unselect" : "Select"} group ${panel.data.name}`)
  }

  function drawHead() {
    const data = at.model.data
    const columns = [data.id_column, ...data.columns]
    const shape = JSON.stringify([columns, data.media])
    if (shape !== headShown) {
      headShown = shape
      const cells = [element("th", { scope: "col", class: "tick" }, element("span", { class: "hidden" }, "selected"))]
      for (const [column] of data.media) cells.push(element("th", { scope: "col" }, element("span", { class: "mono muted" }, column)))
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
      const { sort, descending } = at.model.data
      const isSorted = sort === column.name
      at.say({ kind: "sort", column: isSorted && descending ? "" : column.name, descending: isSorted && !descending })
    })
    cell.append(sorter)
    return cell
  }

  // --- keys: one item is in the tab order, arrows move within ------------------------

  function activate(index) {
    panel.items.forEach((item, i) => {
      item.opener.tabIndex = item.box.tabIndex = i === index ? 0 : -1
      for (const one of item.players) one.start.tabIndex = i === index ? 0 : -1
    })
    panel.active = index
  }

  function focus(index = panel.active) {
    if (!panel.items.length) return
    activate(Math.min(index, panel.items.length - 1))
    panel.items[panel.active].opener.focus({ preventScroll: true })
    panel.items[panel.active].root.scrollIntoView({ block: "nearest" })
  }

  function acrossCount() {
    const top = panel.items[0].root.offsetTop
    const across = panel.items.findIndex((item) => item.root.offsetTop !== top)
    return across < 0 ? panel.items.length : across
  }

  function stepOf(key) {
    const isGrid = at.model.data.mode !== "table"
    if (key === "ArrowDown") return isGrid ? acrossCount() : 1
    if (key === "ArrowUp") return isGrid ? -acrossCount() : -1
    if (key === "j" || (key === "ArrowRight" && isGrid)) return 1
    if (key === "k" || (key === "ArrowLeft" && isGrid)) return -1
    if (key === "Home") return -panel.active
    if (key === "End") return panel.items.length - 1 - panel.active
    return null
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const item = panel.items.find((one) => one.root.contains(event.target))
    if (!item || event.target.closest(".player")) return
    if (event.key === " ") at.toggle(item, event.shiftKey)
    else if (event.key === "Enter") at.open(item.row)
    else if (event.key === "a") tickPage()
    else if (event.key === "p") item.players[0]?.start.click()
    else if (event.key === "PageDown" || event.key === "PageUp") turnTo(pageNow() + (event.key === "PageDown" ? 1 : -1))
    else {
      const step = stepOf(event.key)
      if (step === null) return
      const to = panel.active + step
      if (to >= 0 && to < panel.items.length) {
        if (event.shiftKey && step) at.toggleTo(item, panel.items[to])
        focus(to)
      }
    }
    event.preventDefault()
    event.stopPropagation()
  }

  return panel
}

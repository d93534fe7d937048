// Rows as a grid, cards or a table, with an opened row beside. All words are set as text, never as markup.

// Keys of the page that surrounds us pass, unless something is being typed. All others end here, so that a
// notebook around the card does not run or insert cells.
const PASSING = new Set(["/", "?", "g"])

function isForUs(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  if (event.key === "Tab" || event.key === "Escape" || /^F\d/.test(event.key)) return false
  return isTyping(event) || !PASSING.has(event.key)
}

export function render({ model }) {
  const pending = new Map() // row -> what was wanted by a tick that Python has not answered yet
  const panelByKey = new Map()
  let ticked = new Set(), tickNumber = 0, anchor = null, pageShown = null

  const at = {
    model, panels: [], sounds: new Set(), asked: null, client: Math.random().toString(36).slice(2),
    say: (gesture) => model.send_msg(gesture),
    items: () => at.panels.flatMap((panel) => panel.items),
    isPicked: (row) => pending.get(row)?.wanted ?? ticked.has(row),
    open, close, tick, toggle, toggleTo, tickGroup, clear, drawOpened,
  }
  const bar = at.bar = makeBar(at)
  const detail = makeDetail(at)

  // --- ticks ------------------------------------------------------------------

  function tick(items, wanted) {
    if (!items.length) return
    tickNumber += 1
    const rows = items.map((item) => item.row)
    for (const row of rows) pending.set(row, { wanted, number: tickNumber })
    at.say({ kind: "tick", rows, wanted, client: at.client, number: tickNumber })
    paintTicks()
  }

  // With shift, all rows from the last tick of the same panel to this one.
  function toggle(item, isRange) {
    const wanted = !at.isPicked(item.row)
    const from = isRange && anchor?.panel === item.panel ? anchor.index : item.index
    anchor = { panel: item.panel, index: item.index }
    tick(item.panel.items.slice(Math.min(from, item.index), Math.max(from, item.index) + 1), wanted)
  }

  // Shift and an arrow: from the item to the other one, as the item is or becomes.
  function toggleTo(item, other) {
    if (anchor?.panel !== item.panel) anchor = { panel: item.panel, index: item.index }
    const [low, high] = [Math.min(item.index, other.index), Math.max(item.index, other.index)]
    tick(item.panel.items.slice(low, high + 1), true)
    anchor = { panel: item.panel, index: other.index }
  }

  function tickGroup(panel, wanted) {
    tickNumber += 1
    at.say({ kind: "select_group", panel, wanted, client: at.client, number: tickNumber })
  }

  function clear() {
    pending.clear()
    tickNumber += 1
    at.say({ kind: "clear", client: at.client, number: tickNumber })
  }

  function drawTicks() {
    const ticks = model.ticks
    if (ticks.page_id === pageShown) ticked = new Set(ticks.rows)
    const seen = ticks.seen?.[at.client] ?? 0
    for (const [row, tick] of pending) if (tick.number <= seen) pending.delete(row)
    paintTicks()
  }

  function paintTicks() {
    for (const item of at.items()) {
      const picked = at.isPicked(item.row)
      item.box.checked = picked
      item.root.classList.toggle("picked", picked)
    }
    for (const panel of at.panels) panel.drawTicks()
    bar.drawTicks()
    detail.drawTicks()
  }

  // --- the pages ------------------------------------------------------------------

  const emptyText = element("p")
  const clearFilter = button("clear filter", "Clear filter", () => at.say({ kind: "clear_filter" }))
  const clearSearch = button("clear search", "Clear search", () => bar.clearSearch())
  const empty = element("div", { class: "empty" }, emptyText, element("span", { class: "row", style: "justify-content: center" }, clearSearch, clearFilter))
  const more = element("p", { class: "more" })
  const panels = element("div", { class: "content" })
  const content = element("div", { class: "content" }, panels, more, empty)
  const WORDS = { filter: "No rows under the filter. Clear it or widen it.", table: "The table has no rows.",
    search: "No row under the filter contains these words." }

  function drawPage() {
    const data = model.data
    if (data.page_id === undefined || data.page_id === pageShown) return
    const focused = root.getRootNode().activeElement
    const held = at.panels.find((panel) => panel.items.some((item) => item.root.contains(focused)))
    pageShown = data.page_id
    anchor = null
    root.style.setProperty("--px", `${data.thumbnail_px || 96}px`)
    root.style.setProperty("--across", Math.max(1, data.media.filter(([, kind]) => kind === "image").length))
    empty.hidden = !data.empty
    emptyText.textContent = WORDS[data.empty] ?? ""
    clearFilter.hidden = data.empty !== "filter"
    clearSearch.hidden = data.empty !== "search"
    more.hidden = !data.more_groups
    more.textContent = `${data.more_groups.toLocaleString("en-US")} more ${data.more_groups === 1 ? "group" : "groups"}; how many are shown is a setting.`
    drawPanels(data)
    drawMade(data.made)
    drawLate()
    bar.draw()
    if (held && at.panels.includes(held)) held.focus()
    drawTicks()
    drawOpened()
  }

  function drawPanels(data) {
    for (const [key, panel] of panelByKey) {
      if (data.panels.some((one) => one.key === key)) continue
      stop(at, panel.items.flatMap((item) => item.players))
      panelByKey.delete(key)
    }
    at.panels = data.panels.map((one) => {
      if (!panelByKey.has(one.key)) panelByKey.set(one.key, makePanel(at))
      const panel = panelByKey.get(one.key)
      panel.draw(one)
      return panel
    })
    panels.hidden = Boolean(data.empty)
    const roots = at.panels.map((panel) => panel.root)
    if (roots.some((one, i) => panels.children[i] !== one) || panels.children.length !== roots.length) put(panels, roots)
  }

  function drawLate() {
    if (model.late.page_id === pageShown) drawMade(model.late.made)
  }

  function drawMade(made) {
    const byRow = new Map(at.items().map((item) => [item.row, item]))
    for (const [row, column, shown] of made ?? []) byRow.get(row)?.setters.get(column)?.(shown)
  }

  function hear() {
    const { client, row, column } = model.sound
    if (client !== at.client) return
    const asked = at.asked
    at.asked = null
    if (asked?.row === row && asked.column === column) asked.hear(model.sound)
    at.say({ kind: "heard" })
  }

  // --- the opened row ----------------------------------------------------------------

  // What was asked for last, which the page may show only later. The same row again moves the keyboard into it.
  let openedRow

  function open(row) {
    if (openedRow === row && detail.isShown()) detail.focus()
    else at.say({ kind: "open", row })
    openedRow = row
  }

  function close() {
    if (openedRow === undefined) return
    detail.letGo()
    openedRow = undefined
    at.say({ kind: "open", row: null })
  }

  function drawDetail() {
    openedRow = model.detail.row
    detail.draw()
  }

  function drawOpened() {
    for (const item of at.items()) item.root.classList.toggle("opened", item.row === model.detail.row)
  }

  // --- together ------------------------------------------------------------------------

  const main = element("div", { class: "main" }, content, detail.root)
  const root = element("div", { class: "instances" }, element("style", {}, STYLE), bar.root, main)
  root.addEventListener("keydown", (event) => {
    if (isPlainKey(event, "Escape") && openedRow !== undefined && main.contains(event.target)) {
      close()
      event.preventDefault()
      event.stopPropagation()
    } else if (isForUs(event)) event.stopPropagation()
  })
  bar.menu()
  drawPage()
  drawDetail()
  model.on("menu", bar.menu)
  model.on("data", drawPage)
  model.on("ticks", drawTicks)
  model.on("late", drawLate)
  model.on("detail", drawDetail)
  model.on("sound", hear)
  model.on("remove", () => stop(at, [...at.sounds]))
  return root
}

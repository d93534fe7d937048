// What stands above the rows: how they are shown, sorted, searched, selected and turned.

// A search is sent when typing pauses, so that a word is one search and not one a letter.
const PAUSE_MS = 220

function makeBar(at) {
  const { model, say } = at
  const modes = ["grid", "cards", "table"].map((mode) =>
    button(mode, `Show as ${mode}`, () => say({ kind: "mode", mode }), { "data-mode": mode }))
  const sort = element("select", { "aria-label": "Sort by" })
  sort.addEventListener("change", () =>
    say({ kind: "sort", column: sort.value, descending: false, ranked: "ranked" in sort.selectedOptions[0].dataset }))
  const direction = button("↑", "Smallest first", () =>
    say({ kind: "sort", column: model.data.sort, descending: !model.data.descending }), { class: "icon" })
  const box = element("input", { type: "search", placeholder: "search texts", "aria-label": "Search texts",
    title: "Rows whose texts contain every word; \"in quotes\" as one" })
  const found = element("span", { class: "range", "aria-live": "polite" })
  const filter = button("filter by this", "Make the search part of the filter", () => {
    send()
    say({ kind: "filter_by_search" })
  })
  const search = element("span", { class: "search", role: "search" }, box, found, filter)
  const panelNow = () => at.panels[0]
  const ticker = pageTicker(at, panelNow)
  const pager = makePager(at, panelNow, false)
  const clear = button("clear", "Clear selection", () => at.clear())
  const counts = element("span", { class: "muted", "aria-live": "polite" })
  const root = element("div", { class: "bar", role: "group", "aria-label": "Rows shown" },
    element("span", { class: "joined", role: "group", "aria-label": "Show rows as" }, ...modes),
    element("label", {}, element("span", { class: "muted" }, "sort"), sort), direction, search,
    ticker.root, clear, counts, element("span", { class: "gap" }), pager.root)

  let waiting = null, sent = ""
  box.addEventListener("input", () => {
    clearTimeout(waiting)
    waiting = setTimeout(send, PAUSE_MS)
  })
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") send()
    else if (event.key === "Escape" && box.value) {
      event.stopPropagation()
      event.preventDefault()
      box.value = ""
      send()
    } else if (event.key === "ArrowDown") {
      event.preventDefault()
      at.panels[0].focus(0)
    }
  })

  function send() {
    clearTimeout(waiting)
    waiting = null
    if (box.value === sent) return
    sent = box.value
    say({ kind: "search", text: sent })
  }

  function menu() {
    const { ranking } = model.menu
    const options = [element("option", { value: "" }, "order of the data")]
    if (ranking) options.unshift(element("option", { value: "", "data-ranked": "", title: "Ranked rows first, the others in the order of the data" }, `ranking: ${ranking}`))
    for (const name of model.menu.columns ?? []) options.push(element("option", { value: name }, name))
    put(sort, options)
    showSort()
  }

  // Two orders have no column: that of a ranking, if there is one, and that of the data.
  function showSort() {
    const { sort: column, ranked } = model.data
    if (column) sort.value = column
    else sort.selectedIndex = model.menu.ranking && !ranked ? 1 : 0
  }

  function draw() {
    const data = model.data
    for (const mode of modes) {
      mode.hidden = !data.modes.includes(mode.dataset.mode)
      mode.setAttribute("aria-pressed", String(mode.dataset.mode === data.mode))
    }
    showSort()
    direction.disabled = !data.sort
    direction.textContent = data.descending ? "↓" : "↑"
    const words = data.descending ? "Largest first" : "Smallest first"
    direction.setAttribute("aria-label", `${words}; turn round`)
    direction.title = `${words}; turn round`
    search.hidden = !data.can_search
    found.textContent = data.found
    filter.hidden = !data.found
    if (waiting === null && box.value.trim() !== data.search.trim()) box.value = data.search
    if (waiting === null) sent = box.value
    const isGrouped = data.group_by.length > 0
    ticker.root.hidden = pager.root.hidden = isGrouped
    if (!isGrouped && at.panels.length) pager.draw()
  }

  function drawTicks() {
    if (at.panels.length) ticker.draw()
    counts.textContent = model.ticks.text ?? ""
    clear.disabled = !model.ticks.text
  }

  return { root, draw, drawTicks, menu, pager, clearSearch: () => { box.value = ""; send() } }
}

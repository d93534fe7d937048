// Pages of views: a row of tabs, and the cards of the page on show in twelve columns.
// Every change is told and drawn when it comes back; only what is being dragged moves before.

const STYLE = MENU_STYLE + `
:host { display: block; width: 100%; container-type: inline-size; }
.line { display: flex; align-items: center; gap: 4px; border-bottom: 1px solid var(--sy-line); padding: 0 16px; position: relative; min-height: 36px; }
[role=tablist] { display: flex; overflow-x: auto; min-width: 0; }
[role=tab] { border: 0; border-bottom: 2px solid transparent; border-radius: 0; padding: 6px 12px; min-height: 35px; white-space: nowrap; flex: none;
  max-width: 240px; overflow: hidden; text-overflow: ellipsis; }
[role=tab] + [role=tab] { border-left: 1px solid var(--sy-line); }
[role=tab][aria-selected=true] { border-bottom-color: var(--sy-fill); font-weight: 600; }
[role=tab].target { background: color-mix(in srgb, var(--sy-fill) 24%, var(--sy-paper)); }
[role=tab]:focus-visible { outline-offset: -2px; }
.line > button { flex: none; }
.line .push { margin-left: auto; }
.rename { position: absolute; top: 4px; width: 180px; z-index: 2; }
.cards { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 16px; padding: 16px; align-items: start; position: relative; }
.cell { grid-column: span var(--span); min-width: 0; position: relative; }
.cell.lifted { opacity: .5; }
.edge { position: absolute; top: 0; bottom: 0; right: -12px; width: 8px; cursor: ew-resize; touch-action: none; border-radius: 4px; }
.edge:hover, .edge:focus-visible, .edge.held { background: var(--sy-fill); }
.marker { position: absolute; background: var(--sy-fill); border-radius: 2px; pointer-events: none; z-index: 3; }
.moving, .moving * { user-select: none; cursor: grabbing !important; }
.empty .row { justify-content: center; margin-top: 12px; }
@container (max-width: 720px) {
  .line { padding: 0 8px; }
  .cards { padding: 8px; gap: 8px; }
  .cell { grid-column: 1 / -1; }
  .edge { display: none; }
}
`
const COLUMNS = 12, MIN_COLUMNS = 2, MARKER_PX = 4
const WIDTHS = [[4, "a third"], [6, "half"], [8, "two thirds"], [12, "full"]]

function innermost() {
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  return active
}

export function render({ model }) {
  const send = message => model.send_msg(message)
  const cards = element("div", { class: "cards", role: "tabpanel", id: "cards" })
  const marker = element("div", { class: "marker", hidden: "" })
  const spoken = element("div", { class: "hidden", "aria-live": "polite" })
  const tab = tabLine(model, cards, view => { awaited = known(); send({ kind: "add", view }) })
  const emptyText = element("div")
  const emptyAdd = button("Add a view", "", () => tab.openViews())
  const emptyPage = button("Add a page", "", () => send({ kind: "add_page" }))
  const empty = element("div", { class: "empty" }, emptyText, element("div", { class: "row" }, emptyAdd, emptyPage))
  let letGo = null, awaited = null

  const placed = () => model.data.placed
  const pageKey = () => model.data.pages[model.data.active]?.key ?? ""
  const cells = () => [...cards.querySelectorAll(":scope > .cell")]
  const viewOf = key => placed().find(view => view.key === key)
  const isNarrow = () => cards.clientWidth <= 720

  function widen(key, width) {
    const now = viewOf(key)?.width
    width = Math.min(Math.max(width, MIN_COLUMNS), COLUMNS)
    if (now === undefined || now === width) return
    spoken.textContent = `${viewOf(key).title} is ${width} of ${COLUMNS} columns wide.`
    send({ kind: "resize", key, width })
  }
  function step(key, by) {
    const others = placed().filter(view => view.key !== key)
    const at = placed().findIndex(view => view.key === key)
    const to = Math.min(Math.max(at + by, 0), others.length)
    if (at < 0 || to === at) return
    spoken.textContent = `${viewOf(key).title} is now ${to + 1} of ${placed().length}.`
    send({ kind: "move", key, page: pageKey(), before: others[to]?.key ?? "" })
  }
  const acts = {
    close: key => send({ kind: "close", key }),
    step: (key, { by }) => step(key, by),
    widen: (key, { by }) => widen(key, (viewOf(key)?.width ?? COLUMNS) + by),
  }
  function menuItems(key) {
    const at = placed().findIndex(view => view.key === key)
    const pages = model.data.pages.filter(page => page.key !== pageKey())
    return [
      ...(at > 0 ? [{ text: "Move earlier", act: () => step(key, -1) }] : []),
      ...(at < placed().length - 1 ? [{ text: "Move later", act: () => step(key, 1) }] : []),
      ...pages.map(page => ({ text: `Move to ${page.title}`, act: () => send({ kind: "move", key, page: page.key, before: "" }) })),
      ...(pages.length || placed().length > 1 ? [""] : []),
      ...WIDTHS.map(([width, word]) => ({ text: `Width: ${word}`, isOn: viewOf(key)?.width === width, act: () => widen(key, width) })), "",
      { text: "Duplicate", act: () => { awaited = known(); send({ kind: "duplicate", key }) } },
      { text: "Close", act: () => send({ kind: "close", key }) }]
  }
  const known = () => new Set(placed().map(view => view.key))

  function makeCell(key) {
    const edge = element("div", { class: "edge", role: "separator", "aria-orientation": "vertical", tabindex: "0",
      "aria-valuemin": String(MIN_COLUMNS), "aria-valuemax": String(COLUMNS), title: "Drag to change the width" })
    const cell = element("div", { class: "cell" }, edge)
    cell.dataset.key = key
    cell.addEventListener("symphony:card", event => acts[event.detail.kind]?.(key, event.detail))
    cell.addEventListener("symphony:menu", event => event.detail.items.push(...menuItems(key)))
    cell.addEventListener("pointerdown", event => {
      const path = event.composedPath()
      const header = path.findIndex(node => node.dataset?.grip !== undefined)
      const isFull = path.some(node => node.classList?.contains("full"))
      const onButton = path.slice(0, header).some(node => node.matches?.("button:not(.grip), input, select, a"))
      if (event.button !== 0 || header < 0 || onButton || isFull) return
      letGo = follow(event, lift(cell))
    })
    edge.addEventListener("pointerdown", event => { if (event.button === 0) letGo = follow(event, pull(cell, edge)) })
    edge.addEventListener("keydown", event => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -COLUMNS, End: COLUMNS }[event.key]
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      event.stopPropagation()
      widen(key, viewOf(key).width + by)
    })
    return cell
  }
  // Pull the right edge: the card snaps to columns, and not over the page's own edge.
  function pull(cell, edge) {
    const box = cards.getBoundingClientRect(), { paddingLeft, columnGap } = getComputedStyle(cards)
    const gap = parseFloat(columnGap), left = cell.getBoundingClientRect().left
    const column = (cards.clientWidth - 2 * parseFloat(paddingLeft) + gap) / COLUMNS
    const first = Math.round((left - box.left - parseFloat(paddingLeft)) / column)
    let width = null
    return {
      start: () => { edge.classList.add("held") },
      move: event => {
        width = Math.min(Math.max(Math.round((event.clientX - left + gap) / column), MIN_COLUMNS), COLUMNS - first)
        cell.style.setProperty("--span", String(width))
      },
      end: isDone => {
        edge.classList.remove("held")
        const now = viewOf(cell.dataset.key)?.width
        cell.style.setProperty("--span", String(now ?? COLUMNS))
        if (!isDone || width === null || now === undefined || width === now) return
        cell.style.setProperty("--span", String(width))
        widen(cell.dataset.key, width)
      },
    }
  }
  // Lift a card by its header; where the marker stands, or on which tab, it is put down.
  function lift(cell) {
    let target = null
    const tabAt = event => [...tab.tabs.children].find(one => holds(one.getBoundingClientRect(), event))
    return {
      start: () => { cell.classList.add("lifted"); cards.classList.add("moving") },
      move: event => {
        const over = tabAt(event)
        for (const one of tab.tabs.children) one.classList.toggle("target", one === over)
        target = over ? { page: over.dataset.key, before: "" } : placeAt(cell, event)
      },
      end: isDone => {
        cell.classList.remove("lifted")
        cards.classList.remove("moving")
        for (const one of tab.tabs.children) one.classList.remove("target")
        marker.hidden = true
        if (isDone && target && target.before !== cell.dataset.key) send({ kind: "move", key: cell.dataset.key, ...target })
      },
    }
  }
  const holds = (box, event) => event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom
  function placeAt(cell, event) {
    const distance = box => Math.hypot(Math.max(box.left - event.clientX, 0, event.clientX - box.right), Math.max(box.top - event.clientY, 0, event.clientY - box.bottom))
    const all = cells()
    const near = all.map(one => ({ one, box: one.getBoundingClientRect() })).sort((a, b) => distance(a.box) - distance(b.box))[0]
    const isAcross = !isNarrow()
    const isAfter = isAcross ? event.clientX > (near.box.left + near.box.right) / 2 : event.clientY > (near.box.top + near.box.bottom) / 2
    mark(near.box, isAcross, isAfter)
    const at = all.indexOf(near.one) + (isAfter ? 1 : 0)
    const next = all[at] === cell ? all[at + 1] : all[at]
    return { page: pageKey(), before: next?.dataset.key ?? "" }
  }
  function mark(box, isAcross, isAfter) {
    const outer = cards.getBoundingClientRect()
    const half = parseFloat(getComputedStyle(cards).columnGap) / 2 + MARKER_PX / 2
    const at = isAcross ? (isAfter ? box.right + half - MARKER_PX : box.left - half) : (isAfter ? box.bottom + half - MARKER_PX : box.top - half)
    const set = (name, value) => { marker.style[name] = `${value}px` }
    set("left", (isAcross ? at : box.left) - outer.left)
    set("top", (isAcross ? box.top : at) - outer.top)
    set("width", isAcross ? MARKER_PX : box.width)
    set("height", isAcross ? box.height : MARKER_PX)
    marker.hidden = false
  }

  function drawWidths() {
    for (const cell of cells()) {
      const view = viewOf(cell.dataset.key)
      if (!view) continue
      cell.style.setProperty("--span", String(view.width))
      const edge = cell.querySelector(".edge")
      edge.setAttribute("aria-label", `Width of ${view.title}`)
      edge.setAttribute("aria-valuenow", String(view.width))
      edge.setAttribute("aria-valuetext", `${view.width} of ${COLUMNS} columns`)
    }
  }
  function drawData() {
    tab.draw()
    drawWidths()
    emptyText.textContent = model.data.empty
    empty.hidden = !model.data.empty
    emptyAdd.hidden = !model.data.menu.length
    emptyPage.hidden = model.data.pages.length > 0
    cards.hidden = Boolean(model.data.empty)
  }
  // Cells are kept by the key of their view and only moved where the order differs, so that focus and scrolling stay.
  function drawCards() {
    letGo?.()
    letGo = null
    const focused = innermost()
    const inners = model.get_child("cards").filter(Boolean)
    const wanted = placed().slice(0, inners.length).map((view, index) => {
      const cell = cells().find(one => one.dataset.key === view.key) ?? makeCell(view.key)
      if (inners[index].parentElement !== cell) {
        cell.querySelectorAll(":scope > :not(.edge)").forEach(old => old.remove())
        cell.prepend(inners[index])
      }
      return cell
    })
    for (const cell of cells()) if (!wanted.includes(cell)) cell.remove()
    wanted.forEach((cell, index) => {
      const there = cells()[index]
      if (there === cell) return
      if (cell.isConnected && cards.moveBefore) cards.moveBefore(cell, there ?? marker)
      else cards.insertBefore(cell, there ?? marker)
    })
    drawWidths()
    if (focused?.isConnected && innermost() !== focused) focused.focus({ preventScroll: true })
    const added = awaited && placed().find(view => !awaited.has(view.key))
    if (!added || wanted.length < placed().length) return
    awaited = null
    wanted.find(cell => cell.dataset.key === added.key).scrollIntoView({ block: "nearest" })
  }
  cards.append(marker)
  drawData()
  drawCards()
  model.on("data", drawData)
  model.on("cards", drawCards)
  model.on("remove", () => letGo?.())
  return piece(STYLE, tab.line, cards, empty, spoken)
}

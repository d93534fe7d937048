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
// A press that moves less than this is a click.
const DRAG_PX = 5
const WIDTHS = [[4, "a third"], [6, "half"], [8, "two thirds"], [12, "full"]]

function innermost() {
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  return active
}

// Follow the pointer from a press on; `end(isDone)` comes once, also when Escape or the page takes it away.
function follow(event, { start, move, end }) {
  let hasStarted = false
  const { clientX, clientY, pointerId } = event
  const moves = moved => {
    if (moved.pointerId !== pointerId) return
    if (!hasStarted && Math.hypot(moved.clientX - clientX, moved.clientY - clientY) < DRAG_PX) return
    if (!hasStarted) { hasStarted = true; start?.() }
    move(moved)
  }
  const stop = isDone => {
    for (const [kind, listen] of kinds) document.removeEventListener(kind, listen, true)
    if (hasStarted) end(isDone)
  }
  const keys = pressed => {
    if (pressed.key !== "Escape") return
    pressed.preventDefault()
    pressed.stopPropagation()
    stop(false)
  }
  const noClick = clicked => { clicked.preventDefault(); clicked.stopPropagation() }
  const release = released => {
    if (released.pointerId !== pointerId) return
    if (hasStarted) { // the press was no click
      document.addEventListener("click", noClick, { capture: true, once: true })
      setTimeout(() => document.removeEventListener("click", noClick, true))
    }
    stop(true)
  }
  const kinds = [["pointermove", moves], ["pointerup", release], ["pointercancel", () => stop(false)], ["keydown", keys],
    ["selectstart", selected => selected.preventDefault()]]
  for (const [kind, listen] of kinds) document.addEventListener(kind, listen, true)
  return () => stop(false)
}

// --- tabs ----------------------------------------------------------------------------

function tabLine(model, cards, add) {
  const send = message => model.send_msg(message)
  const tabs = element("div", { role: "tablist", "aria-label": "Pages" })
  const input = element("input", { class: "rename", "aria-label": "Title of the page", maxlength: "80", hidden: "" })
  const dots = button("⋯", "Act on this page", () => {}, { class: "plain" })
  const addPage = button("+", "Add a page", event => { if (event.detail < 2) send({ kind: "add_page" }) }, { class: "plain" })
  const views = button("+ view", "Add a view to this page", () => {}, { class: "push" })
  const pageMenu = menuOf(model, dots, "This page", pageItems)
  const viewMenu = menuOf(model, views, "Add a view", () => model.data.menu.map(view => ({
    text: view.title, note: view.summary, reason: view.missing, act: () => add(view.name) })))
  const line = element("div", { class: "line" }, tabs, dots, addPage, views, input, pageMenu.menu, viewMenu.menu)
  let renaming = null, letGo = null

  const active = () => model.data.pages[model.data.active]
  function pageItems() {
    const { key } = active(), at = model.data.active, last = model.data.pages.length - 1
    const move = (text, to) => ({ text, act: () => send({ kind: "move_page", key, to }) })
    return [
      { text: "Rename", note: "F2 or a double click on the tab", act: () => rename(key) },
      ...(at > 0 ? [move("Move left", at - 1)] : []),
      ...(at < last ? [move("Move right", at + 1)] : []),
      "", { text: "Remove page", act: () => send({ kind: "remove_page", key }) }]
  }
  function rename(key) {
    const tab = tabOf(key)
    if (!tab) return
    renaming = key
    input.hidden = false
    input.value = tab.textContent
    input.style.left = `${tab.getBoundingClientRect().left - line.getBoundingClientRect().left}px`
    input.focus()
    input.select()
  }
  function renamed(isWanted) {
    if (renaming === null) return
    const key = renaming, title = input.value.trim()
    renaming = null
    const hadFocus = input.getRootNode().activeElement === input
    input.hidden = true
    if (hadFocus) tabOf(key)?.focus()
    if (isWanted && title && title !== tabOf(key)?.textContent) send({ kind: "rename_page", key, title })
  }
  input.addEventListener("blur", () => renamed(true))
  input.addEventListener("keydown", event => {
    event.stopPropagation()
    if (event.key === "Enter") renamed(true)
    if (event.key === "Escape") renamed(false)
  })

  const tabOf = key => [...tabs.children].find(tab => tab.dataset.key === key)
  const indexOf = tab => [...tabs.children].indexOf(tab)
  function makeTab() {
    const tab = element("button", { type: "button", role: "tab", "aria-controls": "cards" })
    tab.addEventListener("click", () => send({ kind: "page", index: indexOf(tab) }))
    tab.addEventListener("dblclick", () => rename(tab.dataset.key))
    tab.addEventListener("pointerdown", event => { if (event.button === 0) letGo = follow(event, slide(tab)) })
    return tab
  }
  // Where a tab is let go among the others is its new place.
  function slide(tab) {
    const key = tab.dataset.key
    let to = null
    return {
      start: () => line.classList.add("moving"),
      move: event => {
        const others = [...tabs.children].filter(other => other.dataset.key !== key)
        to = others.filter(other => middle(other.getBoundingClientRect()) < event.clientX).length
        tab.style.transform = `translateX(${event.clientX - middle(tab.parentElement.getBoundingClientRect()) - offset(tab)}px)`
      },
      end: isDone => {
        line.classList.remove("moving")
        tab.style.transform = ""
        if (isDone && to !== null && tab.dataset.key === key && to !== indexOf(tab)) send({ kind: "move_page", key, to })
      },
    }
  }
  const middle = box => (box.left + box.right) / 2
  const offset = tab => tab.offsetLeft + tab.offsetWidth / 2 - tabs.offsetLeft - tabs.offsetWidth / 2

  tabs.addEventListener("keydown", event => {
    const all = [...tabs.children]
    const at = all.indexOf(tabs.getRootNode().activeElement)
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return
    if (step && event.shiftKey) send({ kind: "move_page", key: all[at].dataset.key, to: at + step })
    else if (step) {
      const next = all[(at + step + all.length) % all.length]
      next.focus()
      next.click()
    } else if (event.key === "F2") rename(all[at].dataset.key)
    else if (event.key === "Delete") send({ kind: "remove_page", key: all[at].dataset.key })
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  function draw() {
    const { pages } = model.data
    const focused = tabs.getRootNode().activeElement
    const hadFocus = tabs.contains(focused) ? focused.dataset.key : null
    sync(tabs, pages, makeTab, (tab, page, index) => {
      const isActive = index === model.data.active
      setText(tab, page.title)
      tab.title = page.title
      tab.dataset.key = page.key
      tab.setAttribute("aria-selected", String(isActive))
      tab.tabIndex = isActive ? 0 : -1
    })
    if (hadFocus !== null) (tabOf(hadFocus) ?? tabOf(active()?.key))?.focus()
    if (renaming !== null && !tabOf(renaming)) renamed(false)
    letGo?.()
    letGo = null
    dots.hidden = !pages.length
    cards.setAttribute("aria-label", active()?.title ?? "Page")
  }
  return { line, tabs, draw, openViews: viewMenu.open }
}

// --- cards ---------------------------------------------------------------------------

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

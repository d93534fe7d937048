// The row of tabs: turn, rename, reorder, add and remove pages, and the menu that adds views.

// A press that moves less than this is a click.
const DRAG_PX = 5

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

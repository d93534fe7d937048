// A menu that opens from a button, in the browser's top layer: no card cuts it off and nothing lies over it.

const MENU_STYLE = `
.menu { position: fixed; inset: auto; margin: 0; padding: 4px; min-width: 160px; max-width: min(420px, 92vw); overflow: auto;
  border: 1px solid var(--sy-line); border-radius: 6px; background: var(--sy-paper); color: var(--sy-ink); }
.menu [role=menuitem] { display: block; width: 100%; border: 0; padding: 4px 8px; text-align: left; }
.menu [role=menuitem][aria-disabled=true] { cursor: default; }
.menu [role=menuitem][aria-disabled=true] .text { color: var(--sy-muted); }
.menu .note, .menu .reason { display: block; font-size: 12px; white-space: normal; }
.menu .note { color: var(--sy-muted); }
.menu .reason { color: var(--sy-bad); }
.menu hr { border: 0; border-top: 1px solid var(--sy-line); margin: 4px 0; }
`
const MENU_GAP_PX = 4

// Give the menu of a button; it must be put beside it. `items()` is asked at each opening for
// { text, act, note, reason, isOn }, where a reason says why it cannot be chosen, or "" for a line between.
function menuOf(model, opener, name, items) {
  const menu = element("div", { class: "menu", role: "menu", popover: "manual", "aria-label": name })
  opener.setAttribute("aria-haspopup", "menu")
  opener.setAttribute("aria-expanded", "false")
  const isOpen = () => opener.getAttribute("aria-expanded") === "true"

  function close(returnsFocus) {
    if (!isOpen()) return
    opener.setAttribute("aria-expanded", "false")
    menu.hidePopover()
    if (returnsFocus) opener.focus()
  }
  function entry(item) {
    if (!item) return element("hr", { role: "separator" })
    const made = element("button", { type: "button", role: "menuitem", tabindex: "-1" }, element("span", { class: "text" }, item.text))
    if (item.isOn) made.append(element("span", { "aria-label": ", as it is now" }, " ✓"))
    if (item.note) made.append(element("span", { class: "note" }, item.note))
    if (item.reason) {
      made.setAttribute("aria-disabled", "true")
      made.append(element("span", { class: "reason" }, item.reason))
    }
    made.addEventListener("click", () => {
      if (item.reason) return
      close(true)
      item.act()
    })
    return made
  }
  function open() {
    menu.replaceChildren(...items().map(entry))
    opener.setAttribute("aria-expanded", "true")
    menu.showPopover()
    place()
    menu.querySelector("[role=menuitem]")?.focus()
  }
  function place() {
    const at = opener.getBoundingClientRect()
    const below = innerHeight - at.bottom - 2 * MENU_GAP_PX, above = at.top - 2 * MENU_GAP_PX
    const height = Math.min(menu.scrollHeight + 2, Math.max(below, above))
    const isBelow = height <= below || below >= above
    menu.style.maxHeight = `${Math.max(below, above)}px`
    menu.style.left = `${Math.max(MENU_GAP_PX, Math.min(at.left, innerWidth - menu.offsetWidth - 2 * MENU_GAP_PX))}px`
    menu.style.top = `${isBelow ? at.bottom + MENU_GAP_PX : at.top - MENU_GAP_PX - height}px`
  }
  opener.addEventListener("click", () => isOpen() ? close(true) : open())
  menu.addEventListener("keydown", event => {
    const all = [...menu.querySelectorAll("[role=menuitem]")]
    const at = all.indexOf(menu.getRootNode().activeElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
    event.stopPropagation()
    if (to !== undefined) all.at(to % all.length).focus()
    else if (event.key === "Escape") close(true)
    else if (event.key === "Tab") close(true)
    else return
    if (event.key !== "Tab") event.preventDefault()
  })
  onDocument(model, "pointerdown", event => {
    const path = event.composedPath()
    if (!path.includes(menu) && !path.includes(opener)) close(false)
  })
  onDocument(model, "wheel", event => { if (!event.composedPath().includes(menu)) close(false) })
  return { menu, open, close }
}

// Pages of views: a row of tabs, and the cards of the page on show in twelve columns.

const STYLE = `
:host { display: block; width: 100%; container-type: inline-size; }
[role=tablist] { display: flex; gap: 4px; border-bottom: 1px solid var(--sy-line); padding: 0 16px; overflow-x: auto; }
[role=tab] { border: 0; border-bottom: 2px solid transparent; border-radius: 0; padding: 8px 12px; white-space: nowrap; }
[role=tab][aria-selected=true] { border-bottom-color: var(--sy-fill); font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 16px; padding: 16px; align-items: start; }
.cards > div { grid-column: span var(--span); min-width: 0; }
@container (max-width: 720px) { .cards { padding: 8px; gap: 8px } .cards > div { grid-column: 1 / -1 } }
`

export function render({ model }) {
  const tabs = element("div", { role: "tablist", "aria-label": "Pages" })
  const cards = element("div", { class: "cards", role: "tabpanel", id: "cards" })
  const empty = element("div", { class: "empty" })

  function drawTabs() {
    const { pages, active } = model.data
    tabs.hidden = pages.length < 2
    tabs.replaceChildren(...pages.map((title, index) => {
      const isActive = index === active
      const tab = element("button", { type: "button", role: "tab", "aria-selected": String(isActive), "aria-controls": "cards", tabindex: isActive ? "0" : "-1" }, title)
      tab.addEventListener("click", () => model.send_msg({ kind: "page", index }))
      return tab
    }))
    cards.setAttribute("aria-label", pages[active] ?? "Page")
    empty.textContent = model.data.empty
    empty.hidden = !model.data.empty
  }
  tabs.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    event.stopPropagation()
    const all = [...tabs.children]
    const next = all[(all.indexOf(tabs.getRootNode().activeElement) + step + all.length) % all.length]
    next.focus()
    next.click()
  })

  function drawCards() {
    const widths = model.data.widths
    cards.replaceChildren(...model.get_child("cards").map((card, index) => {
      const cell = element("div", {}, card)
      cell.style.setProperty("--span", String(widths[index] ?? 12))
      return cell
    }))
  }
  drawTabs()
  drawCards()
  model.on("data", drawTabs)
  model.on("cards", drawCards)
  return piece(STYLE, tabs, cards, empty)
}

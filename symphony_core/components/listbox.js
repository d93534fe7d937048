// A text box with a list of options below it, and questions to Python whose answers come back by number.

const LIST_STYLE = `
.drop { position: relative; }
.drop > input { width: 100%; }
.options { position: absolute; z-index: 30; left: 0; right: 0; top: 100%; margin: 2px 0 0; padding: 4px 0; list-style: none;
  max-height: 264px; overflow-y: auto; background: var(--sy-paper); border: 1px solid var(--sy-line); border-radius: 4px;
  box-shadow: 0 4px 12px rgb(0 0 0 / .18); }
.options li { display: flex; gap: 8px; padding: 3px 8px; cursor: pointer; font-size: 12px; }
.options li > :first-child { flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  font-family: var(--sy-mono); }
.options li > :last-child { flex: 0 1 auto; max-width: 60%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.options li:hover { background: var(--sy-wash); }
.options li[aria-selected=true] { background: color-mix(in srgb, var(--sy-fill) 22%, var(--sy-paper)); }
`
const MAX_OPTIONS = 200

// Ask Python; `then` is called with the answer to this question unless a newer one of its kind was asked.
function asker(model) {
  const waiting = new Map()
  let number = 0
  model.on("answer", () => {
    const answer = model.answer
    for (const [kind, question] of waiting) {
      if (question.number !== answer.number) continue
      waiting.delete(kind)
      question.then(answer)
    }
  })
  return (kind, message, then) => {
    number += 1
    waiting.set(kind, { number, then })
    model.send_msg({ ...message, number })
  }
}

let listCount = 0

// Turn an input into a combobox. `take(item)` gets what is chosen; an item is { text, hint }.
// `isFirstTaken()` says whether Tab takes the first item when none is active.
function optionsOf(input, name, take, isFirstTaken = () => false) {
  const id = `options-${++listCount}`
  const list = element("ul", { class: "options", role: "listbox", id, "aria-label": name, hidden: "" })
  let items = []
  let active = -1
  for (const [key, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": id, autocomplete: "off", spellcheck: "false" })) input.setAttribute(key, value)

  function show(found) {
    items = found.slice(0, MAX_OPTIONS)
    put(list, items.map((item, index) => {
      const option = element("li", { role: "option", id: `${id}-${index}`, "aria-selected": "false", title: item.title ?? item.text },
        element("span", {}, item.text), element("span", { class: "muted" }, item.hint ?? ""))
      option.addEventListener("pointerdown", event => { event.preventDefault(); choose(index) })
      return option
    }))
    list.hidden = !items.length
    input.setAttribute("aria-expanded", String(!list.hidden))
    activate(-1)
  }
  function hide() { show([]) }
  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false")
    active = index
    const option = list.children[active]
    if (!option) { input.removeAttribute("aria-activedescendant"); return }
    option.setAttribute("aria-selected", "true")
    input.setAttribute("aria-activedescendant", option.id)
    option.scrollIntoView({ block: "nearest" })
  }
  function choose(index) {
    const item = items[index]
    hide()
    take(item)
  }
  // Do what the key asks of the list; true when it did.
  function key(event) {
    if (list.hidden) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) activate((active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length)
    else if (event.key === "Escape") hide()
    else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && active >= 0) choose(active)
    else if (event.key === "Tab" && !event.shiftKey && isFirstTaken()) choose(0)
    else return false
    event.preventDefault()
    return true
  }
  input.addEventListener("blur", hide)
  return { list, show, hide, key, isOpen: () => !list.hidden }
}

// One of many names, found by typing. `items()` gives [value, hint] pairs; `take(value)` gets the chosen one.
function picker(name, items, take) {
  const input = element("input", { type: "text", "aria-label": name, placeholder: name })
  let chosen = ""
  const options = optionsOf(input, name, item => { show(item.text); take(item.text) })
  function show(value) { chosen = value; input.value = value; input.title = value }
  function look(typed) {
    const needle = typed.toLowerCase()
    const found = items().filter(([value]) => value.toLowerCase().includes(needle))
    found.sort((a, b) => b[0].toLowerCase().startsWith(needle) - a[0].toLowerCase().startsWith(needle))
    options.show(found.map(([text, hint]) => ({ text, hint })))
  }
  input.addEventListener("input", () => look(input.value))
  input.addEventListener("click", () => { input.select(); look("") })
  input.addEventListener("blur", () => { input.value = chosen })
  input.addEventListener("keydown", event => {
    event.stopPropagation()
    if (options.key(event)) return
    if (event.key === "ArrowDown") { event.preventDefault(); look(input.value === chosen ? "" : input.value) }
    if (event.key === "Enter") {
      event.preventDefault()
      const exact = items().find(([value]) => value === input.value)
      if (exact && exact[0] !== chosen) { show(exact[0]); take(exact[0]) }
    }
  })
  return { part: element("div", { class: "drop" }, input, options.list), input, show, options }
}

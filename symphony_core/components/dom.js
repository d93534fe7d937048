// What every piece is drawn with; `widgets.script` puts it before the piece's own script.

// Bokeh 3.9 takes models that come with a message of the server's for its own new ones: the first message back would
// carry them whole, which fails for pieces that listen (functions cannot be sent), and a gesture would be lost.
// The server numbers its models (p1024); those of the page have random names.
(function knowWhatTheServerSent() {
  const known = globalThis.Bokeh?.documents?.[0]?.constructor?.prototype
  if (!known || known.symphony_mended) return
  known.symphony_mended = true
  const create = known.create_json_patch
  known.create_json_patch = function (...args) {
    for (const model of [...this._new_models]) if (/^p\d+$/.test(model.id)) this._new_models.delete(model)
    return create.apply(this, args)
  }
})()

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

// A button; `name` is what a screen reader says and the tooltip, where the text alone does not tell.
function button(text, name, act, attributes = {}) {
  const made = element("button", { type: "button", ...(name ? { "aria-label": name, title: name } : {}), ...attributes }, text)
  made.addEventListener("click", act)
  return made
}

function put(parent, children) { parent.replaceChildren(...children) }

function setText(node, text) { if (node.textContent !== text) node.textContent = text }

// Set as many children as there are items, reusing those that are there, so that focus and hover stay.
function sync(parent, items, make, update) {
  while (parent.children.length > items.length) parent.lastElementChild.remove()
  while (parent.children.length < items.length) parent.append(make(parent.children.length))
  items.forEach((item, index) => update(parent.children[index], item, index))
}

// Rebuild a list; the keyboard keeps its place in it.
function fill(list, items) {
  const focused = list.getRootNode().activeElement
  const at = focused && list.contains(focused) ? [...list.querySelectorAll("button")].indexOf(focused) : -1
  list.replaceChildren(...items)
  if (at >= 0) {
    const buttons = [...list.querySelectorAll("button")]
    buttons[Math.min(at, buttons.length - 1)]?.focus()
  }
}

// Shift adds to what is there, alt takes from it, a plain gesture replaces it.
function modeOf(event) { return event.altKey ? "exclude" : event.shiftKey ? "add" : "replace" }

function isTyping(event) {
  const typed = event.composedPath()[0]
  return /^(INPUT|TEXTAREA|SELECT)$/.test(typed.tagName) || Boolean(typed.isContentEditable)
}

// Listen to the document for as long as the piece is on the page; `isFirst` goes before all that listen below.
function onDocument(model, kind, listen, isFirst = false) {
  document.addEventListener(kind, listen, isFirst)
  model.on("remove", () => document.removeEventListener(kind, listen, isFirst))
}

// A key of the page: acts while nothing is being typed, and only where the page is ours (`has_keys`).
// `wanted(event)` says whether this key is meant.
function onPageKey(model, host, wanted, act) {
  onDocument(model, "keydown", event => {
    if (event.defaultPrevented || isTyping(event) || !host.isConnected || !model.data.has_keys || !wanted(event)) return
    event.preventDefault()
    act(event)
  })
}

function isPlainKey(event, key) {
  return event.key === key && !event.ctrlKey && !event.metaKey && !event.altKey
}

// Close an open <details> by Escape and by a click elsewhere.
function closesAway(model, details) {
  details.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !details.open) return
    event.stopPropagation()
    details.open = false
    details.firstElementChild.focus()
  })
  onDocument(model, "pointerdown", event => { if (!event.composedPath().includes(details)) details.open = false })
}

function piece(style, ...children) { return element("div", {}, element("style", {}, style), ...children) }

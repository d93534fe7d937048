// The card around a view. All words are set as text, never as markup.
// It knows nothing of pages: the deck around it hears "symphony:card" and adds to its menu by "symphony:menu".

const STYLE = MENU_STYLE + `
:host { display: block; container-type: inline-size; }
section { border: 1px solid var(--sy-line); border-radius: 6px; background: var(--sy-paper); color: var(--sy-ink);
  display: flex; flex-direction: column; min-width: 0; position: relative; }
section.full { position: fixed; inset: 0; margin: 0; padding: 0; width: 100vw; height: 100vh; max-width: none; max-height: none;
  border: 0; border-radius: 0; overflow: hidden; }
.full .grip, .full .close { display: none; }
.full .body { flex: 1; min-height: 0; overflow: auto; }
header { display: flex; align-items: center; gap: 4px; padding: 4px 4px 4px 12px; min-height: 36px;
  border-bottom: 1px solid var(--sy-line); }
section:not(.full) > header[data-grip] { padding-left: 2px; cursor: grab; }
h2 { font-size: 14px; font-weight: 600; margin: 0 4px 0 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; min-width: 3em; }
.count { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums; }
header button { flex: none; min-width: 26px; }
.grip { cursor: grab; touch-action: none; color: var(--sy-muted); min-width: 20px; padding: 0 2px; }
@container (max-width: 400px) { .fold { display: none } }
.help, .settings, .described, .said { padding: 8px 12px; border-bottom: 1px solid var(--sy-line); background: var(--sy-wash); }
.described p { margin: 0 0 8px; }
.described .table { max-height: 40vh; overflow: auto; background: var(--sy-paper); border: 1px solid var(--sy-line); }
.described table { border-collapse: collapse; font-size: 12px; }
.described th, .described td { padding: 2px 8px; border-bottom: 1px solid var(--sy-line); white-space: pre-wrap; max-width: 40em; overflow-wrap: anywhere; }
.described :is(th, td):not(.num) { text-align: left; }
.described th { font-family: var(--sy-mono); font-weight: 600; }
.described textarea { width: 100%; height: 8em; font: 12px var(--sy-mono); color: inherit; background: var(--sy-paper); border: 1px solid var(--sy-line); }
.described .row { margin-top: 8px; }
.problem { padding: 12px; color: var(--sy-bad); white-space: pre-wrap; overflow-wrap: anywhere; }
.body { padding: 12px; min-width: 0; }
.body.stale { opacity: .45; }
.bar { position: absolute; left: 0; right: 0; top: 35px; height: 2px; overflow: hidden; pointer-events: none; }
.bar::after { content: ""; display: block; width: 30%; height: 100%; background: var(--sy-fill);
  animation: slide 1.1s linear infinite; }
@keyframes slide { from { transform: translateX(-100%) } to { transform: translateX(430%) } }
@media (prefers-reduced-motion: reduce) { .bar::after { animation: none; width: 100% } }
`

function toggle(opener, panel, told) {
  opener.setAttribute("aria-expanded", "false")
  opener.addEventListener("click", () => {
    panel.hidden = !panel.hidden
    opener.setAttribute("aria-expanded", String(!panel.hidden))
    told?.(!panel.hidden)
  })
}

// What the card shows as a sentence and a table, to read and to copy.
function descriptionPart(model) {
  const sentence = element("p")
  const head = element("tr"), rows = element("tbody")
  const table = element("div", { class: "table", tabindex: "0", role: "region" },
    element("table", {}, element("thead", {}, head), rows))
  const note = element("span", { class: "muted", role: "status" })
  const text = element("textarea", { readonly: "", "aria-label": "The table as CSV", hidden: "" })
  const copy = button("Copy as CSV", "", async () => {
    try {
      await navigator.clipboard.writeText(model.description.csv)
      note.textContent = "Copied."
    } catch { // a page without https may not write to the clipboard
      text.hidden = false
      text.value = model.description.csv
      text.focus()
      text.select()
      note.textContent = "The browser does not let this page copy. Press Ctrl-C."
    }
  })
  const part = element("div", { class: "described", hidden: "" }, sentence, table, element("div", { class: "row" }, copy, note), text)
  const line = (tag, attributes, words) => words.map((word, index) =>
    element(tag, { ...attributes, ...(model.description.numeric[index] ? { class: "num" } : {}) }, word))
  function draw() {
    const { sentence: words, columns, rows: cells, note: rest } = model.description
    if (words === undefined) return
    setText(sentence, words)
    table.setAttribute("aria-label", `${model.title} as a table`)
    table.hidden = copy.hidden = !columns.length
    text.hidden = true
    setText(note, rest)
    head.replaceChildren(...line("th", { scope: "col" }, columns))
    rows.replaceChildren(...cells.map(row => element("tr", {}, ...line("td", {}, row))))
  }
  return { part, draw }
}

// Let what lies in the body take its height: plots of Bokeh have one of their own, piece by piece down to the figure.
function stretch(node, isFull) {
  for (let inner = node; inner; inner = inner.shadowRoot ? [...inner.shadowRoot.children].find(one => one.shadowRoot) : null) {
    if (!inner.matches("[class*=bk-]") || !holdsPlot(inner)) return
    if (isFull) inner.style.setProperty("height", "100%", "important")
    else inner.style.removeProperty("height")
  }
}

function holdsPlot(node) {
  return node.matches(".bk-Figure") || [...node.shadowRoot?.children ?? []].some(holdsPlot)
}

function fullSize(model, section, place, opener, body) {
  let isFull = false
  function set(wanted) {
    if (wanted === isFull) return
    isFull = wanted
    if (isFull) {
      place.style.minHeight = `${section.offsetHeight}px`
      section.popover = "manual"
      section.showPopover()
    } else {
      section.hidePopover()
      section.removeAttribute("popover")
      place.style.minHeight = ""
    }
    section.classList.toggle("full", isFull)
    opener.setAttribute("aria-pressed", String(isFull))
    opener.textContent = isFull ? "⤡" : "⤢"
    const inner = body.firstElementChild
    if (inner) stretch(inner, isFull)
    window.dispatchEvent(new Event("resize"))
  }
  const leave = event => {
    event.preventDefault()
    event.stopPropagation()
    set(false)
    opener.focus()
  }
  section.addEventListener("keydown", event => { if (isFull && event.key === "Escape" && !event.defaultPrevented) leave(event) })
  // The rest of the page is covered: neither its keys nor its focus are meant.
  const isElsewhere = event => isFull && section.isConnected && !event.composedPath().includes(section)
  onDocument(model, "keydown", event => { if (isElsewhere(event) && event.key === "Escape") leave(event) }, true)
  onDocument(model, "focusin", event => {
    const isAbove = event.composedPath().some(node => node.matches?.("dialog, [popover], [role=presentation], [role=dialog]"))
    if (isElsewhere(event) && !isAbove) opener.focus()
  })
  return () => set(!isFull)
}

export function render({ model }) {
  const title = element("h2")
  const count = element("span", { class: "count muted", "aria-live": "polite" })
  const help = element("div", { class: "help", hidden: "" })
  const settings = element("div", { class: "settings", hidden: "" })
  const said = element("div", { class: "said", role: "alert", hidden: "" })
  const problem = element("div", { class: "problem", role: "alert", hidden: "" })
  const sentence = element("p", { class: "hidden", id: "sentence" })
  const body = element("div", { class: "body", role: "group", "aria-describedby": "sentence" })
  const bar = element("div", { class: "bar", role: "progressbar", "aria-label": "Computing", hidden: "" })
  const description = descriptionPart(model)

  const tell = (kind, more = {}) => section.dispatchEvent(
    new CustomEvent("symphony:card", { bubbles: true, composed: true, detail: { kind, ...more } }))
  const icon = (text, act, attributes = {}) => button(text, "", act, { class: "plain fold", ...attributes })
  const grip = icon("⠿", () => more.open(), { class: "plain grip" })
  const helpButton = icon("?", () => {})
  const gear = icon("⚙", () => model.send_msg({ kind: "settings" }))
  const full = icon("⤢", () => toggleFull(), { "aria-pressed": "false" })
  const picture = icon("⬇", () => {})
  const dots = icon("⋯", () => {}, { class: "plain" })
  // The second click of a double one would meet the card that has moved here.
  const close = icon("✕", event => { if (event.detail < 2) tell("close") }, { class: "plain close" })
  const header = element("header", {}, grip, title, count, helpButton, gear, full, picture, dots, close)
  const section = element("section", {}, header, bar, help, settings, said, description.part, problem, sentence, body)
  const place = element("div", {}, section)
  const toggleFull = fullSize(model, section, place, full, body)

  const pictureActs = [["PNG", "Image (PNG)"], ["SVG", "Image (SVG)"]].map(([kind, text]) => ({ text, act: () => save(kind) }))
  async function save(kind) {
    said.hidden = true
    try {
      await savePicture(kind, body, section, model)
    } catch (error) {
      said.textContent = `The picture could not be made: ${error.message}`
      said.hidden = false
    }
  }
  function describe(isOpen) {
    description.part.hidden = !isOpen
    model.send_msg({ kind: "describe", is_open: isOpen })
  }
  function moreItems() {
    const isFolded = getComputedStyle(full).display === "none"
    const folded = isFolded ? [
      ...(helpButton.hidden ? [] : [{ text: "What is this?", act: () => helpButton.click() }]),
      ...(gear.hidden ? [] : [{ text: "Settings", act: () => gear.click() }]),
      { text: full.getAttribute("aria-pressed") === "true" ? "Leave full size" : "Full size", act: () => toggleFull() },
      ...pictureActs, "",
    ] : []
    const isOpen = !description.part.hidden
    const added = { items: [] }
    if (full.getAttribute("aria-pressed") !== "true") {
      section.dispatchEvent(new CustomEvent("symphony:menu", { bubbles: true, composed: true, detail: added }))
    }
    return [...folded, { text: isOpen ? "Close the description" : "Describe", note: "What is shown as a sentence and a table", act: () => describe(!isOpen) },
      ...(added.items.length ? ["", ...added.items] : [])]
  }
  const download = menuOf(model, picture, "Download", () => pictureActs)
  const more = menuOf(model, dots, "More", moreItems)
  section.append(download.menu, more.menu)
  toggle(helpButton, help)
  toggle(gear, settings)
  header.addEventListener("keydown", event => {
    if (event.composedPath()[0] !== grip) return
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
    if (!by) return
    event.preventDefault()
    event.stopPropagation()
    tell(event.shiftKey ? "widen" : "step", { by })
  })

  function name(node, words) {
    node.setAttribute("aria-label", `${words} ${model.title}`)
    node.title = words
  }
  function words() {
    title.textContent = model.title
    title.title = model.title
    count.textContent = count.title = model.count
    help.textContent = model.help
    sentence.textContent = model.sentence
    body.setAttribute("aria-label", `Content of ${model.title}`)
    helpButton.hidden = !model.help
    name(helpButton, "About")
    name(gear, "Settings of")
    name(full, "Full size of")
    name(picture, "Download picture of")
    name(dots, "Menu of")
    name(close, "Close")
    name(grip, "Move")
    helpButton.title = "What is this?"
    gear.title = "Settings"
    full.title = "Full size (Esc returns)"
    picture.title = "Download as an image"
    dots.title = "More"
    grip.title = "Drag to move; arrow keys move, with Shift they change the width"
    problem.textContent = model.problem
    problem.hidden = !model.problem
    body.classList.toggle("stale", Boolean(model.problem))
    section.setAttribute("aria-label", model.title)
    section.setAttribute("aria-busy", String(model.is_busy))
    bar.hidden = !model.is_busy
    gear.hidden = !model.has_settings
    grip.hidden = close.hidden = !model.is_placed
    header.toggleAttribute("data-grip", model.is_placed)
    section.toggleAttribute("data-card", true)
  }

  function children() {
    const inner = model.get_child("body")
    body.replaceChildren(...(inner ? [inner] : []))
    const controls = model.get_child("settings")
    settings.replaceChildren(...(controls ? [controls] : []))
  }

  words()
  children()
  description.draw()
  description.part.hidden = model.description.sentence === undefined // it stays open while another page is on show
  model.on(["title", "count", "help", "sentence", "problem", "is_busy", "has_settings", "is_placed"], words)
  model.on("description", description.draw)
  model.on(["body", "settings"], children)
  return piece(STYLE, place)
}

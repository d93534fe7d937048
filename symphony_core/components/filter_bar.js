// The filter: its text with suggestions, its conditions one by one, why it was refused, and how many rows are under it.

const STYLE = LIST_STYLE + BUILDER_STYLE + `
:host { display: block; }
.drop > input { font-family: var(--sy-mono); font-size: 12px; min-height: 30px; }
.drop > input[aria-invalid=true] { border-color: var(--sy-bad); }
.counts { margin: 6px 0 0; display: flex; gap: 8px; min-height: 18px; font-variant-numeric: tabular-nums; }
.error { background: none; border: 0; padding: 0; }
.place { margin: 4px 0 0; font-family: var(--sy-mono); font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.place mark { background: none; color: var(--sy-bad); text-decoration: underline wavy; text-underline-offset: 3px; }
.fixes { margin: 4px 0 0; display: flex; flex-wrap: wrap; gap: 4px; align-items: center; font-size: 12px; }
.fixes button { font-family: var(--sy-mono); max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.conditions, .conditions ul { list-style: none; margin: 0; padding: 0; }
.conditions { margin-top: 6px; }
.conditions ul { padding-left: 10px; border-left: 2px solid var(--sy-line); margin-left: 6px; }
.line { display: flex; align-items: center; gap: 2px; min-width: 0; border-radius: 4px; min-height: 26px; }
.line:hover, .line:focus-within { background: var(--sy-wash); }
.line > input { flex: none; min-height: 0; margin: 0 4px 0 0; }
.line .words { flex: 1; min-width: 0; text-align: left; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px; }
.line button { border-color: transparent; padding: 0 4px; }
.line button[aria-pressed=true] { border-color: var(--sy-line); background: var(--sy-wash); font-weight: 600; }
.line.off .words { color: var(--sy-muted); text-decoration: line-through; }
.add { margin-top: 6px; }
`

// One condition: whether it counts, its words (a click changes it), its complement, and away with it.
function conditionLine(model, chip, index, edit) {
  const send = (kind, more = {}) => model.send_msg({ kind, place: chip.place, ...more })
  const isOff = !chip.place.length
  const line = element("div", { class: isOff ? "line off" : "line" })
  if (chip.place.length < 2) {
    const box = element("input", { type: "checkbox", "aria-label": `Apply: ${chip.words}`, title: isOff ? "Apply it again" : "Switch it off for now" })
    box.checked = !isOff
    box.addEventListener("change", () => isOff ? model.send_msg({ kind: "back", index }) : send("aside"))
    line.append(box)
  }
  if (isOff) {
    line.append(element("span", { class: "words", title: chip.title }, chip.words),
      button("×", `Remove ${chip.words}`, () => model.send_msg({ kind: "back", index, is_dropped: true })))
    return line
  }
  const words = chip.parts.length
    ? element("span", { class: "words muted", title: chip.title }, "any of")
    : button(chip.words, `Change ${chip.words}`, () => edit(chip.place), { class: "words" })
  words.title = chip.title
  const turn = button("not", `${chip.is_negated ? "Include" : "Exclude"} ${chip.words}`, () => send("negate"),
    { "aria-pressed": String(chip.is_negated) })
  turn.title = chip.is_negated ? "Keep the rows that this leaves out" : "Keep the rows that do not meet this"
  line.append(words, turn, button("×", `Remove ${chip.words}`, () => send("remove")))
  return line
}

function conditionItem(model, chip, index, edit) {
  const item = element("li", {}, conditionLine(model, chip, index, edit))
  if (chip.parts.length) item.append(element("ul", { "aria-label": "Any of these" }, ...chip.parts.map(part => conditionItem(model, part, 0, edit))))
  return item
}

// The text box: suggestions while typing, the filter at Enter and when it is left.
function textPart(model, ask, apply) {
  const input = element("input", { type: "text", id: "filter", autocapitalize: "off", "aria-describedby": "filter-error", "aria-label": "Filter expression" })
  let answer = { start: 0, end: 0 }
  const options = optionsOf(input, "Suggestions", take, () => answer.end > answer.start)
  let isWanted = false
  function look() {
    const caret = input.selectionStart
    isWanted = true
    ask("complete", { kind: "complete", text: input.value, caret }, found => {
      if (!isWanted || input.getRootNode().activeElement !== input || input.selectionStart !== caret) return
      answer = found
      options.show(found.suggestions.map(([kind, text, label, hint]) => ({ kind, insert: text, text: label, title: label, hint })))
    })
  }
  function take(item) {
    if (item.kind === "recent") { input.value = item.insert; apply(); return }
    const caret = answer.start + item.insert.length
    input.value = input.value.slice(0, answer.start) + item.insert + input.value.slice(answer.end)
    input.setSelectionRange(caret, caret)
    look()
  }
  // An answer that comes after the filter was applied must not cover the chips.
  function hide() { isWanted = false; options.hide() }
  input.addEventListener("input", look)
  input.addEventListener("blur", hide)
  return { input, options, look, hide }
}

export function render({ model }) {
  const ask = asker(model)
  let sent = null
  const apply = () => {
    text.hide()
    if (input.value === sent) return
    sent = input.value
    model.send_msg({ kind: "filter", text: input.value })
  }
  const text = textPart(model, ask, () => { sent = null; apply() })
  const input = text.input
  const error = element("p", { class: "error", id: "filter-error", role: "alert" })
  const place = element("p", { class: "place", "aria-hidden": "true" })
  const fixes = element("div", { class: "fixes" })
  const chips = element("ul", { class: "conditions", "aria-label": "Conditions" })
  const rest = element("p", { class: "muted" })
  const add = button("+ condition", "Add a condition", () => open(null), { class: "add" })
  const count = element("span", { class: "count", "aria-live": "polite" })
  const share = element("span", { class: "muted share" })
  const clear = button("clear", "Clear the filter", () => model.send_msg({ kind: "filter", text: "" }), { class: "push plain" })
  const builder = conditionBuilder(model, ask, at => { add.hidden = false; focusBack(at) })

  function open(at) {
    add.hidden = true
    const others = model.data.chips.length
    builder.open(at, at, at ? at.length > 1 || at[0] > 0 : others > 0)
  }
  function focusBack(at) {
    const words = at === null ? null : [...chips.querySelectorAll("button.words")].find(one => one.dataset.place === String(at))
    ;(words ?? add).focus()
  }
  input.addEventListener("change", apply)
  input.addEventListener("keydown", event => {
    event.stopPropagation()
    if (text.options.key(event)) return
    if (event.key === "Enter") { sent = null; apply() }
    if (event.key === "ArrowDown" || (event.key === " " && event.ctrlKey)) { event.preventDefault(); text.look() }
    if (event.key === "Escape") { input.value = model.data.text; sent = null; model.send_msg({ kind: "forget" }) }
  })

  let shown = null
  let marked = null
  function drawText(data) {
    input.placeholder = data.example
    const words = data.refused ?? data.text
    if (words !== shown) {
      // what was typed since stays: this answers what was applied before it
      if (shown === null || input.value === shown || input.value === sent) input.value = words
      shown = words
      sent = words
    }
    input.title = data.text
    input.setAttribute("aria-invalid", String(Boolean(data.error)))
    setText(error, data.error)
    error.hidden = !data.error
    drawMistake(data)
  }
  // Mark the wrong word where it was typed, once: whoever goes on typing is left alone.
  function drawMistake(data) {
    const mistake = data.mistake
    place.hidden = !mistake
    fixes.hidden = !data.fixes.length
    if (mistake) put(place, [mistake.before, element("mark", {}, mistake.wrong), mistake.after])
    put(fixes, ["did you mean ", ...data.fixes.map(([word, fixed]) =>
      button(word, `Write ${word} instead`, () => { input.focus(); model.send_msg({ kind: "filter", text: fixed }) }))])
    const key = mistake ? `${data.refused} ${mistake.start}` : null
    if (mistake && key !== marked && input.getRootNode().activeElement === input) {
      input.setSelectionRange(mistake.start, mistake.end)
      // a fixed-width face: the share of the letters is the share of the width
      input.scrollLeft = input.scrollWidth * mistake.start / Math.max(1, input.value.length) - input.clientWidth / 3
    }
    marked = key
  }
  function drawChips(data) {
    fill(chips, [...data.chips.map(chip => conditionItem(model, chip, 0, open)),
      ...data.aside.map((chip, index) => conditionItem(model, chip, index, open))])
    chips.hidden = !chips.children.length
    setText(rest, data.rest ? `… and ${data.rest} more conditions, in the text` : "")
    rest.hidden = !data.rest
  }
  let chipsShown = ""
  function draw() {
    const data = model.data
    drawText(data)
    const key = JSON.stringify([data.chips, data.aside])
    if (key !== chipsShown) { chipsShown = key; drawChips(data); if (builder.isOpen() && builder.place()) { builder.close(false); add.hidden = false } }
    setText(count, data.count)
    setText(share, data.share)
    clear.hidden = !data.text && data.refused == null
  }
  draw()
  model.on("data", draw)
  const host = element("div", {}, element("h2", { class: "part" }, "Filter", clear),
    element("div", { class: "drop" }, input, text.options.list), error, place, fixes, chips, rest, add, builder.part,
    element("p", { class: "counts" }, count, share))
  onPageKey(model, host, event => isPlainKey(event, "/"), () => { input.focus(); input.select() })
  return piece(STYLE, host)
}

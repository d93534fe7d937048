// A form for one condition: a column, a test in words, and its values. It writes what a person would type.

const BUILDER_STYLE = `
.builder { display: flex; flex-direction: column; gap: 6px; margin: 8px 0 0; padding: 8px; border: 1px solid var(--sy-line);
  border-radius: 6px; background: var(--sy-wash); }
.builder select, .builder input[type=text], .builder input[type=date], .builder input[type=datetime-local], .builder textarea {
  width: 100%; min-height: 28px; }
.builder textarea { font: inherit; color: inherit; background: var(--sy-paper); border: 1px solid var(--sy-line); border-radius: 4px;
  padding: 4px 6px; resize: vertical; }
.builder .values { display: flex; flex-direction: column; gap: 4px; }
.builder .ends { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; }
.builder .ends.tall { grid-template-columns: 1fr; }
.builder ul { list-style: none; margin: 0; padding: 2px; max-height: 186px; overflow-y: auto; background: var(--sy-paper);
  border: 1px solid var(--sy-line); border-radius: 4px; }
.builder label { display: flex; align-items: center; gap: 6px; min-height: 24px; padding: 0 4px; min-width: 0; }
.builder label span { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.builder label .num { flex: none; }
.builder label input { min-height: 0; margin: 0; }
.builder .hint { font-size: 12px; }
.builder .acts { display: flex; gap: 8px; align-items: center; }
.builder .acts .hint { flex: 1; min-width: 0; }
.builder button.main { background: var(--sy-fill); border-color: var(--sy-fill); color: #000; }
`
// Long enough that a number is typed to its end before the rows are counted.
const TRY_MS = 200
const DATE = /^\d{4}-\d{2}-\d{2}$/, MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?$/

// A measured number in as few digits as tell where it lies; whole numbers and times as they are.
function briefly(end) { return /^-?\d*\.\d{5,}$/.test(end) ? String(Number(Number(end).toPrecision(4))) : end }

// `ask(kind, message, then)` asks Python; `whenClosed()` is told when the form folds away.
function conditionBuilder(model, ask, whenClosed) {
  let place = null
  let form = null
  let data = {}
  let text = null
  let timer = 0
  const columns = () => model.columns.columns
  const kindOf = name => columns().find(([column]) => column === name)?.[1]
  const testsOf = name => model.columns.tests[kindOf(name)] ?? []
  const takesOf = () => testsOf(form.column).find(([test]) => test === form.test)?.[2]

  const title = element("strong")
  const column = picker("Column", () => columns().map(([name, , words]) => [name, words]), chooseColumn)
  const test = element("select", { "aria-label": "Test" })
  const values = element("div", { class: "values" })
  const join = element("select", { "aria-label": "Joined with the other conditions by" })
  const error = element("p", { class: "error", role: "alert", hidden: "" })
  const count = element("span", { class: "muted hint", "aria-live": "polite" })
  const apply = button("Add", "", save, { class: "main" })
  const cancel = button("Cancel", "", () => close(true))
  const part = element("div", { class: "builder", role: "group", "aria-label": "Condition builder", hidden: "" },
    title, column.part, test, values, join, error, element("div", { class: "acts" }, apply, cancel, count))
  test.addEventListener("change", () => { chooseTest(test.value) })
  join.addEventListener("change", tryOut)
  part.addEventListener("keydown", event => {
    event.stopPropagation()
    if (event.key === "Escape") close(true)
    if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.defaultPrevented) save()
  })

  function question() {
    const shown = text === null ? { form: { ...form, values: form.values } } : { text }
    return { kind: "ask", place: place ?? [], join: join.value, ...shown }
  }
  function tryOut() {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!part.hidden && (text !== null || form.column)) {
        ask("try", { ...question(), about: "try" }, answer => setText(count, answer.count ?? ""))
      }
    }, TRY_MS)
  }
  function save() {
    clearTimeout(timer)
    ask("set", { ...question(), about: "set" }, answer => answer.is_done ? close(true) : fail(answer.error))
  }
  function fail(words) { setText(error, words ?? ""); error.hidden = !words }

  // Open the form: empty, or with the condition at a place, which may have to be changed as text.
  function open(at, position, hasOthers) {
    place = at
    text = null
    form = { column: "", test: "", values: [] }
    data = {}
    fail("")
    setText(count, "")
    title.textContent = at ? "Change the condition" : "New condition"
    apply.textContent = at ? "Change" : "Add"
    put(join, [element("option", { value: "and" }, "and: both hold"),
      element("option", { value: "or" }, "or: this or the one before")])
    join.value = "and"
    join.hidden = !hasOthers
    part.hidden = false
    if (!at) { draw(); column.input.focus(); return }
    ask("open", { kind: "ask", about: "open", place: at }, answer => {
      if (answer.error) { fail(answer.error); return }
      join.value = answer.join
      text = answer.form ? null : answer.text
      if (answer.form) { form = answer.form; data = answer }
      draw()
      ;(text === null ? test : values.firstElementChild).focus()
    })
  }
  function close(isBack) {
    clearTimeout(timer)
    part.hidden = true
    if (isBack) whenClosed(place)
    place = null
  }
  function chooseColumn(name) {
    form = { column: name, test: testsOf(name)[0]?.[0] ?? "", values: [] }
    data = {}
    fail("")
    draw()
    lookUp("", () => { drawValues(); if (hasFocus()) test.focus() })
    tryOut()
  }
  // Whoever went elsewhere while an answer was on its way stays there.
  function hasFocus() { return part.contains(part.getRootNode().activeElement) }
  function lookUp(search, then) {
    ask("values", { kind: "ask", about: "values", column: form.column, search }, answer => {
      if (answer.error) { fail(answer.error); return }
      if (answer.column !== form.column) return
      data = answer
      then()
    })
  }
  function chooseTest(name) {
    const before = takesOf()
    form.test = name
    const after = takesOf()
    if (after === "none" || (before === "column") !== (after === "column")) form.values = []
    if (after === "value") form.values = form.values.slice(0, 1)
    fail("")
    drawValues()
    tryOut()
  }
  function draw() {
    const isText = text !== null
    column.part.hidden = isText
    test.hidden = isText || !form.column
    column.show(form.column)
    put(test, testsOf(form.column).filter(([name, , , isOffered]) => isOffered || name === form.test)
      .map(([name, words]) => element("option", { value: name }, words)))
    test.value = form.test
    drawValues()
    tryOut()
  }
  function drawValues() {
    if (text !== null) {
      const area = element("textarea", { rows: "4", "aria-label": "Condition as text", class: "mono", spellcheck: "false" })
      area.value = text
      area.addEventListener("input", () => { text = area.value; tryOut() })
      put(values, [area, element("span", { class: "muted hint" }, "The form has no fields for this condition; it is changed as text.")])
      return
    }
    const takes = takesOf()
    const hasList = data.value_count > 0
    if (!takes || takes === "none") put(values, [])
    else if (takes === "column") put(values, [otherColumn()])
    else if ((takes === "values" || takes === "value") && hasList) put(values, valueList(takes === "value"))
    else if (takes === "values") put(values, [manyLines()])
    else if (takes === "ends") put(values, ends())
    else put(values, [field("Value", 0), ...hints()])
  }
  function otherColumn() {
    const like = kind => ({ text: "category" })[kind] ?? kind
    const fits = ([name, kind]) => name !== form.column && like(kind) === like(kindOf(form.column))
    const other = picker("Other column", () => columns().filter(fits).map(([name, , words]) => [name, words]),
      name => { form.values = [name]; tryOut() })
    other.show(form.values[0] ?? "")
    return other.part
  }
  // A box for the value number `index`: a date picker for times it can hold, else text.
  function field(name, index) {
    const value = form.values[index] ?? ""
    const input = element("input", { "aria-label": name, spellcheck: "false", autocomplete: "off", ...fieldType(value) })
    input.value = input.type === "datetime-local" && DATE.test(value) ? `${value}T00:00` : value
    if (data.column_kind === "number" && data.ends?.length) input.placeholder = data.ends[index === 1 ? 1 : 0]
    input.addEventListener("input", () => {
      const all = takesOf() === "ends" ? [form.values[0] ?? "", form.values[1] ?? ""] : [""]
      all[index] = input.value
      form.values = all
      tryOut()
    })
    if (form.values.length <= index) form.values = [...form.values, ""]
    return input
  }
  function fieldType(value) {
    if (data.column_kind === "number") return { type: "text", inputmode: "decimal", class: "mono" }
    if (data.column_kind !== "time" || (value && !MOMENT.test(value))) return { type: "text" }
    const isDays = data.ends.every(end => DATE.test(end)) && (!value || DATE.test(value))
    return isDays ? { type: "date" } : { type: "datetime-local", step: "1" }
  }
  function ends() {
    const both = [field("From", 0), field("To", 1)]
    return [element("div", { class: data.column_kind === "time" ? "ends tall" : "ends" }, ...both), ...hints()]
  }
  function hints() {
    if (!data.ends?.length) return []
    return [element("span", { class: "muted hint" }, `${briefly(data.ends[0])} to ${briefly(data.ends[1])} in the data`)]
  }
  function manyLines() {
    const area = element("textarea", { rows: "3", "aria-label": "Values, one a line", placeholder: "one value a line", class: "mono" })
    area.value = form.values.join("\n")
    area.addEventListener("input", () => { form.values = area.value.split("\n").filter(line => line.trim()); tryOut() })
    return area
  }
  // The values by frequency, to tick or to choose one of; a search box where they are many.
  function valueList(isOne) {
    const list = element("ul", { "aria-label": "Values" })
    const search = element("input", { type: "text", "aria-label": "Search the values", placeholder: `search ${data.value_count.toLocaleString("en")} values` })
    const name = `value-${++listCount}`
    function fillList() {
      const found = data.values
      const chosen = search.value ? [] : form.values.filter(value => !found.some(([one]) => one === value))
      const rows = [...chosen.map(value => [value, value, ""]), ...found]
      put(list, rows.map(([value, words, rowCount]) => {
        const box = element("input", { type: isOne ? "radio" : "checkbox", name })
        box.checked = form.values.includes(value)
        box.addEventListener("change", () => {
          const others = isOne ? [] : form.values.filter(one => one !== value)
          form.values = box.checked ? [...others, value] : others
          tryOut()
        })
        const shown = words.trim() === words && words ? words : JSON.stringify(words)
        return element("li", {}, element("label", { title: words }, box, element("span", {}, shown),
          element("span", { class: "muted num" }, rowCount)))
      }))
    }
    search.addEventListener("input", () => lookUp(search.value, fillList))
    search.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault() })
    fillList()
    return data.value_count > 12 ? [search, list] : [list]
  }
  return { part, open, close, isOpen: () => !part.hidden, place: () => place }
}

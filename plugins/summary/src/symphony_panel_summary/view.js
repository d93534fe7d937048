// One card for each column, below the charts that somebody built (plots.js); bars.js has what both are drawn with.

// More values than these have no room for their names under a group's bars.
const MAX_NAMES = 8

class Card {
  constructor(send) {
    this.send = message => send({ ...message, column: this.data.name })
    this.title = element("button", { type: "button", "aria-expanded": "false" })
    this.role = element("span", { class: "badge" })
    this.note = element("span", { class: "badge" })
    this.missing = element("button", { type: "button" })
    this.clear = element("button", { class: "clear", type: "button" }, "×")
    this.title.addEventListener("click", () => this.send({ kind: "figures" }))
    this.missing.addEventListener("click", event => this.send({ kind: "missing", mode: modeOf(event) }))
    this.clear.addEventListener("click", () => {
      this.root.querySelector(".bins, .level")?.focus({ preventScroll: true })
      this.send({ kind: "clear" })
    })
    this.figures = new Figures()
    this.body = element("div")
    this.root = element("article", {},
      element("header", {}, element("h3", {}, this.title), this.role, element("span", { class: "gap" }), this.note, this.missing, this.clear),
      this.figures.root, this.body)
    this.parts = []
  }

  update(data) {
    this.data = data
    setText(this.title, data.name)
    this.title.title = `${data.name}: show figures`
    this.title.setAttribute("aria-expanded", String(Boolean(data.figures)))
    setText(this.role, data.role)
    this.role.hidden = !data.role
    setText(this.note, data.note)
    this.note.hidden = !data.note
    setText(this.missing, data.missing)
    this.missing.hidden = !data.missing
    this.missing.title = `${data.missing_words} rows without a value; click to filter by these`
    this.missing.setAttribute("aria-pressed", String(data.missing_is_in))
    this.missing.setAttribute("aria-label", `${data.name}: ${data.missing}`)
    this.clear.hidden = !data.has_condition
    this.clear.title = `Drop the filter's condition on ${data.name}`
    this.clear.setAttribute("aria-label", this.clear.title)
    this.root.classList.toggle("on", data.has_condition)
    this.figures.root.hidden = !data.figures
    if (data.figures) this.figures.update(data.figures)
    this.draw(data)
    const figures_px = data.figures ? FIGURE_PX * (data.figures.rows.length + 1) + 4 : 0
    this.root.style.gridRowEnd = spanOf(figures_px + this.height(data))
  }

  draw(data) {
    // what the charts of one card share is sent with the first
    const charts = data.charts.map(chart => ({ ...(data.is_split ? data.charts[0] : {}), ...chart }))
    const shape = data.is_split ? "split" : charts.map(chart => chart.shape).join(" ")
    if (this.shape !== shape) this.rebuild(shape, data)
    if (data.is_split) {
      const make = index => {
        const strip = new GroupStrip(this.foot, message => this.send({ ...message, chart: index }))
        strip.root.strip = strip
        return strip.root
      }
      sync(this.strips, charts, make, (node, chart) => node.strip.update(chart, data.name))
      const names = charts.length && charts[0].shape === "levels" && charts[0].labels.length <= MAX_NAMES ? charts[0].labels : []
      sync(this.names, names, () => element("span"), (node, name) => { setText(node, shownText(name)); node.title = name })
      this.names.hidden = !names.length
      this.foot.rest(charts[0]?.axis ?? ["", ""], data.more || charts[0]?.words || "")
    } else if (charts.length) {
      charts.forEach((chart, index) => {
        const { foot, part } = this.parts[index]
        foot.rest(chart.axis, chart.words)
        part.update(chart, data.name)
      })
    } else this.foot.rest(["", ""], data.words)
  }

  rebuild(shape, data) {
    this.shape = shape
    this.parts = []
    this.foot = new Foot()
    this.strips = element("div")
    this.names = element("div", { class: "names" })
    if (data.is_split) put(this.body, [this.strips, this.names, this.foot.root])
    else if (!data.charts.length) put(this.body, [this.foot.root])
    else {
      this.parts = data.charts.map((chart, index) => {
        const foot = new Foot()
        const send = message => this.send({ ...message, chart: index })
        return { foot, part: chart.shape === "levels" ? new Levels(foot, send) : new Bins(foot, send) }
      })
      put(this.body, this.parts.flatMap(({ foot, part }) => [part.root, foot.root]))
    }
  }

  height(data) {
    if (data.is_split) return data.charts.length * GROUP_PX + FOOT_PX + (this.names.hidden ? 0 : NAMES_PX)
    if (!data.charts.length) return FOOT_PX
    return data.charts.reduce((sum, chart) =>
      sum + FOOT_PX + (chart.shape === "levels" ? LEVEL_PX * chart.counts.length : HISTOGRAM_PX), 0)
  }
}

// Give each item its own piece under `parent`, in their order; pieces are kept from one drawing to the next.
function arrange(parent, pieces, items, keyOf, make) {
  const keys = new Set(items.map(keyOf))
  for (const [key, { root }] of [...pieces]) {
    if (keys.has(key)) continue
    root.remove()
    pieces.delete(key)
  }
  items.forEach((item, index) => {
    if (!pieces.has(keyOf(item))) pieces.set(keyOf(item), make())
    const made = pieces.get(keyOf(item))
    // moving a node drops its focus, so only those out of place move
    if (parent.children[index] !== made.root) parent.insertBefore(made.root, parent.children[index] ?? null)
    made.update(item)
  })
}

export function render({ model }) {
  const send = message => model.send_msg(message)
  const search = element("input", { type: "search", placeholder: "Find a column", "aria-label": "Find a column by name", hidden: "" })
  const note = element("span", { class: "muted", role: "status" })
  const grid = element("div", { class: "grid" })
  const more = element("button", { type: "button", hidden: "" })
  const words = element("span", { class: "muted" })
  const cards = new Map()
  const plots = new Map()
  const built = element("div", { class: "grid built", hidden: "" })
  const form = new BuildForm(send)
  const build = button("+ chart", "Build a chart of one or two columns", () => {
    form.root.hidden = !form.root.hidden
    if (form.root.hidden) return
    send({ kind: "form" })
    form.first.focus()
  }, { class: "push" })
  const undo = button("Undo", "Bring the deleted chart back", () => send({ kind: "restore" }))
  const deletedWords = element("span", { class: "muted" })
  const deleted = element("span", { class: "row", role: "status", hidden: "" }, deletedWords, undo)
  let waiting = 0

  search.addEventListener("input", () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => send({ kind: "search", text: search.value }), 150)
  })
  search.addEventListener("keydown", event => event.stopPropagation())
  more.addEventListener("click", () => send({ kind: "more" }))

  function draw() {
    const data = model.data
    if (!data.cards) return
    arrange(grid, cards, data.cards, card => card.name, () => new Card(send))
    arrange(built, plots, data.plots, plot => plot.id, () => new PlotCard(send))
    built.hidden = !data.plots.length
    form.update(data.columns)
    setText(deletedWords, `Deleted “${data.deleted}”.`)
    deleted.hidden = !data.deleted
    grid.classList.toggle("shares", data.in_shares)
    search.hidden = !data.can_search
    setText(note, data.note)
    note.hidden = !data.note
    more.hidden = data.more <= 0
    setText(more, `Show ${data.more} more`)
    setText(words, data.words)
  }

  draw()
  model.on("data", draw)
  return piece(STYLE,
    element("div", { class: "top" }, search, note, deleted, build), form.root, built, grid, element("div", { class: "more" }, more, words))
}

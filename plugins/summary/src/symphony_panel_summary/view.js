// Cards with bars, one per column. Names and values are only ever set as text.
// Bars are kept and resized, never made anew, so nothing flashes and focus stays.

const STYLE = `
:host { display: block; }
.top { display: flex; gap: 8px 12px; align-items: center; flex-wrap: wrap; margin-bottom: 8px; }
.top:has(> :not([hidden])) { min-height: 24px; }
.top input { width: 220px; }
.grid { display: grid; gap: 0 8px; grid-template-columns: repeat(auto-fill, minmax(min(224px, 100%), 1fr));
  grid-auto-rows: 4px; grid-auto-flow: row dense; }
article { border: 1px solid var(--sy-line); border-radius: 4px; padding: 4px 8px; margin-bottom: 8px; min-width: 0; display: flex;
  flex-direction: column; gap: 4px; background: var(--sy-paper); overflow: hidden; }
article.on { border-color: var(--sy-fill); }
header { display: flex; align-items: center; gap: 6px; min-width: 0; height: 24px; flex: none; }
h3 { font: 600 12px/24px var(--sy-mono); margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: pre; flex: 0 1 auto; }
.badge { font-size: 11px; line-height: 16px; padding: 0 5px; border-radius: 8px; background: var(--sy-wash);
  color: var(--sy-muted); white-space: nowrap; flex: none; }
.gap { flex: 1; min-width: 0; }
header button { border-color: transparent; padding: 0 4px; font-size: 11px; color: var(--sy-muted); white-space: nowrap; }
header button[aria-pressed=true] { border-color: var(--sy-fill); color: var(--sy-ink); }
header .clear { font-size: 14px; width: 24px; color: var(--sy-ink); }
.bins { display: flex; height: 80px; align-items: stretch; border-bottom: 1px solid var(--sy-line); cursor: crosshair;
  touch-action: pan-y; user-select: none; flex: none; }
.bins.fixed { cursor: default; }
.bin { position: relative; flex: 1 1 0; min-width: 0; }
.bin i, .track i { position: absolute; display: block; pointer-events: none; }
.bin i { bottom: 0; left: 0; right: 1px; }
.bin i.picked { left: 25%; right: calc(25% + 1px); }
.shares .bin i.under { left: 15%; right: calc(15% + 1px); }
.all { background: var(--sy-all); } .under { background: var(--sy-fill); } .picked { background: var(--sy-pick); }
.bin.in { background: color-mix(in srgb, var(--sy-fill) 16%, transparent); }
.bin:hover, .bin.at { background: var(--sy-wash); }
.bin.brushed { background: color-mix(in srgb, var(--sy-ink) 14%, transparent); }
.bins:focus-visible { outline-offset: 0; }
.foot { display: flex; justify-content: space-between; gap: 8px; font-size: 11px; line-height: 16px; height: 16px;
  color: var(--sy-muted); font-variant-numeric: tabular-nums; white-space: nowrap; flex: none; }
.foot span { overflow: hidden; text-overflow: ellipsis; }
.foot .end { flex: none; max-width: 40%; }
.foot .read { flex: 1; text-align: center; color: var(--sy-ink); }
.levels { display: grid; grid-template-columns: minmax(0, 42%) minmax(24px, 1fr) auto; column-gap: 6px; }
.level { all: unset; box-sizing: border-box; display: grid; grid-column: 1 / -1; grid-template-columns: subgrid;
  align-items: center; height: 20px; font-size: 12px; line-height: 20px; cursor: pointer; border-radius: 3px; padding: 0 3px; }
.level:hover { background: var(--sy-wash); }
.level:focus-visible { outline: 2px solid var(--sy-link); outline-offset: -1px; }
.level[aria-pressed=true] { background: color-mix(in srgb, var(--sy-fill) 16%, transparent); }
.level[aria-pressed=true] .name { font-weight: 600; }
.level .name { overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.level.other .name { color: var(--sy-muted); font-style: italic; }
.level .count { font-size: 11px; color: var(--sy-muted); font-variant-numeric: tabular-nums; white-space: nowrap; text-align: right; }
.track { position: relative; height: 12px; }
.track i { left: 0; top: 0; bottom: 0; }
.track i.picked { top: 4px; bottom: 4px; }
.shares .track i.under { top: 2px; bottom: 2px; }
.more { display: flex; gap: 12px; align-items: center; }
`
// "265 of 270" stands beside its bar; longer counts leave out what they are of, which the tooltip says.
const MAX_COUNT_CHARS = 12
// Heights in pixels of what a card holds, to place cards of different height without holes.
const ROW_PX = 4, GAP_PX = 8, PLAIN_PX = 54, HISTOGRAM_PX = 136, LEVEL_PX = 20, LEVELS_PX = 56

let serial = 0

class Histogram {
  constructor(card) {
    this.card = card
    this.id = `sy-bins-${++serial}`
    this.bins = element("div", { class: "bins", tabindex: "0" })
    this.left = element("span", { class: "end" })
    this.read = element("span", { class: "read" })
    this.right = element("span", { class: "end" })
    this.root = element("div", {}, this.bins, element("div", { class: "foot" }, this.left, this.read, this.right))
    this.at = -1
    this.anchor = -1
    this.drag = null
    const on = (name, call) => this.bins.addEventListener(name, call)
    on("pointerdown", event => this.press(event))
    on("pointermove", event => this.move(event))
    on("pointerup", event => this.release(event))
    on("pointercancel", () => { this.drag = null; this.mark() })
    on("pointerleave", () => { if (!this.drag) this.say() })
    on("keydown", event => this.key(event))
    on("blur", () => { this.at = this.anchor = -1; this.mark(); this.say() })
  }

  update(data) {
    this.data = data
    this.bins.classList.toggle("fixed", !data.can_filter)
    this.bins.setAttribute("role", data.can_filter ? "listbox" : "img")
    if (data.can_filter) {
      this.bins.setAttribute("aria-multiselectable", "true")
      this.bins.setAttribute("aria-orientation", "horizontal")
    }
    const shown = data.bars.filter(bar => !bar.is_empty).map(bar => `${bar.label}: ${bar.count}`).join("; ")
    this.bins.setAttribute("aria-label", data.can_filter ? `${data.name}, ${data.bars.length} bars, ${data.words}`
      : `${data.name}, lengths in characters. ${shown}`)
    const make = index => {
      const bin = element("div", { class: "bin", id: `${this.id}-${index}` },
        element("i", { class: "all" }), element("i", { class: "under" }), element("i", { class: "picked" }))
      return bin
    }
    sync(this.bins, data.bars, make, (bin, bar) => {
      bar.heights.forEach((height, layer) => {
        const node = bin.children[layer]
        // a few rows among millions still leave a line of one pixel
        node.style.height = height > 0 ? `max(1px, ${100 * height}%)` : "0"
      })
      bin.classList.toggle("in", bar.is_in)
      if (data.can_filter) {
        bin.setAttribute("role", "option")
        bin.setAttribute("aria-selected", String(bar.is_in))
        bin.setAttribute("aria-label", this.words(bar))
      }
    })
    setText(this.left, data.axis[0])
    setText(this.right, data.axis[1])
    this.left.title = data.axis[0]
    this.right.title = data.axis[1]
    this.say(this.at)
  }

  words(bar) { return `${bar.label}: ${bar.count}` + (bar.picked ? `, ${bar.picked} selected` : "") }

  say(first = -1, last = first) {
    const bars = this.data.bars
    if (first < 0 || !bars[first]) { setText(this.read, this.data.words); this.read.title = this.data.words }
    else if (first === last) setText(this.read, this.words(bars[first]))
    else setText(this.read, `${bars[first].label}  to  ${bars[last].label}`)
    const isReading = first >= 0 && Boolean(bars[first])
    this.left.hidden = this.right.hidden = isReading
  }

  indexAt(event) {
    const box = this.bins.getBoundingClientRect()
    const share = (event.clientX - box.left) / Math.max(1, box.width)
    return Math.min(this.data.bars.length - 1, Math.max(0, Math.floor(share * this.data.bars.length)))
  }

  mark(first = -1, last = first) {
    Array.from(this.bins.children).forEach((bin, index) => {
      bin.classList.toggle("brushed", first <= index && index <= last)
      bin.classList.toggle("at", index === this.at)
    })
  }

  range() { return [Math.min(...this.drag), Math.max(...this.drag)] }

  press(event) {
    if (event.button !== 0 || !this.data.can_filter) return
    const index = this.indexAt(event)
    this.drag = [index, index]
    this.bins.setPointerCapture(event.pointerId)
    this.mark(index, index)
  }

  move(event) {
    const index = this.indexAt(event)
    if (!this.drag) return this.say(index)
    this.drag[1] = index
    this.mark(...this.range())
    this.say(...this.range())
  }

  release(event) {
    if (!this.drag) return
    const [first, last] = this.range()
    this.drag = null
    this.at = -1
    this.mark()
    this.send(first, last, event)
  }

  send(first, last, event) {
    this.card.send({ kind: "range", first, last, mode: modeOf(event) })
  }

  key(event) {
    const count = this.data.bars.length
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1 }
    const isMove = event.key in steps || event.key === "Home" || event.key === "End"
    if (isMove) {
      const start = this.at
      if (event.key in steps) this.at = this.at < 0 ? 0 : Math.min(count - 1, Math.max(0, this.at + steps[event.key]))
      else this.at = event.key === "Home" ? 0 : count - 1
      // shift draws the range out from where it began
      this.anchor = event.shiftKey ? (this.anchor < 0 ? Math.max(start, 0) : this.anchor) : -1
    } else if ((event.key === "Enter" || event.key === " ") && this.at >= 0 && this.data.can_filter) {
      const other = this.anchor < 0 ? this.at : this.anchor
      this.send(Math.min(this.at, other), Math.max(this.at, other), event)
      this.anchor = -1
    } else if (event.key === "Escape" && this.at >= 0) {
      this.at = this.anchor = -1
    } else return
    event.preventDefault()
    event.stopPropagation()
    const other = this.anchor < 0 ? this.at : this.anchor
    const [first, last] = [Math.min(this.at, other), Math.max(this.at, other)]
    if (this.anchor < 0) this.mark(); else this.mark(first, last)
    this.say(first, last)
    if (this.at < 0) this.bins.removeAttribute("aria-activedescendant")
    else this.bins.setAttribute("aria-activedescendant", `${this.id}-${this.at}`)
  }
}

class Levels {
  constructor(card) {
    this.card = card
    this.list = element("div", { class: "levels" })
    this.read = element("span")
    this.root = element("div", {}, this.list, element("div", { class: "foot" }, this.read))
  }

  update(data) {
    const make = () => {
      const button = element("button", { class: "level", type: "button" },
        element("span", { class: "name" }),
        element("span", { class: "track" },
          element("i", { class: "all" }), element("i", { class: "under" }), element("i", { class: "picked" })),
        element("span", { class: "count" }))
      button.addEventListener("click", event =>
        this.card.send({ kind: "level", level: Number(button.dataset.level), mode: modeOf(event) }))
      button.addEventListener("keydown", event => {
        if (event.key === "Enter" || event.key === " ") event.stopPropagation()
      })
      return button
    }
    const isShort = data.bars.every(bar => bar.count.length <= MAX_COUNT_CHARS)
    sync(this.list, data.bars, make, (button, bar) => {
      const [name, track, count] = button.children
      button.dataset.level = String(bar.level)
      button.classList.toggle("other", bar.level < 0)
      button.setAttribute("aria-pressed", String(bar.is_in))
      const shown = bar.label === "" ? "(empty text)" : bar.label
      setText(name, shown)
      setText(count, isShort ? bar.count : bar.under)
      button.title = `${shown}: ${bar.count}` + (bar.picked ? `, ${bar.picked} selected` : "")
      bar.heights.forEach((height, layer) => {
        track.children[layer].style.width = height > 0 ? `max(1px, ${100 * height}%)` : "0"
      })
    })
    setText(this.read, data.words)
  }
}

class Plain {
  constructor() {
    this.read = element("span")
    this.root = element("div", { class: "foot" }, this.read)
  }

  update(data) { setText(this.read, data.words) }
}

class Card {
  constructor(send) {
    this.send = message => send({ ...message, column: this.data.name })
    this.name = element("h3")
    this.role = element("span", { class: "badge" })
    this.note = element("span", { class: "badge" })
    this.missing = element("button", { type: "button" })
    this.clear = element("button", { class: "clear", type: "button" }, "×")
    this.missing.addEventListener("click", event => this.send({ kind: "missing", mode: modeOf(event) }))
    this.clear.addEventListener("click", () => {
      this.root.querySelector(".bins, .level")?.focus({ preventScroll: true })
      this.send({ kind: "clear" })
    })
    this.root = element("article", {},
      element("header", {}, this.name, this.role, element("span", { class: "gap" }), this.note, this.missing, this.clear))
  }

  update(data) {
    this.data = data
    setText(this.name, data.name)
    this.name.title = data.name
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
    if (this.shape !== data.shape) {
      this.chart?.root.remove()
      this.shape = data.shape
      this.chart = new { histogram: Histogram, levels: Levels, plain: Plain }[data.shape](this)
      this.root.append(this.chart.root)
    }
    this.chart.update(data)
    const height = { plain: PLAIN_PX, histogram: HISTOGRAM_PX, levels: LEVELS_PX + LEVEL_PX * data.bars.length }[data.shape]
    this.root.style.gridRowEnd = `span ${Math.ceil((height + GAP_PX) / ROW_PX)}`
  }
}

export function render({ model }) {
  const send = message => model.send_msg(message)
  const search = element("input", { type: "search", placeholder: "Find a column", "aria-label": "Find a column by name", hidden: "" })
  const note = element("span", { class: "muted", role: "status" })
  const grid = element("div", { class: "grid" })
  const more = element("button", { type: "button", hidden: "" })
  const words = element("span", { class: "muted" })
  const cards = new Map()
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
    for (const name of [...cards.keys()]) {
      if (!data.cards.some(card => card.name === name)) {
        cards.get(name).root.remove()
        cards.delete(name)
      }
    }
    data.cards.forEach((card, index) => {
      if (!cards.has(card.name)) cards.set(card.name, new Card(send))
      const { root } = cards.get(card.name)
      // moving a node drops its focus, so only those out of place move
      if (grid.children[index] !== root) grid.insertBefore(root, grid.children[index] ?? null)
      cards.get(card.name).update(card)
    })
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
    element("div", { class: "top" }, search, note), grid, element("div", { class: "more" }, more, words))
}

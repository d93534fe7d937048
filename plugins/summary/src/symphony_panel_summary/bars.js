// How the cards look, and what their bars and figures are drawn with. Names and values are only ever set as text.
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
.foot.ends .end { max-width: 50%; }
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
h3 button { all: unset; cursor: pointer; }
h3 button:hover { text-decoration: underline; }
h3 button:focus-visible { outline: 2px solid var(--sy-link); outline-offset: 1px; }
.group { flex: none; margin-bottom: 4px; }
.group .bins { height: 44px; }
.group .head { display: flex; justify-content: space-between; gap: 8px; font-size: 11px; line-height: 16px; height: 16px; }
.group .head b { font-weight: 400; overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.group .head span { color: var(--sy-muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
.names { display: flex; font-size: 10px; line-height: 14px; height: 14px; color: var(--sy-muted); }
.names span { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: pre; text-align: center; }
.level.fixed { cursor: default; }
.built { margin-bottom: 4px; }
.built h3 { flex: 1 1 auto; }
.built input.title { font: 600 12px/20px var(--sy-mono); min-height: 22px; flex: 1; min-width: 0; }
form.build { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; padding: 8px; margin-bottom: 8px; background: var(--sy-wash); border-radius: 4px; }
form.build label { display: grid; gap: 2px; font-size: 11px; color: var(--sy-muted); min-width: 0; }
form.build label.tick { display: flex; align-items: center; gap: 4px; min-height: 24px; }
form.build select { max-width: 200px; color: var(--sy-ink); font-size: 13px; }
form.build input[type=number] { width: 64px; font-size: 13px; color: var(--sy-ink); }
.top .push { margin-left: auto; }
.foot.long { white-space: normal; height: auto; }
.stack .bin i { left: 0; right: 1px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 10px; font-size: 11px; line-height: 16px; color: var(--sy-muted); }
.legend > span { display: inline-flex; align-items: center; gap: 4px; max-width: 100%; overflow: hidden; white-space: pre; }
.legend i { width: 8px; height: 8px; border-radius: 2px; flex: none; }
.heat { display: grid; grid-template-columns: minmax(0, max-content) minmax(0, 1fr); grid-template-rows: 200px auto; column-gap: 6px; }
.heat .side { display: flex; flex-direction: column; justify-content: space-around; font-size: 10px; line-height: 12px; max-width: 88px;
  color: var(--sy-muted); min-width: 0; text-align: right; }
.heat .side.ends { justify-content: space-between; }
.heat .side span { overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.heat .names { grid-column: 2; height: 72px; padding-top: 2px; }
.heat .names span { writing-mode: vertical-rl; transform: rotate(180deg); display: flex; align-items: center;
  max-height: 70px; text-align: right; }
.cells { display: grid; gap: 1px; cursor: crosshair; touch-action: none; user-select: none; border: 1px solid var(--sy-line); }
.cells.fixed { cursor: default; }
.cell { min-width: 0; min-height: 0; position: relative; }
.cell:hover, .cell.brushed { box-shadow: inset 0 0 0 2px var(--sy-ink); }
.cell.picked::after { content: ""; position: absolute; inset: 30%; background: var(--sy-pick); min-width: 3px; min-height: 3px; }
.lines { position: relative; height: 120px; border-bottom: 1px solid var(--sy-line); }
.lines svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; pointer-events: none; }
.lines polyline { fill: none; vector-effect: non-scaling-stroke; stroke-width: 2; }
.lines .bins { position: absolute; inset: 0; height: auto; border: 0; }
.figures { border-collapse: collapse; font-size: 12px; width: 100%; font-variant-numeric: tabular-nums; }
.figures th { font-weight: 400; color: var(--sy-muted); text-align: left; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 150px; line-height: 18px; height: 18px; padding: 0 4px 0 0; }
.figures thead th + th, .figures td { text-align: right; white-space: nowrap; padding: 0 0 0 8px; line-height: 18px; height: 18px;
  max-width: 118px; overflow: hidden; text-overflow: ellipsis; }
`
// "265 of 270" stands beside its bar; longer counts leave out what they are of, which the tooltip says.
const MAX_COUNT_CHARS = 12
// Heights in pixels of what a card holds, to place cards of different height without holes.
const ROW_PX = 4, GAP_PX = 8, HEAD_PX = 34, HISTOGRAM_PX = 80, LEVEL_PX = 20, FOOT_PX = 20, GROUP_PX = 64, FIGURE_PX = 18
const NAMES_PX = 14, UPRIGHT_PX = 72, HEAT_PX = 202, LINES_PX = 121, LEGEND_PX = 16, PROBLEM_PX = 48
let serial = 0

function spanOf(inner_px) { return `span ${Math.ceil((HEAD_PX + inner_px + GAP_PX) / ROW_PX)}` }

function whole(count) { return count.toLocaleString("en-US") }

// Rows of a bar, [all, under the filter, selected], in words.
function counted([all, under]) { return all === under ? whole(all) : `${whole(under)} of ${whole(all)}` }

// The line under a chart: both ends of the axis, and between them what is pointed at.
class Foot {
  constructor() {
    this.axis = ["", ""]
    this.words = ""
    this.left = element("span", { class: "end" })
    this.read = element("span", { class: "read" })
    this.right = element("span", { class: "end" })
    this.root = element("div", { class: "foot" }, this.left, this.read, this.right)
  }

  rest(axis, words) {
    this.axis = axis
    this.words = words
    setText(this.left, axis[0])
    setText(this.right, axis[1])
    this.left.title = axis[0]
    this.right.title = axis[1]
    this.root.classList.toggle("ends", !words)
    this.read.style.textAlign = axis[0] || axis[1] ? "" : "left"
    this.say("")
  }

  say(words) {
    setText(this.read, words || this.words)
    this.read.title = words || this.words
    this.left.hidden = Boolean(words) || !this.axis[0]
    this.right.hidden = Boolean(words) || !this.axis[1]
  }
}

// Bars side by side, to click or to brush: neighbouring ranges, or values of a group's chart.
// `send(gesture)` gets { kind: "range", first, last, mode } or { kind: "levels", levels, mode }.
class Bins {
  constructor(foot, send) {
    this.foot = foot
    this.send = send
    this.id = `sy-bins-${++serial}`
    this.root = this.bins = element("div", { class: "bins", tabindex: "0" })
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

  // data: one chart as Python describes it; name: of the column, for screen readers
  update(data, name) {
    this.data = data
    this.bins.classList.toggle("fixed", !data.can_filter)
    this.bins.setAttribute("role", data.can_filter ? "listbox" : "img")
    if (data.can_filter) {
      this.bins.setAttribute("aria-multiselectable", "true")
      this.bins.setAttribute("aria-orientation", "horizontal")
    }
    const title = data.group ? `${name}, group ${data.group}, ${whole(data.row_count)} rows` : name
    const shown = data.labels.flatMap((label, index) => data.counts[index][0] ? [this.words(index)] : []).join("; ")
    this.bins.setAttribute("aria-label", data.can_filter ? `${title}, ${data.labels.length} bars, ${data.words}`
      : `${title}, ${data.words}. ${shown}`)
    const make = index => element("div", { class: "bin", id: `${this.id}-${index}` })
    sync(this.bins, data.labels, make, (bin, label, index) => {
      this.paint(bin, index)
      bin.classList.toggle("in", data.is_in[index])
      if (data.can_filter) {
        bin.setAttribute("role", "option")
        bin.setAttribute("aria-selected", String(data.is_in[index]))
        bin.setAttribute("aria-label", this.words(index))
      }
    })
    this.say(this.at)
  }

  paint(bin, index) {
    const heights = heightsOf(this.data, index)
    sync(bin, ["all", "under", "picked"], () => element("i"), (layer, name, at) => {
      layer.className = name
      layer.style.height = long(heights[at])
    })
  }

  words(index) {
    const counts = this.data.counts[index]
    const group = this.data.group ? `${this.data.group}, ` : ""
    return `${group}${shownText(this.data.labels[index])}: ${counted(counts)}` + (counts[2] ? `, ${whole(counts[2])} selected` : "")
  }

  say(first = -1, last = first) {
    const labels = this.data.labels
    if (first < 0 || first >= labels.length) this.foot.say("")
    else if (first === last) this.foot.say(this.words(first))
    else this.foot.say(`${labels[first]}  to  ${labels[last]}`)
  }

  indexAt(event) {
    const box = this.bins.getBoundingClientRect()
    const share = (event.clientX - box.left) / Math.max(1, box.width)
    return Math.min(this.data.labels.length - 1, Math.max(0, Math.floor(share * this.data.labels.length)))
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
    this.tell(first, last, event)
  }

  tell(first, last, event) {
    const mode = modeOf(event)
    if (this.data.shape === "levels") this.send({ kind: "levels", levels: this.data.levels.slice(first, last + 1), mode })
    else this.send({ kind: "range", first, last, mode })
  }

  key(event) {
    const count = this.data.labels.length
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
      this.tell(Math.min(this.at, other), Math.max(this.at, other), event)
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
  constructor(foot, send) {
    this.foot = foot
    this.send = send
    this.root = element("div", { class: "levels" })
  }

  update(data) {
    const make = () => {
      const button = element("button", { class: "level", type: "button" },
        element("span", { class: "name" }),
        element("span", { class: "track" },
          element("i", { class: "all" }), element("i", { class: "under" }), element("i", { class: "picked" })),
        element("span", { class: "count" }))
      button.addEventListener("click", event => {
        if (button.ariaDisabled !== "true")
          this.send({ kind: "levels", levels: [Number(button.dataset.level)], mode: modeOf(event) })
      })
      button.addEventListener("keydown", event => {
        if (event.key === "Enter" || event.key === " ") event.stopPropagation()
      })
      return button
    }
    const isShort = data.counts.every(counts => counted(counts).length <= MAX_COUNT_CHARS)
    sync(this.root, data.counts, make, (button, counts, index) => {
      const [name, track, count] = button.children
      button.dataset.level = String(data.levels[index])
      button.classList.toggle("other", data.levels[index] < 0)
      button.classList.toggle("fixed", !data.can_filter)
      if (data.can_filter) button.setAttribute("aria-pressed", String(data.is_in[index]))
      button.setAttribute("aria-disabled", String(!data.can_filter))
      const shown = shownText(data.labels[index])
      setText(name, shown)
      setText(count, isShort ? counted(counts) : whole(counts[1]))
      button.title = `${shown}: ${counted(counts)}` + (counts[2] ? `, ${whole(counts[2])} selected` : "") +
        (data.can_filter ? "" : ". A filter cannot ask for an item of a list yet.")
      heightsOf(data, index).forEach((height, layer) => {
        track.children[layer].style.width = long(height)
      })
    })
  }
}

// One small chart of a group: its name, its rows, and the same bars as its neighbours.
class GroupStrip {
  constructor(foot, send) {
    this.name = element("b")
    this.count = element("span")
    this.bins = new Bins(foot, send)
    this.root = element("div", { class: "group" }, element("div", { class: "head" }, this.name, this.count), this.bins.root)
  }

  update(data, name, effect = `A click on a bar filters ${name}; the groups stay as they are.`) {
    setText(this.name, shownText(data.group))
    this.name.title = `${data.group}. ${effect}`
    const missing = data.missing ? `, ${whole(data.missing)} missing` : ""
    setText(this.count, whole(data.row_count) + missing)
    this.count.title = `${whole(data.row_count)} rows of this group under the filter${missing}`
    this.bins.update(data, name)
  }
}

function scaled(value, { tallest, log }) {
  return Math.min(1, log ? Math.log1p(value) / Math.log1p(tallest) : value / tallest)
}

// Heights of the three layers of a bar, 0 to 1. All other values together would dwarf the rest: they are not drawn.
function heightsOf(data, index) {
  if (data.levels[index] < 0) return [0, 0, 0]
  return data.counts[index].map((count, layer) => scaled(count / data.of[layer], data))
}

// A few rows among millions still leave a line of one pixel.
function long(height) { return height > 0 ? `max(1px, ${100 * height}%)` : "0" }

function shownText(label) { return label === "" ? "(empty text)" : label }

// Figures of a column side by side: [words, all rows, under the filter].
class Figures {
  constructor() {
    this.body = element("tbody")
    this.head = element("tr")
    this.root = element("table", { class: "figures" }, element("thead", {}, this.head), this.body)
  }

  update(data) {
    sync(this.head, data.heads, () => element("th", { scope: "col" }), setText)
    const make = () => element("tr", {}, element("th", { scope: "row" }))
    sync(this.body, data.rows, make, (row, cells) => {
      const cell = index => index ? element("td") : element("th", { scope: "row" })
      sync(row, cells, cell, (node, text) => { setText(node, text); node.title = text })
    })
  }
}

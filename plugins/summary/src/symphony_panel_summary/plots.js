// The charts that somebody built: their shapes, their cards, and the form that adds one.

// Bars of several colours on top of each other; all rows stand behind them in grey.
class Stack extends Bins {
  update(data, name) {
    this.plot = data
    this.root.classList.add("stack")
    const counts = data.counts.map(colours => colours.reduce((sum, one) => sum.map((n, layer) => n + one[layer]), [0, 0, 0]))
    const tallest = Math.max(1, ...counts.map(one => one[0]))
    super.update({ ...asBars(data.x), counts, log: data.log, tallest, words: data.words }, name)
  }

  paint(bin, index) {
    const [every, under] = this.data.counts[index]
    const height = scaled(under, this.data)
    let top = 0
    const parts = this.plot.series.map(({ colour }, at) => {
      // a logarithm has no parts: the bar is as high as it says, its colours are shares of it
      const part = under ? height * this.plot.counts[index][at][1] / under : 0
      top += part
      return { colour, part, from: top - part }
    })
    const grey = { colour: "var(--sy-all)", part: scaled(every, this.data), from: 0 }
    sync(bin, [grey, ...parts], () => element("i"), (node, one) => {
      node.style.background = one.colour
      node.style.height = one.part > 0 ? `${100 * one.part}%` : "0"
      node.style.bottom = `${100 * one.from}%`
    })
  }

  words(index) {
    const parts = this.plot.series.flatMap(({ label }, at) => {
      const count = this.plot.counts[index][at][1]
      return count ? [`${shownText(label)} ${whole(count)}`] : []
    })
    return `${super.words(index)}${parts.length ? ` (${parts.join(", ")})` : ""}`
  }
}

// Means along an axis, a line for each series; grey is the line of all rows.
class Lines extends Bins {
  constructor(foot, send) {
    super(foot, send)
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    this.svg.setAttribute("preserveAspectRatio", "none")
    this.svg.setAttribute("aria-hidden", "true")
    this.root = element("div", { class: "lines" }, this.svg, this.bins)
  }

  update(data, name) {
    this.plot = data
    super.update({ ...asBars(data.x), counts: data.x.labels.map(() => [0, 0, 0]), tallest: 1, words: data.words }, name)
    const known = data.means.flat(2).filter(value => value !== null)
    const low = Math.min(...known), high = Math.max(...known)
    const place = value => high > low ? 96 - 92 * (value - low) / (high - low) : 50
    this.svg.setAttribute("viewBox", `0 0 ${data.x.labels.length} 100`)
    const colours = data.series.length ? data.series.map(one => one.colour) : ["var(--sy-fill)"]
    const lines = [...data.means[0].map(line => [line, "var(--sy-all)"]), ...data.means[1].map((line, at) => [line, colours[at]])]
    put(this.svg, lines.flatMap(([line, colour]) => runs(line).map(run => polyline(run, place, colour))))
  }

  paint() {}

  words(index) {
    const [every, series] = this.plot.means
    const name = at => shownText(this.plot.series[at]?.label ?? "mean")
    const parts = series.flatMap((line, at) => line[index] === null ? [] : [`${name(at)} ${short(line[index])}`])
    const all = every[0][index] === null ? "no numbers" : `all ${short(every[0][index])}`
    return `${this.plot.x.labels[index]}: ${[...parts, all].join(", ")}`
  }
}

function short(value) { return value.toLocaleString("en-US", { maximumSignificantDigits: 3 }) }

// Neighbours that have a value, as lists of [index, value]: a gap stays a gap.
function runs(line) {
  const found = []
  line.forEach((value, index) => {
    if (value === null) return
    if (index === 0 || line[index - 1] === null) found.push([])
    found.at(-1).push([index, value])
  })
  return found
}

function polyline(run, place, colour) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "polyline")
  const ends = run.length === 1 ? [[run[0][0] - 0.3, run[0][1]], [run[0][0] + 0.3, run[0][1]]] : run
  node.setAttribute("points", ends.map(([index, value]) => `${index + 0.5},${place(value)}`).join(" "))
  node.style.stroke = colour
  return node
}

function asBars(axis) {
  return { shape: "range", labels: axis.labels, levels: axis.labels.map((_, index) => index), is_in: axis.is_in,
    of: [1, 1, 1], group: "", can_filter: axis.can_filter }
}

// Two columns against each other: the darker a cell, the more rows under the filter.
class Heat {
  constructor(foot, send) {
    this.foot = foot
    this.send = send
    this.side = element("div", { class: "side" })
    this.cells = element("div", { class: "cells", tabindex: "0", role: "group" })
    this.names = element("div", { class: "names" })
    this.root = element("div", { class: "heat" }, this.side, this.cells, this.names)
    this.drag = null
    this.at = null
    const on = (name, call) => this.cells.addEventListener(name, call)
    on("pointerdown", event => this.press(event))
    on("pointermove", event => this.move(event))
    on("pointerup", event => this.release(event))
    on("pointercancel", () => { this.drag = null; this.mark() })
    on("pointerleave", () => { if (!this.drag) this.foot.say("") })
    on("keydown", event => this.key(event))
    on("blur", () => { this.at = null; this.mark(); this.foot.say("") })
  }

  get size() { return [this.data.x.labels.length, this.data.y.labels.length] }

  get canFilter() { return this.data.x.can_filter || this.data.y.can_filter }

  // Rows of cells from the top: numbers grow upwards, values read downwards.
  row(y) { return this.data.y.is_range ? this.size[1] - 1 - y : y }

  update(data) {
    this.data = data
    const [width, height] = this.size
    const most = Math.max(1, ...data.counts.flat().map(one => one[1]))
    this.cells.classList.toggle("fixed", !this.canFilter)
    this.cells.style.gridTemplateColumns = `repeat(${width}, minmax(0, 1fr))`
    this.cells.style.gridTemplateRows = `repeat(${height}, minmax(0, 1fr))`
    this.cells.setAttribute("aria-label",
      `${data.x.name} across, ${data.y.name} up, ${width} by ${height} cells; arrow keys read them, Enter filters`)
    const all = Array.from({ length: width * height }, (_, index) => [index % width, this.row(Math.floor(index / width))])
    sync(this.cells, all, () => element("div", { class: "cell" }), (node, [x, y]) => {
      const [every, under, picked] = data.counts[x][y]
      const share = 8 + 92 * Math.sqrt(under / most)
      node.style.background = under ? `color-mix(in srgb, var(--sy-fill) ${share}%, var(--sy-paper))` : every ? "var(--sy-wash)" : ""
      node.classList.toggle("picked", picked > 0)
    })
    const sides = data.y.is_range ? [data.y.ends[1], data.y.ends[0]] : data.y.labels
    const name = (node, text) => { setText(node, shownText(text)); node.title = text }
    this.side.classList.toggle("ends", data.y.is_range)
    sync(this.side, sides, () => element("span"), name)
    sync(this.names, data.x.is_range ? [] : data.x.labels, () => element("span"), name)
    this.names.hidden = data.x.is_range
  }

  words(x, y) {
    const counts = this.data.counts[x][y]
    return `${shownText(this.data.x.labels[x])} × ${shownText(this.data.y.labels[y])}: ${counted(counts)}` +
      (counts[2] ? `, ${whole(counts[2])} selected` : "")
  }

  cellAt(event) {
    const box = this.cells.getBoundingClientRect()
    const [width, height] = this.size
    const along = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)))
    return [along((event.clientX - box.left) / Math.max(1, box.width), width),
      this.row(along((event.clientY - box.top) / Math.max(1, box.height), height))]
  }

  // First and last along x and along y, of the rectangle between two cells.
  range(from, to) { return [0, 1].map(side => [Math.min(from[side], to[side]), Math.max(from[side], to[side])]) }

  mark(range) {
    const [width] = this.size
    Array.from(this.cells.children).forEach((node, index) => {
      const x = index % width, y = this.row(Math.floor(index / width))
      node.classList.toggle("brushed",
        Boolean(range) && range[0][0] <= x && x <= range[0][1] && range[1][0] <= y && y <= range[1][1])
    })
  }

  press(event) {
    if (event.button !== 0 || !this.canFilter) return
    const cell = this.cellAt(event)
    this.drag = [cell, cell]
    this.cells.setPointerCapture(event.pointerId)
    this.mark(this.range(...this.drag))
  }

  move(event) {
    const cell = this.cellAt(event)
    if (this.drag) {
      this.drag[1] = cell
      this.mark(this.range(...this.drag))
    }
    this.foot.say(this.words(...cell))
  }

  release(event) {
    if (!this.drag) return
    const [x, y] = this.range(...this.drag)
    this.drag = null
    this.mark()
    this.send({ kind: "brush", x, y, mode: modeOf(event) })
  }

  key(event) {
    const up = this.data.y.is_range ? 1 : -1
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, up], ArrowDown: [0, -up] }[event.key]
    if (step) {
      const limited = (place, side) => Math.min(this.size[side] - 1, Math.max(0, place))
      const to = this.at ? this.at[1].map((place, side) => limited(place + step[side], side)) : [0, 0]
      // shift draws a rectangle out from where it began
      this.at = [event.shiftKey && this.at ? this.at[0] : to, to]
    } else if ((event.key === "Enter" || event.key === " ") && this.at && this.canFilter) {
      const [x, y] = this.range(...this.at)
      this.send({ kind: "brush", x, y, mode: modeOf(event) })
    } else if (event.key === "Escape" && this.at) this.at = null
    else return
    event.preventDefault()
    event.stopPropagation()
    this.mark(this.at ? this.range(...this.at) : undefined)
    this.foot.say(this.at ? this.words(...this.at[1]) : "")
  }
}

// One built chart: a title to click and change, a × that can be undone, and what it shows.
class PlotCard {
  constructor(send) {
    this.send = message => send({ ...message, id: this.data.id })
    this.title = element("button", { type: "button" })
    this.title.addEventListener("click", () => this.edit())
    this.heading = element("h3", {}, this.title)
    this.remove = button("×", "", () => this.send({ kind: "delete" }), { class: "clear" })
    this.body = element("div")
    this.legend = element("div", { class: "legend" })
    this.root = element("article", {}, element("header", {}, this.heading, this.remove), this.legend, this.body)
  }

  edit() {
    const input = element("input", { class: "title", type: "text", "aria-label": `New title of ${this.data.title}` })
    input.value = this.data.title
    let isDone = false
    const end = isKept => {
      if (isDone) return
      isDone = true
      input.replaceWith(this.heading)
      if (isKept && input.value.trim() !== this.data.title) this.send({ kind: "rename", title: input.value })
    }
    input.addEventListener("keydown", event => {
      event.stopPropagation()
      if (event.key !== "Enter" && event.key !== "Escape") return
      // else the key would go on to press the title, which gets the focus
      event.preventDefault()
      end(event.key === "Enter")
      this.title.focus()
    })
    input.addEventListener("blur", () => end(true))
    this.heading.replaceWith(input)
    input.focus()
    input.select()
  }

  update(data) {
    this.data = data
    setText(this.title, data.title)
    this.title.title = "Rename this chart"
    this.remove.title = `Delete the chart ${data.title}`
    this.remove.setAttribute("aria-label", this.remove.title)
    this.root.setAttribute("aria-label", data.title)
    const entry = () => element("span", {}, element("i"), element("span"))
    sync(this.legend, data.series, entry, (node, one) => {
      node.children[0].style.background = one.colour
      setText(node.children[1], shownText(one.label))
    })
    this.legend.hidden = !data.series.length
    this.draw(data)
    this.root.style.gridRowEnd = spanOf(this.height(data))
  }

  draw(data) {
    const shape = data.shape === "bars" ? data.charts[0].shape : data.shape
    if (this.shape !== shape) this.rebuild(shape)
    const ends = data.shape === "bars" ? data.charts[0].axis : data.shape === "values" ? data.y.ends : data.x?.ends ?? ["", ""]
    this.foot.rest(ends, data.words || [data.x?.name, data.y?.name].filter(Boolean).join(" × "))
    if (data.shape === "bars") this.part.update({ ...data.charts[0], log: data.log }, data.title)
    else if (data.shape === "values") {
      const effect = `A click on a bar filters ${data.x.name} and ${data.y.name}.`
      sync(this.strips, data.charts, index => this.strip(index), (node, chart) =>
        node.strip.update({ ...chart, log: data.log }, data.title, effect))
    } else this.part?.update(data, data.title)
  }

  rebuild(shape) {
    this.shape = shape
    this.foot = new Foot()
    this.foot.root.classList.toggle("long", shape === "problem")
    this.strips = element("div")
    const send = this.send
    const brush = ({ first, last, mode }) => send({ kind: "brush", x: [first, last], y: null, mode })
    const made = {
      histogram: () => new Bins(this.foot, send), levels: () => new Levels(this.foot, send),
      stack: () => new Stack(this.foot, brush), means: () => new Lines(this.foot, brush), grid: () => new Heat(this.foot, send),
    }
    this.part = made[shape]?.()
    put(this.body, [this.part ? this.part.root : this.strips, this.foot.root])
  }

  strip(index) {
    const strip = new GroupStrip(this.foot, ({ first, last, mode }) =>
      this.send({ kind: "brush", x: [index, index], y: [first, last], mode }))
    strip.root.strip = strip
    return strip.root
  }

  height(data) {
    const legend = data.series.length ? LEGEND_PX * Math.ceil(data.series.length / 3) + 4 : 0
    const inner = {
      bars: () => data.charts[0].shape === "levels" ? LEVEL_PX * data.charts[0].counts.length : HISTOGRAM_PX,
      values: () => GROUP_PX * data.charts.length, means: () => LINES_PX, stack: () => HISTOGRAM_PX,
      grid: () => HEAT_PX + (data.x.is_range ? 0 : UPRIGHT_PX),
    }
    return legend + (inner[data.shape]?.() ?? PROBLEM_PX) + FOOT_PX
  }
}

// Choose one column or two, perhaps a colour, and add the chart.
class BuildForm {
  constructor(send) {
    const select = (name, words) => {
      const node = element("select", { name, "aria-label": words })
      return [node, element("label", {}, words, node)]
    }
    const [x, xLabel] = select("x", "Column")
    const [y, yLabel] = select("y", "Against")
    const [colour, colourLabel] = select("colour", "Colour by")
    const bars = element("input", { type: "number", min: "2", max: "60", value: "20" })
    const log = element("input", { type: "checkbox" })
    this.choices = [[x, ""], [y, "nothing: one column"], [colour, "one colour"]]
    this.first = x
    this.names = ""
    this.root = element("form", { class: "build", hidden: "", "aria-label": "New chart" }, xLabel, yLabel, colourLabel,
      element("label", {}, "Bars", bars), element("label", { class: "tick" }, log, "log heights"),
      element("button", { type: "submit" }, "Add chart"))
    this.root.addEventListener("submit", event => {
      event.preventDefault()
      send({ kind: "build", x: x.value, y: y.value, colour: colour.value, bars: Number(bars.value), log: log.checked })
      this.root.hidden = true
    })
    this.root.addEventListener("keydown", event => {
      event.stopPropagation()
      if (event.key === "Escape") this.root.hidden = true
    })
  }

  update(columns) {
    const names = columns.join("\n")
    if (names === this.names) return
    this.names = names
    for (const [select, none] of this.choices) {
      const before = select.value
      const empty = none ? [element("option", { value: "" }, none)] : []
      put(select, [...empty, ...columns.map(name => element("option", { value: name }, name))])
      if (columns.includes(before)) select.value = before
    }
  }
}

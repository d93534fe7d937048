// The histogram of one panel, to click or to brush. Bars are kept and resized, so that nothing flashes.

let serial = 0

function whole(count) { return count.toLocaleString("en-US") }

// Rows of a bar, [all, under the filter, selected], in words.
function counted([all, under, picked]) {
  return (all === under ? whole(all) : `${whole(under)} of ${whole(all)}`) + (picked ? `, ${whole(picked)} selected` : "")
}

// `send(gesture)` gets { kind: "range", first, last, mode }.
class Bins {
  constructor(send) {
    this.send = send
    this.id = `sy-familiarity-${++serial}`
    this.marks = element("i", { class: "mark", hidden: "" })
    this.bars = element("div", { style: "display: contents" })
    this.bins = element("div", { class: "bins", tabindex: "0", role: "listbox", "aria-multiselectable": "true",
      "aria-orientation": "horizontal" }, this.bars, this.marks)
    this.low = element("span")
    this.read = element("span", { class: "read" })
    this.high = element("span")
    this.root = element("div", {}, this.bins, element("div", { class: "foot" }, this.low, this.read, this.high))
    this.at = this.anchor = -1
    this.drag = null
    const on = (name, call) => this.bins.addEventListener(name, call)
    on("pointerdown", event => this.press(event))
    on("pointermove", event => this.move(event))
    on("pointerup", event => this.release(event))
    on("pointercancel", () => { this.drag = null; this.paint() })
    on("pointerleave", () => { if (!this.drag) this.say() })
    on("keydown", event => this.key(event))
    on("blur", () => { this.at = this.anchor = -1; this.paint(); this.say() })
  }

  // data: the drawing; panel: one of its panels
  update(data, panel) {
    this.labels = data.labels
    this.counts = panel.counts
    this.words = panel.mean
    setText(this.low, data.axis[0])
    setText(this.high, data.axis[1])
    const name = panel.name ? `${data.layer}, group ${panel.name}` : data.layer
    this.bins.setAttribute("aria-label", `${name}, ${data.labels.length} bars, ${panel.mean}`)
    this.marks.hidden = data.mark === null
    if (data.mark !== null) this.marks.style.left = `${100 * data.mark}%`
    this.marks.title = data.outlier_words
    // of a group, bars under the filter are as tall as its own largest: groups differ in size
    const tallest = data.is_grouped ? [panel.tallest[0], panel.tallest[0], panel.tallest[0]] : Array(3).fill(panel.tallest[0])
    const make = index => element("div", { class: "bin", role: "option", id: `${this.id}-${index}` })
    sync(this.bars, data.labels, make, (bin, label, index) => {
      sync(bin, ["all", "under", "picked"], () => element("i"), (layer, kind, at) => {
        const height = panel.counts[index][at] / tallest[at]
        layer.className = kind
        layer.style.height = height > 0 ? `max(1px, ${100 * height}%)` : "0"
      })
      bin.classList.toggle("in", data.is_in[index])
      bin.setAttribute("aria-selected", String(data.is_in[index]))
      bin.setAttribute("aria-label", this.wordsOf(index))
    })
    this.say(this.at)
  }

  wordsOf(index) { return `${this.labels[index]}: ${counted(this.counts[index])}` }

  say(first = -1, last = first) {
    if (first < 0 || first >= this.labels.length) setText(this.read, this.words)
    else setText(this.read, first === last ? this.wordsOf(first) : `${this.labels[first]}  to  ${this.labels[last]}`)
  }

  indexAt(event) {
    const box = this.bins.getBoundingClientRect()
    const share = (event.clientX - box.left) / Math.max(1, box.width)
    return Math.min(this.labels.length - 1, Math.max(0, Math.floor(share * this.labels.length)))
  }

  paint(first = -1, last = first) {
    Array.from(this.bars.children).forEach((bin, index) => {
      bin.classList.toggle("brushed", first <= index && index <= last)
      bin.classList.toggle("at", index === this.at)
    })
  }

  range(one, other) { return [Math.min(one, other), Math.max(one, other)] }

  press(event) {
    if (event.button !== 0) return
    const index = this.indexAt(event)
    this.drag = [index, index]
    this.bins.setPointerCapture(event.pointerId)
    this.paint(index)
  }

  move(event) {
    const index = this.indexAt(event)
    if (!this.drag) return this.say(index)
    this.drag[1] = index
    this.paint(...this.range(...this.drag))
    this.say(...this.range(...this.drag))
  }

  release(event) {
    if (!this.drag) return
    const [first, last] = this.range(...this.drag)
    this.drag = null
    this.at = -1
    this.paint()
    this.send({ kind: "range", first, last, mode: modeOf(event) })
  }

  key(event) {
    if (event.ctrlKey || event.metaKey) return
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1 }
    const last = this.labels.length - 1
    const other = () => (this.anchor < 0 ? this.at : this.anchor)
    if (event.key in steps || event.key === "Home" || event.key === "End") {
      const start = this.at
      if (event.key in steps) this.at = this.at < 0 ? 0 : Math.min(last, Math.max(0, this.at + steps[event.key]))
      else this.at = event.key === "Home" ? 0 : last
      // shift draws the range out from where it began
      this.anchor = event.shiftKey ? (this.anchor < 0 ? Math.max(start, 0) : this.anchor) : -1
    } else if ((event.key === "Enter" || event.key === " ") && this.at >= 0) {
      const [first, end] = this.range(this.at, other())
      this.send({ kind: "range", first, last: end, mode: modeOf(event) })
      this.anchor = -1
    } else if (event.key === "Escape" && this.at >= 0) this.at = this.anchor = -1
    else return
    event.preventDefault()
    event.stopPropagation()
    const [first, end] = this.range(this.at, other())
    if (this.anchor < 0) this.paint()
    else this.paint(first, end)
    this.say(first, end)
    if (this.at < 0) this.bins.removeAttribute("aria-activedescendant")
    else this.bins.setAttribute("aria-activedescendant", `${this.id}-${this.at}`)
  }
}

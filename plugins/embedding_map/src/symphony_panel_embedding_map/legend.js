// What colours mean: values that filter by a click, or a ramp with its numbers.

class Legend {
  constructor(send) {
    this.send = send
    this.title = element("h3")
    this.list = element("div", { class: "list", role: "group" })
    this.ramp = element("div", { class: "ramp" })
    this.ticks = element("div", { class: "ticks" })
    this.gaps = element("div", { class: "muted" })
    this.scale = element("div", {}, this.ramp, this.ticks, this.gaps)
    this.root = element("aside", { class: "legend", hidden: "", "aria-label": "Legend" }, this.title, this.list, this.scale)
  }

  update(legend, isDark) {
    this.root.hidden = !legend
    if (!legend) return
    setText(this.title, legend.column)
    this.title.title = legend.column
    this.list.setAttribute("aria-label", `Values of ${legend.column}; a click filters, Shift adds, Alt excludes`)
    this.list.hidden = !legend.entries
    this.scale.hidden = !legend.ramps
    sync(this.list, legend.entries ?? [], index => this.entry(index), (node, entry) => this.updateEntry(node, entry))
    if (!legend.ramps) return
    const ramp = legend.ramps[isDark ? "dark" : "light"]
    this.ramp.style.background = `linear-gradient(to right, ${ramp.filter((_, index) => index % 16 === 0 || index === ramp.length - 1).join(", ")})`
    this.ramp.setAttribute("role", "img")
    this.ramp.setAttribute("aria-label", `${legend.column} from ${legend.ticks[0]} to ${legend.ticks[2]}`)
    sync(this.ticks, legend.ticks, () => element("span"), (node, words) => setText(node, words))
    setText(this.gaps, legend.gaps)
  }

  entry(index) {
    const node = button("", "", event => this.send({ kind: "legend", entry: index, mode: modeOf(event) }), { class: "entry" })
    node.append(element("i"), element("span", { class: "words" }), element("span", { class: "count" }))
    return node
  }

  updateEntry(node, entry) {
    const [dot, words, count] = node.children
    dot.style.background = entry.colour
    setText(words, entry.words || "(empty)")
    setText(count, entry.count)
    node.setAttribute("aria-pressed", String(entry.is_in))
    node.setAttribute("aria-label", `${entry.words || "(empty)"}: ${entry.count} of ${entry.of}`)
    node.title = `${entry.words}: ${entry.count} under the filter, ${entry.of} in all. Click filters, Shift adds, Alt excludes.`
  }
}

// The controls above the map: tools, what is shown, search.

class Bar {
  // acts: as in brush.js, with choose(tool), send(message), middle zoom
  constructor(acts) {
    const tool = (name, text, words) => button(text, words, () => acts.choose(name), { "data-tool": name, "aria-pressed": "false" })
    this.tools = [tool("pan", "pan", "Pan by dragging (p)"), tool("box", "box", "Select a box (b)"), tool("lasso", "lasso", "Select by a lasso (l)")]
    this.zooms = [
      button("+", "Zoom in (+)", () => acts.zoom(0.7)),
      button("−", "Zoom out (-)", () => acts.zoom(1 / 0.7)),
      button("⌂", "Show all points (0)", () => acts.home()),
    ]
    this.layer = element("select", { "aria-label": "Map" })
    this.layer.addEventListener("change", () => acts.send({ kind: "layer", name: this.layer.value }))
    this.colour = element("select", { "aria-label": "Colour by" })
    this.colour.addEventListener("change", () => acts.send({ kind: "colour", column: this.colour.value }))
    this.layerPart = element("label", {}, "map", this.layer)
    this.colourPart = element("label", {}, "colour", this.colour)
    this.project = button("Project", "Project: compute the places again, as the settings behind ⚙ say", () => acts.send({ kind: "project" }))
    this.clusters = button("Find clusters", "Find clusters: dense parts of the map, with names", () => acts.send({ kind: "clusters" }))
    this.near = button("Similar", "Similar: select the rows nearest to the selection's middle", () => acts.send({ kind: "neighbours" }))
    this.words = element("input", { type: "search", "aria-label": "Search", placeholder: "Find rows" })
    this.meaning = element("select", { "aria-label": "Search by" }, element("option", { value: "words" }, "words"), element("option", { value: "meaning" }, "meaning"))
    this.search = element("form", { role: "search" }, this.words, this.meaning, button("Find", "", () => {}, { type: "submit" }))
    this.search.addEventListener("submit", event => {
      event.preventDefault()
      if (this.words.value.trim()) acts.send({ kind: "search", text: this.words.value, is_meaning: this.meaning.value === "meaning" })
    })
    this.words.addEventListener("keydown", event => event.stopPropagation())
    this.selected = element("span", { class: "muted", role: "status" })
    this.clear = button("Clear", "Clear the selection", () => acts.send({ kind: "clear" }), { class: "plain" })
    const set = (words, children) => element("span", { class: "set", role: "group", "aria-label": words }, ...children)
    this.root = element("div", { class: "tools", role: "toolbar", "aria-label": "Map" },
      set("Tools", this.tools), set("Zoom", this.zooms), this.colourPart, this.layerPart, this.clusters, this.project, this.near, this.search,
      element("span", { class: "row push" }, this.selected, this.clear))
  }

  choose(tool) {
    for (const node of this.tools) node.setAttribute("aria-pressed", String(node.dataset.tool === tool))
  }

  update(data) {
    const isDrawn = Boolean(data.extent)
    this.options(this.colour, [["", "density"], ...data.columns.map(name => [name, name])], data.colour)
    this.options(this.layer, data.layers.map(name => [name, name]), data.layer)
    this.layerPart.hidden = data.layers.length < 2
    for (const node of [...this.tools, ...this.zooms, this.colour]) node.disabled = !isDrawn
    const isFree = isDrawn && !data.work.is_running
    this.project.hidden = !data.can_project
    this.clusters.hidden = !data.acts.clusters
    this.near.hidden = !data.acts.neighbours || !data.can_project
    this.search.hidden = !data.acts.text_search && !data.acts.neighbours
    this.project.disabled = this.clusters.disabled = !isFree
    this.near.disabled = !isDrawn || !data.has_picked
    setText(this.selected, data.selected)
    this.clear.hidden = !data.has_selection
  }

  options(select, pairs, value) {
    const known = JSON.stringify(pairs)
    if (select.known !== known) {
      select.known = known
      put(select, pairs.map(([key, words]) => element("option", { value: key }, words || "(empty)")))
    }
    select.value = value
  }
}

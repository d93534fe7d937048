// The listed rows of one panel: a picture, a sound or a text with the value beside it.

const WAVE_PX = 28

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

// One path of upright strokes, as loud as each part of the sound.
function waveOf(peaks) {
  const strokes = peaks.map((peak, i) => {
    const half = Math.max(0.5, peak * (WAVE_PX / 2 - 1))
    return `M${i + 0.5} ${(WAVE_PX / 2 - half).toFixed(1)}v${(2 * half).toFixed(1)}`
  }).join("")
  return svg("svg", { viewBox: `0 0 ${peaks.length} ${WAVE_PX}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { d: strokes, stroke: "currentColor", "stroke-width": "0.7", fill: "none" }))
}

// One sound plays at a time; its bytes are asked for when it is to be heard.
class Player {
  constructor(at, row, column, name) {
    this.at = at
    this.wants = { row, column }
    this.audio = element("audio")
    this.start = button("▶", `Play ${column} of row ${name}`, event => { event.stopPropagation(); this.toggle() }, { tabindex: "-1" })
    this.wave = element("span", { class: "why" })
    this.seconds = element("span", { class: "seconds" })
    this.root = element("div", { class: "player" }, this.start, this.wave, this.seconds, this.audio)
    for (const kind of ["pause", "ended"]) this.audio.addEventListener(kind, () => setText(this.start, "▶"))
    this.audio.addEventListener("play", () => setText(this.start, "❚❚"))
  }

  set(made) {
    if (made.peaks) { this.wave.replaceWith(this.wave = waveOf(made.peaks)); setText(this.seconds, `${made.seconds} s`) }
    else if (made.problem) setText(this.wave, made.problem)
  }

  toggle() {
    if (this.at.playing && this.at.playing !== this) this.at.playing.audio.pause()
    this.at.playing = this
    if (!this.audio.getAttribute("src")) this.at.send({ kind: "play", ...this.wants })
    else if (this.audio.paused) this.audio.play().catch(() => {})
    else this.audio.pause()
  }

  hear(sound) {
    if (sound.row !== this.wants.row || sound.column !== this.wants.column || this.audio.getAttribute("src")) return
    if (!sound.uri) return this.set(sound)
    this.audio.src = sound.uri
    this.audio.play().catch(() => {})
  }
}

class Item {
  constructor(at, data, panel, index) {
    this.row = panel.rows[index]
    const name = panel.ids[index]
    this.box = element("input", { type: "checkbox", "aria-label": `Select row ${name}`, tabindex: "-1" })
    this.box.addEventListener("click", event => {
      event.stopPropagation()
      at.send({ kind: "tick", row: this.row, wanted: this.box.checked })
    })
    this.places = new Map()
    this.root = element("li", { class: "item", tabindex: "-1", "aria-label": `Row ${name}, ${data.layer} ${panel.values[index]}` },
      element("div", { class: "head" }, this.box, element("b", { title: data.layer }, panel.values[index])))
    const pictures = element("div", { class: "pictures" })
    for (const [column, kind] of data.media) {
      if (kind === "audio") {
        const player = new Player(at, this.row, column, name)
        this.root.append(player.root)
        this.places.set(column, player)
      } else {
        const place = element("span", { class: "picture waiting", title: data.media.length > 1 ? column : "" })
        pictures.append(place)
        this.places.set(column, place)
      }
    }
    if (pictures.children.length) this.root.append(pictures)
    for (const [column, words, isWrong] of panel.words[index]) {
      const look = { class: isWrong ? "beside wrong" : "beside", title: `${column}: ${words}` }
      this.root.append(column ? element("span", look, words) : element("p", {}, words))
    }
    this.root.append(element("span", { class: "name", title: name }, name))
    this.root.addEventListener("click", event => {
      if (event.shiftKey || event.ctrlKey || event.metaKey) this.tick(at)
      else at.send({ kind: "open", row: this.row })
    })
  }

  tick(at) {
    this.box.checked = !this.box.checked
    at.send({ kind: "tick", row: this.row, wanted: this.box.checked })
  }

  setMedia(made) {
    for (const [column, place] of this.places) {
      const shown = made[`${this.row}:${column}`]
      if (!shown || place.shown) continue
      place.shown = true
      if (place instanceof Player) place.set(shown)
      else {
        place.classList.remove("waiting")
        put(place, [shown.uri ? element("img", { src: shown.uri, alt: "", draggable: "false" })
          : element("span", { class: "why", title: shown.problem }, `No picture: ${shown.problem}`)])
      }
    }
  }
}

// One panel: its name and figures, the bars, and its rows.
class Panel {
  constructor(at) {
    this.at = at
    this.name = element("h3")
    this.count = element("span", { class: "muted" })
    this.header = element("header", {}, this.name, this.count)
    this.bins = new Bins(message => at.send({ ...message, column: this.data.layer }))
    this.list = element("ul", { class: "rows" })
    this.more = button("Show more rows", "", () => at.send({ kind: "more" }), { class: "plain" })
    this.root = element("section", { class: "panel" }, this.header, this.bins.root, this.list, element("div", {}, this.more))
    this.items = []
    this.drawn = ""
    this.active = 0
    this.list.addEventListener("keydown", event => this.key(event))
    this.list.addEventListener("focusin", event => {
      const index = this.items.findIndex(item => item.root.contains(event.target))
      if (index >= 0) this.activate(index)
    })
  }

  update(data, panel, made) {
    this.data = data
    this.header.hidden = !data.is_grouped
    setText(this.name, panel.name)
    setText(this.count, `${whole(panel.row_count)} rows` + (panel.known < panel.row_count ? `, ${whole(panel.known)} with a value` : ""))
    this.bins.update(data, panel)
    const decides = JSON.stringify([data.layer, data.media, panel.rows, panel.values, panel.words])
    if (decides !== this.drawn) {
      const hadFocus = this.list.contains(this.list.getRootNode().activeElement)
      this.drawn = decides
      this.items = panel.rows.map((row, index) => new Item(this.at, data, panel, index))
      put(this.list, this.items.map(item => item.root))
      this.activate(Math.min(this.active, Math.max(0, this.items.length - 1)))
      if (hadFocus) this.items[this.active]?.root.focus({ preventScroll: true })
    }
    const width = data.media.length ? data.media.length * (data.thumbnail_px + 4) + 12 : 220
    this.list.style.setProperty("--item", `${width}px`)
    this.list.style.setProperty("--px", `${data.thumbnail_px}px`)
    this.list.setAttribute("aria-label", `Rows${panel.name ? ` of ${panel.name}` : ""}, ${data.is_most ? "most" : "least"} familiar first`)
    this.items.forEach((item, index) => {
      item.box.checked = panel.picked[index]
      item.root.classList.toggle("picked", panel.picked[index])
      item.root.classList.toggle("opened", data.focus === item.row)
    })
    this.more.hidden = !panel.has_more
    this.setMedia(made)
  }

  setMedia(made) { for (const item of this.items) item.setMedia(made) }

  activate(index) {
    this.active = index
    this.items.forEach((item, at) => item.root.setAttribute("tabindex", at === index ? "0" : "-1"))
  }

  key(event) {
    const item = this.items[this.active]
    if (!item || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button")) return
    const across = Math.max(1, getComputedStyle(this.list).gridTemplateColumns.split(" ").length)
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }
    if (event.key in steps) {
      const to = this.active + steps[event.key]
      if (to >= 0 && to < this.items.length) this.items[to].root.focus()
    } else if (event.key === "Home") this.items[0].root.focus()
    else if (event.key === "End") this.items[this.items.length - 1].root.focus()
    else if (event.key === " ") item.tick(this.at)
    else if (event.key === "Enter") this.at.send({ kind: "open", row: item.row })
    else if (event.key === "p") [...item.places.values()].find(place => place instanceof Player)?.toggle()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}

// The map as a whole: one window for all stages, requests for pictures, and what lies around them.
// One request is under way at a time; what moved meanwhile is asked for when its answer comes.

const ANSWER_MS = 8000
const KEEP_MS = 500
const MAX_OUT = 1.6, MIN_IN = 1e-6
const MARGIN = 0.04
// Keys of the page around the map pass, except those it uses itself.
const PASSING = new Set(["/", "?", "g"])

// What an analysis is doing or has done, with a way to give it up.
class WorkLine {
  constructor(name, words, cancel) {
    this.said = element("span", { class: "said" })
    this.progress = element("progress", { max: "1", "aria-label": "Progress" })
    this.cancel = button("Cancel", words, cancel)
    this.root = element("div", { class: `line ${name}`, role: "status" }, this.progress, this.said, this.cancel)
  }

  update(state) {
    this.root.hidden = !state.is_running && !state.words
    this.root.classList.toggle("problem", state.is_problem)
    this.progress.hidden = this.cancel.hidden = !state.is_running
    this.progress.value = state.share
    setText(this.said, state.is_running ? `${state.what}${state.step ? `: ${state.step}` : "…"}` : state.words)
  }
}

export function render({ model }) {
  const send = message => model.send_msg(message)
  const inks = new Inks(() => { ask(); redraw() })
  let stages = [], window_ = null, isHome = true, tool = "pan", seenWindow = null
  let number = 0, isWaiting = false, isStale = false, answered = 0, timer = 0, keeping = 0, hoverNumber = 0, frame = 0
  let palette = []

  const at = {
    inks, window: () => window_, palette: () => palette, names: () => stages.length === 1 ? model.data.names ?? [] : [],
    focus: () => model.data.focus, extent: () => model.data.extent,
    most: () => Math.max(0, ...stages.map(stage => stage.picture?.under?.rows?.length ?? 0)),
  }
  const acts = {
    tool: () => tool, choose, send, redraw,
    pan(dx, dy) {
      if (!window_) return
      const [width, height] = stages[0].size, [x0, x1, y0, y1] = window_
      move([x0 - dx / width * (x1 - x0), x1 - dx / width * (x1 - x0), y0 + dy / height * (y1 - y0), y1 + dy / height * (y1 - y0)])
    },
    zoom(factor, x, y, stage = stages[0]) {
      if (!stage || !window_) return
      const [width, height] = stage.size
      const [px, py] = stage.place(x ?? width / 2, y ?? height / 2)
      const [x0, x1, y0, y1] = window_
      const whole = homeWindow()
      if (!whole) return
      const span = (x1 - x0) / (whole[1] - whole[0])
      const by = Math.min(Math.max(factor, MIN_IN / span), MAX_OUT / span)
      move([px - (px - x0) * by, px + (x1 - px) * by, py - (py - y0) * by, py + (y1 - py) * by])
    },
    home() {
      isHome = true
      window_ = homeWindow()
      ask()
      redraw()
      keep()
    },
    settled: () => ask(),
    brush: (stage, kind, message) => send({ kind, panel: stage.number, ...message }),
    open: (stage, around) => send({ kind: "open", around, panel: stage.number }),
    hover(stage, around) {
      hoverNumber += 1
      stage.asked = hoverNumber
      send({ kind: "hover", around, panel: stage.number, number: hoverNumber })
    },
  }
  const bar = new Bar(acts)
  const legend = new Legend(send)
  const panels = element("div", { class: "panels" })
  const field = element("div", { class: "field" }, panels, legend.root)
  const emptyWords = element("p")
  const retry = button("Try again", "", () => send({ kind: "project" }))
  const compute = button("", "", () => send({ kind: "embed" }))
  const empty = element("div", { class: "empty", hidden: "" }, emptyWords, element("span", { class: "row", style: "justify-content: center" }, retry, compute))
  const caption = element("div", { class: "caption" })
  const more = element("div", { class: "rest" })
  const work = new WorkLine("work", "Cancel; what is drawn stays", () => send({ kind: "cancel" }))
  const finding = new WorkLine("finding", "Cancel the search", () => send({ kind: "cancel", is_search: true }))
  const root = element("div", { class: "map" }, element("style", {}, STYLE), inks.root, bar.root, empty, field, more, caption, work.root, finding.root)
  const outer = element("div", { class: "box-of" }, root)

  function choose(wanted) {
    tool = wanted
    bar.choose(tool)
    for (const stage of stages) for (const name of ["box", "lasso"]) stage.root.classList.toggle(name, name === tool)
  }

  // --- the window ---------------------------------------------------------------------

  // None while the card has no size: it is being put back, or on a page that is not on show.
  function homeWindow() {
    const [x0, x1, y0, y1] = model.data.extent, [width, height] = stages[0].size
    if (!width || !height) return null
    const span = (low, high) => (high - low) * (1 + 2 * MARGIN) || Math.max(1, Math.abs(low) * 1e-3)
    let across = span(x0, x1), up = span(y0, y1)
    if (model.data.is_projection) {
      const unit = Math.max(across / width, up / height)
      across = unit * width
      up = unit * height
    }
    const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2]
    return [x - across / 2, x + across / 2, y - up / 2, y + up / 2]
  }

  // The middle of the window stays among the points, so that nobody gets lost.
  function move(wanted) {
    if (!wanted.every(Number.isFinite)) return
    const [x0, x1, y0, y1] = wanted, extent = model.data.extent
    const into = (middle, low, high) => Math.min(Math.max(middle, low), high) - middle
    const dx = into((x0 + x1) / 2, extent[0], extent[1]), dy = into((y0 + y1) / 2, extent[2], extent[3])
    window_ = [x0 + dx, x1 + dx, y0 + dy, y1 + dy]
    isHome = false
    ask()
    redraw()
    keep()
  }

  // The window is a setting: told once it rests, so that one journey is one step of the history.
  function keep() {
    clearTimeout(keeping)
    keeping = setTimeout(() => send({ kind: "window", window: isHome ? null : window_ }), KEEP_MS)
  }

  // --- pictures -------------------------------------------------------------------------

  const ratioNow = () => Math.min(globalThis.devicePixelRatio || 1, 2)

  function ask() {
    if (!root.isConnected || !stages.length || !model.data.extent || !window_) return
    if (isWaiting) { isStale = true; return }
    const [width, height] = stages[0].size
    if (width < 8 || height < 8) return
    const ratio = ratioNow()
    isWaiting = true
    isStale = false
    number += 1
    root.dataset.asked = String(number)
    send({ kind: "look", window: window_, width: width * ratio, height: height * ratio, ratio, is_dark: inks.isDark, number })
    clearTimeout(timer)
    timer = setTimeout(() => { isWaiting = false; if (isStale) ask() }, ANSWER_MS)
  }

  async function heard(message) {
    if (message.kind === "sample") {
      const stage = stages.find(one => one.asked === message.number)
      stage?.tell(stage.pointer ? message : null)
      redraw()
    } else if (message.kind === "picture") {
      const order = ++answered
      const opened = await Promise.all(message.panels.map(openedPanel))
      if (order !== answered) return // a newer one was quicker
      opened.forEach((panel, index) => stages[index]?.show(panel, message.window))
      const isAnswer = message.number >= number
      draw()
      root.dataset.painted = String(message.number)
      if (!isAnswer) return
      clearTimeout(timer)
      isWaiting = false
      if (isStale) ask()
    }
  }

  function redraw() {
    if (!frame) frame = requestAnimationFrame(draw)
  }

  function draw() {
    cancelAnimationFrame(frame)
    frame = 0
    if (!root.isConnected || !window_) return
    for (const stage of stages) stage.draw(ratioNow())
  }

  // --- around them ------------------------------------------------------------------------

  function update() {
    const data = model.data
    if (!data.layers) return
    inks.read()
    bar.update(data)
    setText(emptyWords, data.empty)
    empty.hidden = !data.empty
    field.hidden = !data.extent
    retry.hidden = !data.can_retry || data.work.is_running
    compute.hidden = !data.embed || data.work.is_running
    setText(compute, data.embed)
    setText(caption, data.caption)
    setText(more, data.more_groups > 0 ? `${data.more_groups.toLocaleString("en-US")} more ${data.more_groups === 1 ? "group" : "groups"}; how many are shown is a setting.` : "")
    more.hidden = !(data.more_groups > 0)
    work.update(data.work)
    finding.update(data.finding)
    if (!data.extent) return
    updateStages(data)
    legend.update(data.legend, inks.isDark)
    palette = !data.legend ? [] : data.legend.entries ? data.legend.entries.map(entry => entry.colour) : data.legend.ramps[inks.isDark ? "dark" : "light"]
    size()
    if (seenWindow !== data.window_number || !window_) {
      seenWindow = data.window_number
      isHome = !data.window
      window_ = data.window ?? homeWindow()
      ask()
    }
    redraw()
  }

  function updateStages(data) {
    const count = data.panels.length
    if (stages.length !== count) {
      stages = data.panels.map(() => {
        const stage = new Stage(at)
        listen(stage, acts)
        return stage
      })
      put(panels, stages.map(stage => stage.panel))
      choose(tool)
      isWaiting = false
      requestAnimationFrame(() => { size(); ask() })
    }
    data.panels.forEach((panel, index) => stages[index].update(panel, index))
    for (const stage of stages) {
      stage.over.hidden = !data.nothing
      setText(stage.note, data.nothing ?? "")
    }
  }

  // As tall as suits the width; at full size, what the card leaves.
  function size() {
    const width = panels.clientWidth
    if (!width || !stages.length) return
    const across = stages.length === 1 ? 1 : Math.max(1, Math.min(stages.length, 3, Math.floor(width / 220)))
    panels.style.setProperty("--across", across)
    const lines = Math.ceil(stages.length / across)
    const full = root.getRootNode().host?.closest("section.full")
    const room = full ? full.clientHeight - 190 : Math.min(Math.max(width * 0.66, 260), 520)
    const tall = stages.length === 1 ? room : Math.max(160, room / Math.min(lines, 2) - 24)
    root.style.setProperty("--tall", `${Math.round(tall)}px`)
  }

  let shown = ""
  const resized = new ResizeObserver(() => {
    size()
    const now = stages.length ? stages[0].size.join() : ""
    if (now === shown || !model.data.extent || !stages.length || !stages[0].size[0]) return
    shown = now
    if (isHome || !window_) window_ = homeWindow()
    else if (model.data.is_projection) window_ = inShape(window_)
    ask()
    draw()
  })

  // The same middle and height at another shape of the canvas, where both axes share one scale.
  function inShape([x0, x1, y0, y1]) {
    const [width, height] = stages[0].size
    const half = (y1 - y0) / 2 * width / height, middle = (x0 + x1) / 2
    return [middle - half, middle + half, y0, y1]
  }

  root.addEventListener("keydown", event => {
    const isOurs = !event.ctrlKey && !event.metaKey && event.key !== "Tab" && event.key !== "Escape" && !/^F\d/.test(event.key)
    if (isOurs && (isTyping(event) || !PASSING.has(event.key))) event.stopPropagation()
  })
  const fullChanged = () => size()
  globalThis.addEventListener("resize", fullChanged)
  model.on("remove", () => { globalThis.removeEventListener("resize", fullChanged); resized.disconnect() })
  resized.observe(panels)
  choose("pan")
  update()
  requestAnimationFrame(update) // only on the page do elements have a size and the page's colours
  model.on("data", update)
  model.on("msg:custom", heard)
  return outer
}

// Pointer and keys on one stage: pan, zoom, box and lasso. What they mean for rows is Python's affair.

const CLICK_PX = 4
// A lasso around less than this is a slip of the hand.
const MIN_LASSO_PX2 = 24
const HOVER_MS = 70
const NEAR_PX = 7
const WHEEL_STEP = 0.0016

function areaOf(points) {
  const twice = points.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length]
    return sum + x * nextY - nextX * y
  }, 0)
  return Math.abs(twice) / 2
}

// acts: { tool(), pan(dx, dy), zoom(factor, x, y), home(), brush(stage, kind, message), open(stage, around), hover(stage, around), redraw() }
function listen(stage, acts) {
  const { root } = stage
  let start = null, waiting = 0
  const at = event => {
    const box = root.getBoundingClientRect()
    return [event.clientX - box.left - root.clientLeft, event.clientY - box.top - root.clientTop]
  }
  const around = ([x, y]) => {
    const [x0, y1] = stage.place(x - NEAR_PX, y - NEAR_PX), [x1, y0] = stage.place(x + NEAR_PX, y + NEAR_PX)
    return [x0, x1, y0, y1]
  }

  root.addEventListener("pointerdown", event => {
    if (event.button !== 0 || !stage.picture) return
    root.setPointerCapture(event.pointerId)
    root.focus({ preventScroll: true })
    clearTimeout(waiting)
    stage.tell(null)
    const tool = event.ctrlKey || event.metaKey ? "pan" : acts.tool()
    start = { point: at(event), last: at(event), tool, isMoved: false }
    if (tool !== "pan") stage.brush = { tool, points: [at(event)] }
  })
  root.addEventListener("pointermove", event => {
    const point = at(event)
    stage.pointer = point
    if (!start) return soon(point)
    if (Math.hypot(point[0] - start.point[0], point[1] - start.point[1]) > CLICK_PX) start.isMoved = true
    if (start.tool === "pan") {
      root.classList.add("moving")
      if (start.isMoved) acts.pan(point[0] - start.last[0], point[1] - start.last[1])
      start.last = point
    } else {
      const last = stage.brush.points.at(-1)
      if (stage.brush.tool === "box" || Math.hypot(point[0] - last[0], point[1] - last[1]) >= LASSO_STEP_PX) stage.brush.points.push(point)
      acts.redraw()
    }
  })
  root.addEventListener("pointerup", event => {
    if (!start) return
    const { isMoved, tool } = start
    const points = stage.brush?.points ?? []
    end()
    if (!isMoved) acts.open(stage, around(at(event)))
    else if (tool === "box") {
      const [ax, ay] = stage.place(...points[0]), [bx, by] = stage.place(...points.at(-1))
      const window = [Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by)]
      if (window[0] < window[1] && window[2] < window[3]) acts.brush(stage, "box", { window, mode: modeOf(event) })
    } else if (tool === "lasso" && areaOf(points) < MIN_LASSO_PX2) acts.open(stage, around(at(event)))
    else if (tool === "lasso") acts.brush(stage, "lasso", { polygon: points.map(([x, y]) => stage.place(x, y)), mode: modeOf(event) })
    else acts.settled()
  })
  root.addEventListener("pointercancel", end)
  root.addEventListener("pointerleave", () => {
    clearTimeout(waiting)
    stage.pointer = null
    if (!start) { stage.tell(null); acts.redraw() }
  })
  root.addEventListener("wheel", event => {
    if (!stage.picture) return
    event.preventDefault()
    const lines = event.deltaMode === 1 ? 16 : 1
    acts.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * lines * WHEEL_STEP))), ...at(event), stage)
    stage.tell(null)
  }, { passive: false })
  root.addEventListener("dblclick", event => { event.preventDefault(); acts.home() })
  root.addEventListener("keydown", event => {
    if (event.key === "Escape" && start) {
      end()
      event.stopPropagation()
      event.preventDefault()
      return
    }
    if (event.ctrlKey || event.metaKey) return
    const [width, height] = stage.size
    const keys = {
      ArrowLeft: () => acts.pan(width / 8, 0), ArrowRight: () => acts.pan(-width / 8, 0),
      ArrowUp: () => acts.pan(0, height / 8), ArrowDown: () => acts.pan(0, -height / 8),
      "+": () => acts.zoom(0.7, width / 2, height / 2, stage), "=": () => acts.zoom(0.7, width / 2, height / 2, stage),
      "-": () => acts.zoom(1 / 0.7, width / 2, height / 2, stage), 0: () => acts.home(),
      p: () => acts.choose("pan"), b: () => acts.choose("box"), l: () => acts.choose("lasso"),
      Enter: () => acts.open(stage, around([width / 2, height / 2])),
    }
    const act = keys[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
    if (event.key.startsWith("Arrow")) acts.settled()
  })

  function end() {
    start = null
    stage.brush = null
    root.classList.remove("moving")
    acts.redraw()
  }
  // A pointer that rests asks what lies under it.
  function soon(point) {
    clearTimeout(waiting)
    if (stage.picture) waiting = setTimeout(() => acts.hover(stage, around(point)), HOVER_MS)
  }
}

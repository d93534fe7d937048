// One map on a canvas: pictures and discs of three layers, contours, names and what is being drawn by hand.
// Places are data coordinates; `window` is [x from, x to, y from, y to], shared by all stages of a view.

const DISC_PX = [[300, 4.5], [1500, 3.2], [Infinity, 2.1]]
// A rim tells discs apart where they are few; many would paint each other out.
const MAX_RIMMED = 60
// Discs of one colour among so many rows are one path: thousands are drawn within a frame, and no colour covers all others.
const PATH_ROWS = 128
const NAME_PX = 12
// Names of finer clusters come once so much less than everything is in the window.
const NEAR_SHARE = 0.45
const LASSO_STEP_PX = 2

// Colours of the page as a canvas understands them: mixtures are worked out by the browser, on elements nobody sees.
class Inks {
  constructor(changed) {
    this.names = ["ink", "paper", "muted", "line", "all", "fill", "pick"]
    this.probes = this.names.map(name => element("span", { class: "probe", "aria-hidden": "true", style: `color: var(--sy-${name})` }))
    this.root = element("span", { class: "inks" }, ...this.probes)
    // the page's theme changes without telling us; a transition of its ink does
    this.probes[0].addEventListener("transitionend", () => { this.read(); changed() })
  }
  read() {
    this.names.forEach((name, index) => { this[name] = getComputedStyle(this.probes[index]).color })
    const dot = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    dot.fillStyle = this.paper
    dot.fillRect(0, 0, 1, 1)
    const [red, green, blue] = dot.getImageData(0, 0, 1, 1).data
    this.isDark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 110
  }
}

async function opened(layer) {
  if (!layer) return null
  if (layer.png) return { bitmap: await createImageBitmap(new Blob([layer.png], { type: "image/png" })), count: layer.count }
  return { rows: new Int32Array(asBuffer(layer.rows)), places: new Float32Array(asBuffer(layer.places)), codes: new Uint8Array(asBuffer(layer.codes)) }
}

// Bytes come as a buffer or as a view into a larger one, whose start need not fit the numbers.
function asBuffer(bytes) {
  return bytes instanceof ArrayBuffer ? bytes : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
}

async function openedPanel(panel) {
  const [every, under, picked] = await Promise.all([panel.every, panel.under, panel.picked].map(opened))
  const contours = panel.contours.map(({ share, places }) => ({ share, places: new Float32Array(asBuffer(places)) }))
  return { every, under, picked, contours }
}

class Stage {
  // at: { inks, window(), palette(), names(), focus(), extent() }
  constructor(at) {
    this.at = at
    this.canvas = element("canvas", { "aria-hidden": "true" })
    this.note = element("span")
    this.over = element("div", { class: "over", hidden: "" }, this.note)
    this.hint = element("div", { class: "hint", popover: "manual" })
    this.root = element("div", { class: "stage", tabindex: "0", role: "application" }, this.canvas, this.over, this.hint)
    this.words = element("span")
    this.count = element("span")
    this.head = element("h3", { hidden: "" }, this.words, this.count)
    this.panel = element("div", { class: "panel" }, this.head, this.root)
    this.picture = null
    this.brush = null
    this.tinted = new Map()
  }

  update(panel, number) {
    this.number = number
    this.head.hidden = !panel.words
    setText(this.words, panel.words)
    this.words.title = panel.words
    setText(this.count, panel.count)
    this.root.setAttribute("aria-label", panel.words ? `Map of ${panel.words}` : "Map")
  }

  show(picture, window) {
    this.picture = picture
    this.pictureWindow = window
    this.tinted.clear()
  }

  get size() { return [this.root.clientWidth, this.root.clientHeight] }

  x(place) { const [x0, x1] = this.at.window(); return (place - x0) / (x1 - x0) * this.size[0] }
  y(place) { const [, , y0, y1] = this.at.window(); return (y1 - place) / (y1 - y0) * this.size[1] }
  place(x, y) {
    const [x0, x1, y0, y1] = this.at.window()
    const [width, height] = this.size
    return [x0 + x / width * (x1 - x0), y1 - y / height * (y1 - y0)]
  }

  fit(ratio) {
    const [width, height] = this.size.map(side => Math.round(side * ratio))
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width
      this.canvas.height = height
    }
  }

  draw(ratio) {
    this.fit(ratio)
    const ctx = this.canvas.getContext("2d")
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
    const [width, height] = this.size
    ctx.clearRect(0, 0, width, height)
    const { inks } = this.at
    if (this.picture && this.at.window()) {
      const { every, under, picked, contours } = this.picture
      this.layer(ctx, every, inks.all, ratio)
      this.layer(ctx, under, this.at.palette().length ? null : inks.fill, ratio)
      this.contours(ctx, contours)
      this.layer(ctx, picked, inks.pick, ratio, true)
      this.names(ctx)
      this.focus(ctx)
    }
    this.drawBrush(ctx)
  }

  layer(ctx, layer, ink, ratio, isPick = false) {
    if (!layer) return
    if (layer.bitmap) this.pixels(ctx, layer.bitmap, ink, ratio)
    else this.discs(ctx, layer, ink, isPick)
  }

  // Where the picture lies now: it was made for another window while one zooms or pans.
  pixels(ctx, bitmap, ink, ratio) {
    const [x0, x1, y0, y1] = this.pictureWindow
    const [left, top, right, bottom] = [this.x(x0), this.y(y1), this.x(x1), this.y(y0)].map(edge => Math.round(edge * ratio * 8) / 8 / ratio)
    ctx.imageSmoothingEnabled = Math.abs((right - left) * ratio - bitmap.width) > 0.5
    ctx.drawImage(ink ? this.tint(bitmap, ink) : bitmap, left, top, right - left, bottom - top)
  }

  tint(bitmap, ink) {
    const known = this.tinted.get(bitmap)
    if (known?.ink === ink) return known.canvas
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    const ctx = canvas.getContext("2d")
    ctx.drawImage(bitmap, 0, 0)
    ctx.globalCompositeOperation = "source-in"
    ctx.fillStyle = ink
    ctx.fillRect(0, 0, bitmap.width, bitmap.height)
    this.tinted.set(bitmap, { ink, canvas })
    return canvas
  }

  discs(ctx, { rows, places, codes }, ink, isPick) {
    const [x0, x1, y0, y1] = this.pictureWindow
    // the same in all maps of a view: a group of few rows is not louder than one of many
    const most = isPick ? rows.length : Math.max(rows.length, this.at.most())
    const radius = DISC_PX.find(([limit]) => most <= limit)[1] + (isPick ? 0.6 : 0)
    const palette = this.at.palette()
    const painted = []
    for (let first = 0; first < rows.length; first += PATH_ROWS) {
      const paths = new Map()
      for (let i = first; i < Math.min(first + PATH_ROWS, rows.length); i++) {
        const x = this.x(x0 + places[2 * i] * (x1 - x0))
        const y = this.y(y0 + places[2 * i + 1] * (y1 - y0))
        const colour = ink ?? palette[codes[i]] ?? this.at.inks.muted
        if (!paths.has(colour)) paths.set(colour, new Path2D())
        const path = paths.get(colour)
        path.moveTo(x + radius, y)
        path.arc(x, y, radius, 0, 2 * Math.PI)
      }
      painted.push(...paths)
    }
    const isRimmed = rows.length <= (isPick ? 5 : 1) * MAX_RIMMED
    ctx.strokeStyle = this.at.inks.paper
    // selected rows have their rims below all of them: of many at one place nothing else would be seen
    if (isPick && isRimmed) {
      ctx.lineWidth = 2.5
      for (const [, path] of painted) ctx.stroke(path)
    }
    ctx.lineWidth = 0.75
    for (const [colour, path] of painted) {
      ctx.fillStyle = colour
      ctx.globalAlpha = isPick ? 1 : 0.85
      ctx.fill(path)
      ctx.globalAlpha = 1
      if (!isPick && isRimmed) ctx.stroke(path)
    }
  }

  contours(ctx, contours) {
    const [x0, x1, y0, y1] = this.pictureWindow
    ctx.strokeStyle = this.at.inks.ink
    for (const { share, places } of contours) {
      ctx.globalAlpha = 0.75
      ctx.lineWidth = share <= 0.5 ? 1.5 : 0.8
      ctx.beginPath()
      for (let i = 0; i < places.length; i += 2) {
        ctx.lineTo(this.x(x0 + places[i] * (x1 - x0)), this.y(y0 + places[i + 1] * (y1 - y0)))
      }
      ctx.stroke()
    }
    ctx.globalAlpha = 1
  }

  // Larger clusters first; a name that would lie on another is left out until one zooms in.
  names(ctx) {
    const [x0, x1, y0, y1] = this.at.window()
    const extent = this.at.extent()
    const isNear = Math.max((x1 - x0) / (extent[1] - extent[0] || 1), (y1 - y0) / (extent[3] - extent[2] || 1)) < NEAR_SHARE
    const font = getComputedStyle(this.root).fontFamily
    ctx.textAlign = "center"
    ctx.textBaseline = "middle"
    ctx.lineJoin = "round"
    const taken = []
    for (const name of this.at.names()) {
      if (name.depth && !isNear) continue
      const [x, y] = [this.x(name.x), this.y(name.y)]
      ctx.font = `${name.depth ? 400 : 600} ${NAME_PX}px ${font}`
      const words = name.words.length > 42 ? `${name.words.slice(0, 41)}…` : name.words
      const half = ctx.measureText(words).width / 2 + 4
      const [width, height] = this.size
      if (x < 0 || x > width || y < 0 || y > height) continue
      const middle = Math.min(Math.max(x, half), Math.max(half, width - half))
      const box = [middle - half, y - NAME_PX, middle + half, y + NAME_PX]
      if (taken.some(other => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue
      taken.push(box)
      ctx.lineWidth = 4
      ctx.strokeStyle = this.at.inks.paper
      ctx.strokeText(words, middle, y)
      ctx.fillStyle = this.at.inks.ink
      ctx.fillText(words, middle, y)
    }
    this.root.dataset.names = String(taken.length)
  }

  focus(ctx) {
    for (const place of [this.at.focus(), this.hovered]) {
      if (!place) continue
      ctx.beginPath()
      ctx.arc(this.x(place[0]), this.y(place[1]), 7, 0, 2 * Math.PI)
      ctx.lineWidth = 4
      ctx.strokeStyle = this.at.inks.paper
      ctx.stroke()
      ctx.lineWidth = 2
      ctx.strokeStyle = this.at.inks.ink
      ctx.stroke()
    }
  }

  drawBrush(ctx) {
    if (!this.brush) return
    const points = this.brush.points
    ctx.beginPath()
    if (this.brush.tool === "box") {
      const [[ax, ay], [bx, by]] = [points[0], points.at(-1)]
      ctx.rect(Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax), Math.abs(by - ay))
    } else for (const [x, y] of points) ctx.lineTo(x, y)
    if (this.brush.tool === "lasso") ctx.closePath()
    ctx.globalAlpha = 0.12
    ctx.fillStyle = this.at.inks.pick
    ctx.fill()
    ctx.globalAlpha = 1
    ctx.lineWidth = 1.5
    ctx.strokeStyle = this.at.inks.pick
    ctx.stroke()
  }

  // The sample under the pointer, beside it; all of it is set as text.
  tell(sample) {
    const isKnown = sample && (sample.is_many || sample.row !== undefined)
    this.hovered = sample?.place ?? null
    if (!isKnown || !this.hint.isConnected) {
      if (this.hint.matches(":popover-open")) this.hint.hidePopover()
      return
    }
    if (sample.is_many) put(this.hint, [element("p", {}, "Many rows here; zoom in to see them one by one.")])
    else {
      const list = element("dl")
      for (const [name, value] of sample.values) list.append(element("dt", {}, name), element("dd", {}, value))
      put(this.hint, [
        ...(sample.uri ? [element("img", { src: sample.uri, alt: "" })] : []),
        element("b", {}, sample.title),
        ...(sample.text ? [element("p", {}, sample.text)] : []),
        ...(sample.values.length ? [list] : []),
      ])
    }
    // in the browser's top layer, so that no small map cuts it off
    this.hint.showPopover()
    const box = this.root.getBoundingClientRect()
    const [x, y] = [box.left + (this.pointer?.[0] ?? 0), box.top + (this.pointer?.[1] ?? 0)]
    const { offsetWidth, offsetHeight } = this.hint
    this.hint.style.left = `${Math.max(2, x + 14 + offsetWidth > innerWidth ? x - 14 - offsetWidth : x + 14)}px`
    this.hint.style.top = `${Math.max(2, Math.min(y + 14, innerHeight - offsetHeight - 2))}px`
  }
}

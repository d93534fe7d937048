// A card's content as a picture: what is drawn on the page is written anew as plain SVG, and PNG is that SVG painted.
//
// Nothing is embedded as HTML, so the file opens in any program and its texts stay texts. Text is placed line by line
// where the browser put it; colours, borders, images, canvases and inline SVG are taken as computed. What no element
// of a page shows (scrolled or cut away) is not in it.

const PICTURE_PAD_PX = 12
// Browsers refuse larger canvases.
const MAX_CANVAS_SIDE_PX = 16000, MAX_CANVAS_AREA_PX = 120e6, PNG_SCALE = 2
const MAX_CAPTION_LINES = 4
// Controls of a plot are no part of its picture.
const NOT_PICTURED = ".bk-ToolbarPanel, .bk-Toolbar, .bk-logo, style, script, template, noscript"

const pictureCanvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
const round = number => Number(number.toFixed(2))

// XML knows no control characters, and no halves of a pair.
function escapeXml(text) {
  return String(text).toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"']/g, sign => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" })[sign])
}

function tag(name, attributes, inner = "") {
  const words = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== "")
  return `<${name}${words.map(([key, value]) => ` ${key}="${escapeXml(typeof value === "number" ? round(value) : value)}"`).join("")}` +
    (inner ? `>${inner}</${name}>` : "/>")
}

// Computed colours may be mixtures that other programs do not know; give { colour: "#rrggbb", opacity }.
const colours = new Map()
function plainColour(css) {
  if (!colours.has(css)) {
    pictureCanvas.clearRect(0, 0, 1, 1)
    pictureCanvas.fillStyle = css
    pictureCanvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = pictureCanvas.getImageData(0, 0, 1, 1).data
    colours.set(css, { colour: `#${[r, g, b].map(part => part.toString(16).padStart(2, "0")).join("")}`, opacity: a / 255 })
  }
  return colours.get(css)
}
function paint(kind, css) {
  const { colour, opacity } = plainColour(css)
  return opacity === 0 ? { [kind]: "none" } : { [kind]: colour, ...(opacity < 1 ? { [`${kind}-opacity`]: opacity } : {}) }
}

const fontOf = style => `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
const fonts = new Map()
function metricsOf(font) {
  if (!fonts.has(font)) {
    pictureCanvas.font = font
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = pictureCanvas.measureText("x")
    fonts.set(font, { ascent, height: ascent + descent })
  }
  return fonts.get(font)
}
function textWidth(text, font) {
  pictureCanvas.font = font
  return pictureCanvas.measureText(text).width
}

class Picture {
  // origin: the page's point that becomes (0, 0)
  constructor(origin) {
    this.origin = origin
    this.parts = []
    this.clips = 0
  }
  add(part) { this.parts.push(part) }
  x(value) { return round(value - this.origin.left) }
  y(value) { return round(value - this.origin.top) }

  // cut: right edge at which texts end in "…", when an element around them says so
  walk(node, cut = null) {
    if (node.nodeType === Node.TEXT_NODE) this.text(node, cut)
    else if (node.nodeType === Node.ELEMENT_NODE) this.element(node, cut)
  }
  element(node, cut) {
    if (node.matches(NOT_PICTURED) || node.checkVisibility?.() === false) return
    const style = getComputedStyle(node)
    const box = node.getBoundingClientRect()
    const isForReadersOnly = style.clipPath !== "none" && box.width <= 1 && box.height <= 1
    if (style.opacity === "0" || isForReadersOnly) return
    if (isEmptyControl(node)) return
    const first = this.parts.length
    if (style.visibility === "visible") this.box(node, style)
    if (node.namespaceURI === SVG_NAME) this.drawing(node, box)
    else if (!this.replaced(node, style, box)) this.inner(node, style, box, cut)
    if (Number(style.opacity) < 1) this.wrap(first, { opacity: style.opacity })
  }
  wrap(first, attributes) {
    const inner = this.parts.splice(first).join("")
    if (inner) this.add(tag("g", attributes, inner))
  }
  inner(node, style, box, cut) {
    const first = this.parts.length
    const isCut = style.overflowX !== "visible" && style.display !== "inline"
    const hasEllipsis = isCut && style.textOverflow === "ellipsis" && node.scrollWidth > node.clientWidth
    if (hasEllipsis) cut = box.right - parseFloat(style.borderRightWidth) - parseFloat(style.paddingRight)
    const children = node.shadowRoot ? node.shadowRoot.childNodes : node.localName === "slot" ? node.assignedNodes() : node.childNodes
    for (const child of children) this.walk(child, cut)
    const isOver = node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight
    if (!isCut || !isOver || this.parts.length === first) return
    const id = `clip-${++this.clips}`
    const left = box.left + node.clientLeft, top = box.top + node.clientTop
    this.wrap(first, { "clip-path": `url(#${id})` })
    const rect = tag("rect", { x: this.x(left), y: this.y(top), width: node.clientWidth, height: node.clientHeight })
    this.parts.splice(first, 0, tag("clipPath", { id }, rect))
  }

  // --- boxes -----------------------------------------------------------------------

  box(node, style) {
    const rects = style.display === "inline" ? node.getClientRects() : [node.getBoundingClientRect()]
    for (const rect of rects) if (rect.width && rect.height) this.oneBox(rect, style)
  }
  oneBox(rect, style) {
    const sides = ["Top", "Right", "Bottom", "Left"].map(side => ({
      width: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]), colour: style[`border${side}Color`] }))
    const place = { x: this.x(rect.left), y: this.y(rect.top), width: rect.width, height: rect.height }
    const said = style.borderTopLeftRadius
    const radius = Math.min(parseFloat(said) * (said.endsWith("%") ? Math.min(rect.width, rect.height) / 100 : 1), rect.width / 2, rect.height / 2)
    const fill = paint("fill", style.backgroundColor)
    const round = radius ? { rx: radius } : {}
    const [top] = sides
    const isEven = sides.every(side => side.width === top.width && side.colour === top.colour)
    if (isEven && top.width && plainColour(top.colour).opacity) {
      const half = top.width / 2
      const inner = { x: place.x + half, y: place.y + half, width: Math.max(rect.width - top.width, 0), height: Math.max(rect.height - top.width, 0) }
      this.add(tag("rect", { ...inner, ...round, ...fill, ...paint("stroke", top.colour), "stroke-width": top.width }))
      return
    }
    if (fill.fill !== "none") this.add(tag("rect", { ...place, ...round, ...fill }))
    if (isEven) return
    const at = [{ height: sides[0].width }, { x: place.x + rect.width - sides[1].width, width: sides[1].width },
      { y: place.y + rect.height - sides[2].width, height: sides[2].width }, { width: sides[3].width }]
    sides.forEach((side, index) => {
      if (side.width && plainColour(side.colour).opacity) this.add(tag("rect", { ...place, ...at[index], ...paint("fill", side.colour) }))
    })
  }

  // --- what the browser draws as one thing -------------------------------------------

  replaced(node, style, box) {
    const draw = { img: this.image, canvas: this.canvas, input: this.control, select: this.control, textarea: this.control }[node.localName]
    if (!draw) return ["audio", "video", "iframe", "object", "embed"].includes(node.localName)
    if (box.width && box.height && style.visibility === "visible") draw.call(this, node, style, box)
    return true
  }
  picture(href, style, box, fit) {
    const inset = side => parseFloat(style[`padding${side}`]) + parseFloat(style[`border${side}Width`])
    const place = { x: this.x(box.left) + inset("Left"), y: this.y(box.top) + inset("Top"),
      width: Math.max(box.width - inset("Left") - inset("Right"), 0), height: Math.max(box.height - inset("Top") - inset("Bottom"), 0) }
    this.add(tag("image", { ...place, href, preserveAspectRatio: fit,
      style: style.imageRendering === "auto" ? "" : `image-rendering: ${style.imageRendering}` }))
  }
  image(node, style, box) {
    if (!node.complete || !node.naturalWidth) return
    const fit = { fill: "none", cover: "xMidYMid slice" }[style.objectFit] ?? "xMidYMid meet"
    this.picture(node.currentSrc.startsWith("data:") ? node.currentSrc : dataOf(node, node.naturalWidth, node.naturalHeight), style, box, fit)
  }
  canvas(node, style, box) {
    if (node.width && node.height) this.picture(node.toDataURL(), style, box, "none")
  }
  drawing(node, box) {
    const copy = node.cloneNode(true)
    const [from, to] = [[node, ...node.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]]
    from.forEach((one, index) => {
      const style = getComputedStyle(one)
      for (const [name, kind] of [["fill", "fill"], ["stroke", "stroke"]]) {
        const value = style[name]
        const plain = /^(none|url|context)/.test(value) ? { [kind]: value } : paint(kind, value)
        for (const [key, words] of Object.entries(plain)) to[index].setAttribute(key, String(words))
      }
      for (const name of ["stroke-width", "opacity", "font-family", "font-size", "font-weight", "text-anchor"]) to[index].setAttribute(name, style.getPropertyValue(name))
      for (const { name } of [...to[index].attributes]) if (/^on|^style$|^class$/i.test(name)) to[index].removeAttribute(name)
    })
    to.filter(one => /^(script|foreignObject|style)$/i.test(one.localName)).forEach(one => one.remove())
    const place = { x: this.x(box.left), y: this.y(box.top), width: box.width, height: box.height }
    for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(round(value)))
    this.add(new XMLSerializer().serializeToString(copy))
  }
  control(node, style, box) {
    const { colour, opacity } = plainColour(style.color)
    if (node.type === "checkbox" || node.type === "radio") {
      const side = Math.min(box.width, box.height) - 2
      const place = { x: this.x(box.left) + 1, y: this.y(box.top) + 1, width: side, height: side, rx: node.type === "radio" ? side / 2 : 2 }
      this.add(tag("rect", { ...place, fill: "none", stroke: colour, "stroke-opacity": opacity * 0.6 }))
      const mark = `M${round(place.x + side * 0.2)} ${round(place.y + side * 0.5)}l${round(side * 0.25)} ${round(side * 0.25)}l${round(side * 0.4)} ${round(-side * 0.5)}`
      if (node.checked) this.add(tag("path", { d: mark, fill: "none", stroke: colour, "stroke-width": 2 }))
    } else if (node.type === "range") {
      const share = (node.value - node.min) / (node.max - node.min || 1)
      this.add(tag("rect", { x: this.x(box.left), y: this.y(box.top) + box.height / 2 - 1, width: box.width, height: 2, fill: colour, "fill-opacity": 0.4 }))
      this.add(tag("circle", { cx: this.x(box.left) + 6 + share * (box.width - 12), cy: this.y(box.top) + box.height / 2, r: 6, fill: colour }))
    } else {
      const words = node.localName === "select" ? node.selectedOptions[0].text : node.value
      const left = box.left + parseFloat(style.borderLeftWidth) + parseFloat(style.paddingLeft)
      const font = fontOf(style), { ascent, height } = metricsOf(font)
      const line = fitted(words.split("\n")[0], font, box.right - left)
      this.line(line, style, { left, top: box.top + (box.height - height) / 2, width: textWidth(line, font), height }, ascent)
    }
  }

  // --- text --------------------------------------------------------------------------

  text(node, cut) {
    const parent = node.parentElement ?? node.parentNode.host
    if (!node.data.trim() || !parent) return
    const style = getComputedStyle(parent)
    if (style.visibility !== "visible" || parseFloat(style.fontSize) === 0) return
    const { ascent, height } = metricsOf(fontOf(style))
    for (const line of linesOf(node, style)) {
      const box = { left: line.left, top: line.top + (line.height - height) / 2, width: line.right - line.left, height }
      if (box.width === 0) continue
      let words = line.text
      if (cut !== null && line.right > cut + 0.5) {
        if (line.left >= cut) continue
        words = fitted(words, fontOf(style), cut - line.left)
        box.width = textWidth(words, fontOf(style))
      }
      this.line(words, style, box, ascent)
    }
  }
  line(words, style, box, ascent) {
    if (!words) return
    const shown = { uppercase: words.toUpperCase(), lowercase: words.toLowerCase() }[style.textTransform] ?? words
    this.add(tag("text", {
      x: this.x(box.left), y: this.y(box.top + ascent), textLength: box.width, lengthAdjust: "spacingAndGlyphs",
      "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight === "400" ? "" : style.fontWeight,
      "font-style": style.fontStyle === "normal" ? "" : style.fontStyle,
      "text-decoration": style.textDecorationLine === "none" ? "" : style.textDecorationLine, "xml:space": "preserve",
      ...paint("fill", style.color) }, escapeXml(shown)))
  }
}
// A field in which nothing stands says nothing in a picture.
function isEmptyControl(node) {
  if (node.localName === "select") return !node.selectedOptions.length
  return node.matches("textarea, input:not([type=checkbox], [type=radio], [type=range])") && (!node.value || /^(hidden|password)$/.test(node.type))
}

const SVG_NAME = "http://www.w3.org/2000/svg"

// A text node's lines as the browser broke them: [{ text, left, right, top, height }].
function linesOf(node, style) {
  const range = document.createRange()
  range.selectNodeContents(node)
  const keepsSpace = style.whiteSpaceCollapse === "preserve" || style.whiteSpace.startsWith("pre")
  const tidy = text => keepsSpace ? text.replace(/[\n\r]/g, "") : text.replace(/\s+/g, " ").trim()
  const rects = [...range.getClientRects()].filter(rect => rect.width)
  if (rects.length === 1) return [{ text: tidy(node.data), left: rects[0].left, right: rects[0].right, top: rects[0].top, height: rects[0].height }]
  const lines = []
  for (let at = 0; rects.length && at < node.data.length;) {
    const sign = String.fromCodePoint(node.data.codePointAt(at))
    range.setStart(node, at)
    range.setEnd(node, at += sign.length)
    const rect = range.getClientRects()[0]
    if (!rect || !rect.width) continue
    const last = lines.at(-1)
    if (last && Math.abs(last.top - rect.top) < rect.height / 2) {
      last.text += sign
      last.left = Math.min(last.left, rect.left)
      last.right = Math.max(last.right, rect.right)
    } else lines.push({ text: sign, left: rect.left, right: rect.right, top: rect.top, height: rect.height })
  }
  return lines.map(line => ({ ...line, text: tidy(line.text) }))
}

// Give the longest beginning that fits, with "…" where something is left out.
function fitted(text, font, width) {
  if (textWidth(text, font) <= width) return text
  const signs = [...text]
  let low = 0, high = signs.length
  while (low < high) {
    const half = Math.ceil((low + high) / 2)
    if (textWidth(`${signs.slice(0, half).join("")}…`, font) <= width) low = half
    else high = half - 1
  }
  return `${signs.slice(0, low).join("")}…`
}

function dataOf(image, width, height) {
  const canvas = element("canvas", { width: String(width), height: String(height) })
  canvas.getContext("2d").drawImage(image, 0, 0)
  return canvas.toDataURL()
}

// Break a caption at spaces; the last line that there is room for ends in "…".
function wrapped(text, font, width) {
  const lines = [""]
  for (const word of text.split(/\s+/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word
    if (textWidth(longer, font) <= width || lines.length === MAX_CAPTION_LINES) lines[lines.length - 1] = longer
    else if (lines.at(-1)) lines.push(word)
    else lines[0] = longer
  }
  return lines.map(line => fitted(line, font, width))
}

// Title and count on one line, the filter in as many as it takes.
function captionOf(section, words, width) {
  const style = getComputedStyle(section)
  const ink = paint("fill", style.color), size = 14
  const line = (text, y, more) => tag("text", { x: PICTURE_PAD_PX, y, "font-family": style.fontFamily, "font-size": size, ...ink, ...more }, escapeXml(text))
  const heading = `600 ${size}px ${style.fontFamily}`, plain = `12px ${style.fontFamily}`
  const title = fitted(words.title, heading, width * 0.6)
  const parts = [line(title, 24, { "font-weight": "600" })]
  const left = PICTURE_PAD_PX + textWidth(title, heading) + 12
  parts.push(line(fitted(words.count, plain, PICTURE_PAD_PX + width - left), 24, { x: left, "font-size": 12, "fill-opacity": 0.75 }))
  const rest = words.filter_text ? wrapped(`Filter: ${words.filter_text}`, plain, width) : []
  rest.forEach((text, index) => parts.push(line(text, 42 + 16 * index, { "font-size": 12, "fill-opacity": 0.75 })))
  return { text: parts.join(""), height: 36 + 16 * rest.length }
}

// Give { text, width, height } of a standalone SVG; words: title, count, filter_text, sentence.
function pictureOf(body, section, words) {
  const box = body.getBoundingClientRect()
  const style = getComputedStyle(body)
  const inner = { left: box.left + parseFloat(style.paddingLeft), top: box.top + parseFloat(style.paddingTop) }
  const picture = new Picture(inner)
  picture.inner(body, style, box, null)
  const width = Math.max(body.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight), 120)
  const bodyHeight = body.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom)
  const caption = captionOf(section, words, width)
  const size = { width: width + 2 * PICTURE_PAD_PX, height: caption.height + bodyHeight + PICTURE_PAD_PX }
  const text = tag("svg", { xmlns: SVG_NAME, ...size, viewBox: `0 0 ${round(size.width)} ${round(size.height)}`, role: "img" },
    tag("title", {}, escapeXml(words.title)) + tag("desc", {}, escapeXml(words.sentence)) +
    tag("rect", { width: size.width, height: size.height, ...paint("fill", getComputedStyle(section).backgroundColor) }) + caption.text +
    tag("g", { transform: `translate(${PICTURE_PAD_PX} ${caption.height})` }, picture.parts.join("")))
  return { text, ...size }
}

async function painted({ text, width, height }) {
  const scale = Math.min(PNG_SCALE, MAX_CANVAS_SIDE_PX / width, MAX_CANVAS_SIDE_PX / height, Math.sqrt(MAX_CANVAS_AREA_PX / (width * height)))
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = element("canvas", { width: String(Math.round(width * scale)), height: String(Math.round(height * scale)) })
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise(done => canvas.toBlob(done, "image/png"))
  if (!blob) throw new Error("the browser could not paint a picture of this size")
  return blob
}

async function savePicture(kind, body, section, words) {
  const picture = pictureOf(body, section, words)
  const blob = kind === "PNG" ? await painted(picture) : new Blob([picture.text], { type: "image/svg+xml" })
  const address = URL.createObjectURL(blob)
  element("a", { href: address, download: `${words.file_stem}.${kind.toLowerCase()}` }).click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

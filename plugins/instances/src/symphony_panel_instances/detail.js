// The opened row: its media large, its facts, and all its columns.

function copyText(text, host) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text)
  const field = element("textarea", { "aria-hidden": "true" }, text) // pages without encryption have no clipboard
  host.append(field)
  field.select()
  document.execCommand("copy")
  field.remove()
  return Promise.resolve()
}

function makeDetail(at) {
  const { model, say } = at
  const title = element("h3")
  const box = element("input", { type: "checkbox" })
  box.addEventListener("click", () => at.tick([{ row: model.detail.row }], !at.isPicked(model.detail.row)))
  const copy = button("copy id", "Copy id", () => {
    copyText(model.detail.title, root).then(() => (copy.textContent = "copied"), () => (copy.textContent = "not copied"))
    setTimeout(() => (copy.textContent = "copy id"), 1500)
  }, { class: "plain" })
  const before = button("‹", "Row before", () => step(-1), { class: "plain" })
  const after = button("›", "Next row", () => step(1), { class: "plain" })
  const shut = button("✕", "Close row", () => at.close(), { class: "plain" })
  const media = element("div")
  const note = element("div", { class: "note" })
  const facts = element("dl")
  const root = element("aside", { class: "detail", hidden: "", tabindex: "-1" },
    element("header", {}, box, title, copy, before, after, shut), media, note, facts)
  let mediaShown = "", factsShown = "", players = []

  const step = (by) => say({ kind: "step", by })

  // Give the keyboard back to the row, before the panel goes.
  function letGo() {
    const item = at.items().find((one) => one.row === model.detail.row) ?? at.panels[0]?.items[at.panels[0].active]
    if (root.contains(root.getRootNode().activeElement)) item?.opener.focus()
  }

  function draw() {
    const data = model.detail
    const isOpen = data.row !== undefined
    root.hidden = !isOpen
    at.drawOpened()
    if (!isOpen) {
      stop(at, players)
      players = []
      mediaShown = factsShown = ""
      put(media, [])
      return
    }
    title.textContent = title.title = data.title
    root.setAttribute("aria-label", `Row ${data.title}`)
    box.setAttribute("aria-label", `Select opened row ${data.title}`)
    before.disabled = !data.can_go_back
    after.disabled = !data.can_go_on
    note.textContent = data.note
    note.hidden = !data.note
    drawMedia(data)
    drawTicks()
    const shape = JSON.stringify([data.fields, model.data.words])
    if (shape === factsShown) return
    factsShown = shape
    put(facts, data.fields.flatMap(({ name, text, right }) => {
      const cell = fillCell(element("dd", right ? { class: "num" } : {}), text, model.data.words ?? [])
      cell.removeAttribute("title")
      return [element("dt", { class: "mono" }, name), cell]
    }))
  }

  function drawMedia(data) {
    const shape = JSON.stringify([data.row, data.media, data.is_full])
    if (shape === mediaShown) return
    mediaShown = shape
    const playing = players.find((one) => one.row === data.row && !one.audio.paused)
    stop(at, players.filter((one) => one !== playing))
    players = playing ? [playing] : []
    put(media, data.media.flatMap((one) => [one.kind === "image" ? picture(data, one) : sound(data, one, playing), ...factsLine(data, one)]))
  }

  function picture(data, { uri, problem, column }) {
    const place = element("div", { class: data.is_full ? "large full" : "large" })
    if (uri) {
      const words = data.is_full ? "Fit the picture" : "Show the picture in its own size"
      place.append(button(element("img", { src: uri, alt: `Picture ${column} of row ${data.title}` }), words,
        () => say({ kind: "full", full: !model.detail.is_full })))
    } else if (problem) place.append(element("span", { class: "muted" }, `No picture: ${problem}`))
    return place
  }

  function sound(data, made, playing) {
    if (playing?.column === made.column) return playing.place
    const one = player(at, data.row, made.column, data.title)
    one.start.tabIndex = 0
    one.set(made)
    players.push(one)
    return one.place
  }

  function factsLine(data, { column, facts }) {
    if (!facts) return []
    const named = data.media.length > 1 ? [column] : []
    return [element("div", { class: "facts" }, [...named, ...facts].join(" · "))]
  }

  function drawTicks() { box.checked = model.detail.row !== undefined && at.isPicked(model.detail.row) }

  const STEPS = { ArrowLeft: -1, ArrowUp: -1, k: -1, ArrowRight: 1, ArrowDown: 1, j: 1 }
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(".player")) return
    if (event.key === " " && !event.target.closest("button, input")) at.tick([{ row: model.detail.row }], !at.isPicked(model.detail.row))
    else if (event.key in STEPS) step(STEPS[event.key])
    else if (event.key === "p") players[0]?.start.click()
    else return
    event.preventDefault()
    event.stopPropagation()
  })

  return { root, draw, drawTicks, letGo, isShown: () => !root.hidden, focus: () => root.focus() }
}

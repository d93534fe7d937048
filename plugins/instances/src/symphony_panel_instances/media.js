// Pictures and players. A sound is asked for when it is to be played, and not before.

const WAVE_HEIGHT = 32

// --- pictures ---------------------------------------------------------------

function thumbnail() { return element("span", { class: "thumbnail waiting" }) }

function setThumbnail(place, made) {
  place.classList.remove("waiting")
  if (made.uri) put(place, [element("img", { src: made.uri, alt: "", draggable: "false" })])
  else put(place, [element("span", { class: "why", title: made.problem }, `No picture: ${made.problem}`)])
}

// --- sounds -----------------------------------------------------------------

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

// One path of upright strokes, as loud as each part of the sound.
function strokes(peaks) {
  const middle = WAVE_HEIGHT / 2
  return peaks.map((peak, i) => {
    const half = Math.max(0.5, peak * (middle - 1))
    return `M${i + 0.5} ${(middle - half).toFixed(1)}V${(middle + half).toFixed(1)}`
  }).join("")
}

function waveOf(peaks, heard) {
  const path = strokes(peaks)
  const line = (name) => svg("path", { d: path, class: name, stroke: "currentColor", "stroke-width": "0.7", fill: "none" })
  heard.append(line(""))
  return svg("svg", { class: "wave", viewBox: `0 0 ${peaks.length} ${WAVE_HEIGHT}`, preserveAspectRatio: "none",
    "aria-hidden": "true" }, line(""), heard)
}

function secondsText(seconds) {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")} min`
}

// `at.sounds` are the players on show; only one of them plays at a time.
function player(at, row, column, name) {
  const place = element("div", { class: "player", role: "group", "aria-label": `Sound ${column} of row ${name}` })
  const audio = element("audio", { controls: "", preload: "metadata", hidden: "", "aria-label": `Sound ${column} of row ${name}` })
  const start = button("▶", `Play ${column} of row ${name}`, (event) => {
    event.stopPropagation()
    toggle()
  }, { class: "play", tabindex: "-1" })
  const length = element("span", { class: "seconds" })
  const outline = element("span", { class: "why" })
  place.append(start, outline, length, audio)
  const clip = svg("g", { class: "heard" })
  const made = { place, audio, row, column, start, set, hear, pause: () => audio.pause() }
  let seconds = 0

  function toggle() {
    if (!audio.getAttribute("src")) {
      place.classList.add("loading")
      at.asked = made
      at.say({ kind: "play", row, column, client: at.client })
    } else if (audio.paused) audio.play().catch(() => {})
    else audio.pause()
  }

  function set(shown) {
    seconds = shown.seconds ?? 0
    length.textContent = seconds ? secondsText(seconds) : ""
    place.querySelector(".wave")?.remove()
    outline.hidden = Boolean(shown.peaks)
    outline.textContent = outline.title = shown.problem ?? ""
    if (shown.peaks) {
      clip.replaceChildren()
      const wave = waveOf(shown.peaks, clip)
      wave.addEventListener("click", (event) => {
        event.stopPropagation()
        if (!audio.getAttribute("src")) return toggle()
        const box = wave.getBoundingClientRect()
        audio.currentTime = (event.clientX - box.left) / box.width * (audio.duration || seconds)
      })
      outline.before(wave)
      paint()
    }
  }

  function hear(sound) {
    place.classList.remove("loading")
    if (!sound.uri) return fail(sound.problem)
    audio.hidden = false
    audio.src = sound.uri
    audio.play().catch(() => {}) // a browser that wants a click first shows the controls, which are one
  }

  function fail(problem) {
    outline.hidden = false
    outline.textContent = outline.title = `Cannot be played: ${problem}`
  }

  function paint() {
    const share = audio.duration ? audio.currentTime / audio.duration : 0
    clip.style.clipPath = `inset(0 ${100 - 100 * share}% 0 0)`
  }

  audio.addEventListener("click", (event) => event.stopPropagation())
  audio.addEventListener("error", () => { if (audio.getAttribute("src")) fail("the browser does not know its format, or it is damaged") })
  audio.addEventListener("timeupdate", paint)
  audio.addEventListener("play", () => {
    for (const other of at.sounds) if (other !== made) other.pause()
    start.textContent = "❚❚"
    start.setAttribute("aria-label", `Pause ${column} of row ${name}`)
  })
  for (const kind of ["pause", "ended"]) {
    audio.addEventListener(kind, () => {
      start.textContent = "▶"
      start.setAttribute("aria-label", `Play ${column} of row ${name}`)
    })
  }
  at.sounds.add(made)
  return made
}

function stop(at, players) {
  for (const one of players) {
    one.pause()
    at.sounds.delete(one)
  }
}

// The places for a row's media: pictures side by side, players below each other.
function mediaPlaces(at, row, name) {
  const pictures = [], players = [], setters = new Map()
  for (const [column, kind] of at.model.data.media) {
    if (kind === "image") {
      const place = thumbnail()
      place.title = at.model.data.media.length > 1 ? column : ""
      pictures.push(place)
      setters.set(column, (made) => { if (place.classList.contains("waiting")) setThumbnail(place, made) })
    } else {
      const made = player(at, row, column, name)
      players.push(made)
      let isSet = false
      setters.set(column, (shown) => { if (!isSet) made.set(shown); isSet = true })
    }
  }
  return { pictures, players, setters }
}

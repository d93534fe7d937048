// The page's own matters: going on after a reload, a lost connection, and a warning about who may look.

const STYLE = `
:host { display: block; width: 100%; }
.bar { display: flex; align-items: center; gap: 12px; padding: 2px 8px 2px 16px; min-height: 28px; font-size: 12px;
  color: var(--sy-ink); border-bottom: 1px solid var(--sy-line);
  background: color-mix(in srgb, #e69f00 18%, var(--sy-paper)); }
.bar span { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.lost { position: fixed; inset: 0; z-index: 3000; display: flex; align-items: flex-start; justify-content: center;
  padding-top: 56px; background: color-mix(in srgb, var(--sy-paper) 55%, transparent); }
.lost > div { display: flex; align-items: center; gap: 12px; max-width: min(560px, 92vw); padding: 12px 16px;
  border: 1px solid var(--sy-line); border-radius: 6px; background: var(--sy-paper); color: var(--sy-ink); }
.lost p { margin: 0; }
.lost button { flex: none; white-space: nowrap; }
.lost .dot { flex: none; width: 10px; height: 10px; border-radius: 50%; background: var(--sy-pick); animation: pulse 1.4s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: .25 } }
@media (prefers-reduced-motion: reduce) { .lost .dot { animation: none } }
`
const FIRST_PAUSE_MS = 500, LONGEST_PAUSE_MS = 10_000, PONG_MS = 5_000, REMEMBER_MS = 300
// Shown a little late: a reload closes the connection too, and a short gap need not be seen.
const SHOW_AFTER_MS = 400

// What this tab keeps between two loads of this path: its key, and the address it last saw.
function tabStorage() {
  const name = `symphony:${location.pathname}`
  return {
    read() {
      try { return JSON.parse(sessionStorage.getItem(name)) ?? {} } catch { return {} }
    },
    write(held) {
      try { sessionStorage.setItem(name, JSON.stringify(held)) } catch { /* a browser that keeps nothing: no resume */ }
    },
  }
}

// Hide the page until it is known which state it shows, so that no wrong one flashes by.
function curtain() {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync("body { visibility: hidden }")
  return {
    draw() { if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet] },
    lift() { document.adoptedStyleSheets = document.adoptedStyleSheets.filter(one => one !== sheet) },
  }
}

// Call `lost()` when the session's connection ends; Bokeh tells it to its document only.
function onLost(lost) {
  for (const document of window.Bokeh?.documents ?? []) document.on_event("connection_lost", () => lost())
}

// Something that the server gives to anybody without making a session of it.
function probeAddress() {
  const script = [...document.scripts].find(one => one.src.startsWith(location.origin) && one.src.includes("/static/"))
  return script?.src ?? location.href
}

function connection(model, host, beforeReload) {
  const words = element("p")
  const again = button("Try now", "", () => ask())
  const part = element("div", { class: "lost", role: "alertdialog", "aria-label": "Connection", hidden: "" },
    element("div", {}, element("span", { class: "dot" }), words, again))
  let isLost = false, isAsking = false, pause_ms = FIRST_PAUSE_MS, timer = 0, pings = 0
  const show = text => { setText(words, text); part.hidden = false }
  const hide = () => { clearTimeout(timer); part.hidden = true; pause_ms = FIRST_PAUSE_MS }

  async function answers() {
    try {
      return (await fetch(probeAddress(), { method: "HEAD", cache: "no-store" })).ok
    } catch {
      return false
    }
  }
  async function ask() {
    if (isAsking) return
    clearTimeout(timer)
    isAsking = true
    const isThere = await answers()
    isAsking = false
    if (!host.isConnected) return
    if (isThere && isLost) return beforeReload(), location.reload()
    if (isThere) return hide(), ping()
    show("Connection lost — reconnecting. Nothing is lost; the page comes back by itself when the server answers.")
    timer = setTimeout(ask, pause_ms)
    pause_ms = Math.min(2 * pause_ms, LONGEST_PAUSE_MS)
  }
  // the server is there; is our connection too?
  function ping() {
    const number = ++pings
    model.send_msg({ kind: "ping", number })
    setTimeout(() => { if (model.data.pong < number && number === pings && !isLost) lost() }, PONG_MS)
  }
  function lost() {
    if (isLost) return
    isLost = true
    setTimeout(() => { if (host.isConnected) show("Connection lost — reconnecting…"), ask() }, SHOW_AFTER_MS)
  }
  onLost(lost)
  const onOffline = () => ask(), onOnline = () => { if (!part.hidden || isLost) ask() }
  window.addEventListener("offline", onOffline)
  window.addEventListener("online", onOnline)
  model.on("remove", () => {
    clearTimeout(timer)
    window.removeEventListener("offline", onOffline)
    window.removeEventListener("online", onOnline)
  })
  onDocument(model, "visibilitychange", () => { if (isLost && !document.hidden) ask() })
  return part
}

function warningBar(model) {
  const words = element("span")
  const name = "symphony:warned"
  const close = button("✕", "Close this warning", () => {
    bar.hidden = true
    try { sessionStorage.setItem(name, model.data.warning) } catch { /* then it comes back */ }
  }, { class: "plain" })
  const bar = element("div", { class: "bar", role: "note", "aria-label": "Warning", hidden: "" }, words, close)
  let closed = null
  try { closed = sessionStorage.getItem(name) } catch { /* as above */ }
  setText(words, model.data.warning)
  bar.hidden = !model.data.warning || closed === model.data.warning
  return bar
}

// While the first document is still being made, what is sent may be lost, and so may what the server answers.
function isReady() { return (window.Bokeh?.documents ?? []).every(one => one.is_idle) }

// Say that the page is here, and go on saying it until it is heard.
function arrive(model, key) {
  let pause_ms = 10, timer = 0
  const call = () => {
    if (model.data.is_settled) return
    if (isReady()) {
      model.send_msg({ kind: "here", key })
      pause_ms = Math.min(2 * pause_ms, 1_000)
    }
    timer = setTimeout(call, pause_ms)
  }
  timer = setTimeout(call, 0)
  model.on("remove", () => clearTimeout(timer))
}

export function render({ model }) {
  const tab = tabStorage(), veil = curtain()
  const held = tab.read()
  let seen = null, movedTo = null
  function remember() {
    if (!model.data.is_settled || seen === location.search || movedTo === location.search) return
    movedTo = null
    seen = location.search
    tab.write({ key: model.data.key, search: seen })
  }
  // The address decides when somebody changed it since this tab last saw it.
  const isSame = typeof held.key === "string" && held.search === location.search
  const host = element("div", {}, warningBar(model))
  host.append(connection(model, host, remember))
  function settle() {
    if (!model.data.is_settled) return
    veil.lift()
    remember()
  }
  if (model.data.is_settled) settle()  // drawn again, as by a theme that rebuilds the page
  else {
    if (isSame) veil.draw()
    arrive(model, isSame ? held.key : "")
    // whatever happens, the page is shown
    setTimeout(veil.lift, 5_000)
  }
  model.on("data", settle)
  // After a step back in the browser's history the address is the person's, until we write the next one.
  const move = () => {
    seen = null
    movedTo = location.search
    tab.write({ key: model.data.key, search: null })
  }
  // A duplicated tab copies what is remembered and is told nothing; no event says that our own address changed.
  const timer = setInterval(remember, REMEMBER_MS)
  window.addEventListener("pagehide", remember)
  window.addEventListener("popstate", move)
  model.on("remove", () => {
    clearInterval(timer)
    window.removeEventListener("pagehide", remember)
    window.removeEventListener("popstate", move)
    veil.lift()
  })
  return piece(STYLE, host)
}

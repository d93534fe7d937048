// Files on their way from Python: fetched piece by piece, put together here and saved by the browser.

// The browser needs the address for a moment after the click that saves.
const REVOKE_MS = 60000

function megabytes(count) { return count < 1e5 ? `${Math.ceil(count / 1e3)} kB` : `${(count / 1e6).toFixed(1)} MB` }

// `say(words)` tells what came of a file. Give `start(wanted)` a row choice, and `heard` each message.
function downloadsPart(model, say) {
  const list = element("ul", { class: "files", "aria-label": "Files being made" })
  const underway = new Map()
  let count = 0

  function start(wanted) {
    const token = `${Date.now()}-${Math.random()}-${count++}`
    const words = element("span", { class: "grow" }, `Making a ${wanted.format} file…`)
    const bar = element("progress", { max: "1", "aria-label": "How much has come", hidden: "" })
    const cancel = button("Cancel", "Cancel this file", () => { model.send_msg({ kind: "drop", token }); forget(token) })
    const line = element("li", {}, element("div", { class: "row" }, words, cancel), bar)
    underway.set(token, { line, words, bar, pieces: [] })
    list.append(line)
    list.hidden = false
    model.send_msg({ kind: "download", token, ...wanted })
  }

  function forget(token) {
    underway.get(token)?.line.remove()
    underway.delete(token)
    list.hidden = !underway.size
  }

  function ask(token, number) { model.send_msg({ kind: "chunk", token, number }) }

  function heard(message) {
    const one = underway.get(message.token)
    if (!one) return
    if (message.kind === "ready") {
      one.file = message
      one.words.textContent = `${message.name}, ${megabytes(message.byte_count)}`
      one.bar.hidden = false
      if (message.chunk_count) ask(message.token, 0)
      else save(message.token, one)
    } else if (message.kind === "chunk" && message.number === one.pieces.length) {
      one.pieces.push(message.data)
      one.bar.value = one.pieces.length / one.file.chunk_count
      if (one.pieces.length < one.file.chunk_count) ask(message.token, one.pieces.length)
      else save(message.token, one)
    } else if (message.kind === "failed") {
      forget(message.token)
      say(message.words)
    }
  }

  function save(token, { file, pieces }) {
    const url = URL.createObjectURL(new Blob(pieces))
    const link = element("a", { href: url, download: file.name, hidden: "" })
    list.after(link)
    link.click()
    link.remove()
    setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS)
    model.send_msg({ kind: "drop", token })
    forget(token)
    say(`Saved ${file.name}, ${megabytes(file.byte_count)}.`)
  }

  list.hidden = true
  return { list, start, heard }
}

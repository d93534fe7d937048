// Two remedies for Panel 1.9 in a notebook; `notebook.py` publishes this text once with the extension.
//
// 1. What Python sends comes in pieces: header, metadata, content. Panel drops each piece that comes before
//    its cell is drawn. When a cell is drawn between two pieces of one message, the rest of that message
//    is taken for the start of the next, and from then on nothing the cell is told makes sense. Here a
//    header starts afresh, and what follows a header that was dropped is dropped as well.
// 2. What happens on the page is sent only after Python answered what was sent before. At the first display
//    that answer may get lost, and the user's first gesture waits for a second one. Here it waits half a second.
//
// The class exists once the scripts are loaded, which takes some seconds at most.
(function mend(tries) {
  const manager = window.Bokeh?.Models?._known_models?.get("panel.models.comm_manager.CommManager")
  if (manager === undefined) {
    if (tries > 0) setTimeout(() => mend(tries - 1), 50)
    return
  }
  const mended = manager.prototype
  if (mended.symphony_mended) return
  mended.symphony_mended = true

  const isHeader = text => typeof text === "string" && text.startsWith('{"msgid"')
  const isDrawn = id => Boolean(window.PyViz?.plot_index?.[id]) || (window.Bokeh.index !== undefined && id in window.Bokeh.index)

  const take = mended.msg_handler
  mended.msg_handler = function (message) {
    if (message.metadata?.msg_type !== undefined) return take.call(this, message)
    if (isHeader(message.content.data)) {
      this.symphony_hears = isDrawn(this.plot_id)
      this._receiver = new this._receiver.constructor()
    }
    if (this.symphony_hears) take.call(this, message)
  }

  const note = mended._document_changed
  mended._document_changed = function (event) {
    note.call(this, event)
    clearTimeout(this.symphony_timer)
    this.symphony_timer = setTimeout(() => { if (this._event_buffer.length) this.process_events() }, 500)
  }
})(1200)

// The card around a view. All words are set as text, never as markup.

const STYLE = `
section { border: 1px solid var(--sy-line); border-radius: 6px; background: var(--sy-paper);
  display: flex; flex-direction: column; min-width: 0; position: relative; }
header { display: flex; align-items: center; gap: 8px; padding: 6px 6px 6px 12px; min-height: 36px;
  border-bottom: 1px solid var(--sy-line); }
h2 { font-size: 14px; font-weight: 600; margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.count { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.help, .settings { padding: 8px 12px; border-bottom: 1px solid var(--sy-line); background: var(--sy-wash); }
.problem { padding: 12px; color: var(--sy-bad); white-space: pre-wrap; overflow-wrap: anywhere; }
.body { padding: 12px; min-width: 0; }
.body.stale { opacity: .45; }
.bar { position: absolute; left: 0; right: 0; top: 35px; height: 2px; overflow: hidden; }
.bar::after { content: ""; display: block; width: 30%; height: 100%; background: var(--sy-fill);
  animation: slide 1.1s linear infinite; }
@keyframes slide { from { transform: translateX(-100%) } to { transform: translateX(430%) } }
@media (prefers-reduced-motion: reduce) { .bar::after { animation: none; width: 100% } }
`

function toggle(button, panel) {
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden
    button.setAttribute("aria-expanded", String(!panel.hidden))
  })
}

export function render({ model }) {
  const title = element("h2")
  const count = element("span", { class: "count muted", "aria-live": "polite" })
  const helpButton = element("button", { class: "plain", "aria-expanded": "false", title: "What is this?" }, "?")
  const gear = element("button", { class: "plain", "aria-expanded": "false", title: "Settings" }, "⚙")
  const help = element("div", { class: "help", hidden: "" })
  const settings = element("div", { class: "settings", hidden: "" })
  const problem = element("div", { class: "problem", role: "alert", hidden: "" })
  const sentence = element("p", { class: "hidden", id: "sentence" })
  const body = element("div", { class: "body", role: "group", "aria-describedby": "sentence" })
  const bar = element("div", { class: "bar", role: "progressbar", "aria-label": "Computing", hidden: "" })
  toggle(helpButton, help)
  toggle(gear, settings)
  gear.addEventListener("click", () => model.send_msg({ kind: "settings" }))

  function words() {
    title.textContent = model.title
    title.title = model.title
    count.textContent = model.count
    help.textContent = model.help
    sentence.textContent = model.sentence
    body.setAttribute("aria-label", `Content of ${model.title}`)
    helpButton.hidden = !model.help
    helpButton.setAttribute("aria-label", `About ${model.title}`)
    gear.setAttribute("aria-label", `Settings of ${model.title}`)
    problem.textContent = model.problem
    problem.hidden = !model.problem
    body.classList.toggle("stale", Boolean(model.problem))
    section.setAttribute("aria-label", model.title)
    section.setAttribute("aria-busy", String(model.is_busy))
    bar.hidden = !model.is_busy
    gear.hidden = !model.has_settings
  }

  function children() {
    const inner = model.get_child("body")
    body.replaceChildren(...(inner ? [inner] : []))
    const controls = model.get_child("settings")
    settings.replaceChildren(...(controls ? [controls] : []))
  }

  const section = element("section", {},
    element("header", {}, title, count, helpButton, gear), bar, help, settings, problem, sentence, body)
  words()
  children()
  model.on(["title", "count", "help", "sentence", "problem", "is_busy", "has_settings"], words)
  model.on(["body", "settings"], children)
  return piece(STYLE, section)
}

// Jobs with progress and cancel, plugins' problems, notices about the data. Each list shows only when it has an entry.

const STYLE = `
:host { display: block; }
.lists { display: flex; flex-direction: column; gap: 16px; }
ul { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 8px; }
li { overflow-wrap: anywhere; }
progress { width: 100%; height: 4px; }
.where { font-size: 12px; }
`

function listPart(title, key, item) {
  const list = element("ul", { "aria-label": title })
  const part = element("div", {}, element("h2", { class: "part" }, title), list)
  function draw(data) {
    part.hidden = !data[key].length
    fill(list, data[key].map(item))
  }
  return { part, draw }
}

export function render({ model }) {
  const job = one => element("li", {},
    element("div", { class: "row" }, element("span", { style: "flex: 1" }, one.title),
      button("Cancel", `Cancel ${one.title}`, () => model.send_msg({ kind: "cancel", id: one.id }))),
    element("progress", { max: "1", value: String(one.fraction), "aria-label": one.title }),
    element("div", { class: "muted where" }, one.text))
  const problem = one => element("li", {}, element("div", {}, one.message), element("div", { class: "muted where" }, one.where))
  const parts = [listPart("Jobs", "jobs", job), listPart("Problems", "problems", problem),
    listPart("About the data", "notices", text => element("li", {}, text))]
  const draw = () => parts.forEach(part => part.draw(model.data))
  draw()
  model.on("data", draw)
  return piece(STYLE, element("div", { class: "lists" }, ...parts.map(one => one.part)))
}

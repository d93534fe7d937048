// Computed columns: name, kind and what made each; the list shows only when there is one.

const STYLE = `
:host { display: block; }
ul { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 4px; }
li { display: grid; grid-template-columns: 1fr auto; column-gap: 6px; align-items: center; }
.name { font-size: 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.made { grid-column: 1 / -1; font-size: 12px; overflow: hidden; overflow-wrap: anywhere; display: -webkit-box;
  -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
`

export function render({ model }) {
  const list = element("ul", { "aria-label": "Computed columns" })
  const item = one => element("li", {},
    element("span", { class: "name" }, element("span", { class: "mono", title: one.name }, one.name),
      element("span", { class: "muted" }, ` ${one.kind}`)),
    button("×", `Drop column ${one.name}`, () => model.send_msg({ kind: "drop", name: one.name }), { class: "plain" }),
    element("div", { class: "made muted", title: one.made }, one.made))
  const host = element("div", {}, element("h2", { class: "part" }, "Computed columns"), list)
  function draw() {
    host.hidden = !model.data.columns.length
    fill(list, model.data.columns.map(item))
  }
  draw()
  model.on("data", draw)
  return piece(STYLE, host)
}

// The groups: chips of the columns, and the size of each group. All words are set as text.

const STYLE = `
:host { display: block; }
.chips { margin-bottom: 6px; }
select { width: 100%; }
table { border-collapse: collapse; width: 100%; margin-top: 6px; table-layout: fixed; }
td { padding: 1px 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.num { width: 34%; }
`

export function render({ model }) {
  const chips = element("div", { class: "chips" })
  const choice = element("select", { "aria-label": "Group by a column" })
  const sizes = element("table", { "aria-label": "Group sizes" })
  const group = names => model.send_msg({ kind: "group", names })
  choice.addEventListener("change", () => { if (choice.value) group([...model.data.group_by, choice.value]) })
  function chip(name) {
    const drop = () => group(model.data.group_by.filter(one => one !== name))
    return element("span", { class: "chip" }, element("span", {}, name), button("×", `Do not group by ${name}`, drop))
  }
  function draw() {
    const data = model.data
    fill(chips, data.group_by.map(chip))
    chips.hidden = !data.group_by.length
    const free = data.groupable.filter(name => !data.group_by.includes(name))
    const first = free.length ? "add a column…" : "no more columns to group by"
    put(choice, [element("option", { value: "" }, first), ...free.map(name => element("option", { value: name }, name))])
    choice.disabled = !free.length
    put(sizes, data.sizes.map(([name, count]) => element("tr", {},
      element("td", { title: name }, name), element("td", { class: "num" }, count))))
  }
  draw()
  model.on("data", draw)
  const host = element("div", {}, element("h2", { class: "part" }, "Group by"), chips, choice, sizes)
  onPageKey(model, host, event => isPlainKey(event, "g"), () => choice.focus())
  return piece(STYLE, host)
}

// The side bar around its parts: filter, groups, selection, jobs and problems.

const STYLE = `
:host { display: block; }
.bar { padding: 8px 12px 16px; display: flex; flex-direction: column; gap: 16px; }
`

export function render({ model }) {
  const host = element("div", { class: "bar", role: "region", "aria-label": "Filter, groups and selection" })
  const draw = () => put(host, model.get_child("parts"))
  draw()
  model.on("parts", draw)
  return piece(STYLE, host)
}

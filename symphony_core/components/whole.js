// Head line above, side bar at the left, pages at the right; one below the other where it is narrow.

const STYLE = `
:host { display: block; width: 100%; container-type: inline-size; }
.shell { display: grid; grid-template-columns: 264px minmax(0, 1fr); border: 1px solid var(--sy-line); border-radius: 6px;
  background: var(--sy-paper); }
.head { grid-column: 1 / -1; border-bottom: 1px solid var(--sy-line); padding: 4px 12px; }
.side { border-right: 1px solid var(--sy-line); min-width: 0; }
.main { min-width: 0; }
@container (max-width: 720px) { .shell { display: block } .side { border-right: 0; border-bottom: 1px solid var(--sy-line) } }
`

export function render({ model }) {
  const parts = ["head", "side", "main"].map(name => element("div", { class: name }, model.get_child(name)))
  return piece(STYLE, element("div", { class: "shell" }, ...parts))
}

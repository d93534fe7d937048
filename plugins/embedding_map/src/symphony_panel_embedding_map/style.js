// How the map looks.

const STYLE = `
:host { display: block; }
.map { display: flex; flex-direction: column; gap: 8px; }
.tools { display: flex; gap: 4px 8px; align-items: center; flex-wrap: wrap; }
.tools .set { display: inline-flex; }
.tools .set button { border-radius: 0; margin-left: -1px; min-width: 28px; padding: 0 6px; }
.tools .set button:first-child { border-radius: 4px 0 0 4px; margin-left: 0; }
.tools .set button:last-child { border-radius: 0 4px 4px 0; }
.tools button[aria-pressed=true] { background: color-mix(in srgb, var(--sy-fill) 22%, transparent); border-color: var(--sy-fill); }
.tools select { max-width: 160px; font-family: var(--sy-mono); font-size: 12px; }
.tools label { display: inline-flex; gap: 4px; align-items: center; color: var(--sy-muted); font-size: 12px; }
.tools form { display: inline-flex; gap: 4px; margin: 0; }
.tools input[type=search] { width: 104px; }
.tools .push { margin-left: auto; }
.field { display: flex; gap: 12px; align-items: stretch; min-width: 0; }
.panels { flex: 1; min-width: 0; display: grid; gap: 8px; grid-template-columns: repeat(var(--across, 1), minmax(0, 1fr)); }
.panel { min-width: 0; display: flex; flex-direction: column; }
.panel h3 { font: 600 12px/20px var(--sy-mono); margin: 0; display: flex; gap: 8px; white-space: pre; overflow: hidden; }
.panel h3 span:first-child { overflow: hidden; text-overflow: ellipsis; }
.panel h3 span:last-child { color: var(--sy-muted); font-weight: 400; font-family: var(--sy-font); flex: none; }
.stage { position: relative; border: 1px solid var(--sy-line); border-radius: 4px; overflow: hidden; height: var(--tall, 420px);
  touch-action: none; user-select: none; cursor: grab; }
.stage.box, .stage.lasso { cursor: crosshair; }
.stage.moving { cursor: grabbing; }
.stage canvas { position: absolute; left: 0; top: 0; width: 100%; height: 100%; display: block; }
.stage:focus-visible { outline-offset: -2px; }
.hint { position: fixed; inset: auto; margin: 0; color: var(--sy-ink); pointer-events: none; max-width: 280px; background: var(--sy-paper); border: 1px solid var(--sy-line);
  border-radius: 4px; padding: 6px 8px; font-size: 12px; box-shadow: 0 1px 6px rgb(0 0 0 / .25); }
.hint:popover-open { display: grid; gap: 4px; }
.hint img { max-width: 96px; max-height: 96px; display: block; }
.hint b { font-family: var(--sy-mono); overflow-wrap: anywhere; }
.hint p { margin: 0; overflow-wrap: anywhere; }
.hint dl { display: grid; grid-template-columns: auto 1fr; gap: 0 8px; margin: 0; }
.hint dt { font-family: var(--sy-mono); color: var(--sy-muted); }
.hint dd { margin: 0; overflow-wrap: anywhere; }
.legend { flex: 0 0 180px; min-width: 0; max-height: var(--tall, 420px); overflow: auto; font-size: 12px; }
.legend h3 { font: 600 12px/20px var(--sy-mono); margin: 0 0 2px; overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.entry { all: unset; box-sizing: border-box; display: grid; grid-template-columns: 12px minmax(0, 1fr) auto; gap: 6px; align-items: center;
  width: 100%; line-height: 20px; padding: 0 4px; border-radius: 3px; cursor: pointer; }
.entry:hover { background: var(--sy-wash); }
.entry:focus-visible { outline: 2px solid var(--sy-link); outline-offset: -1px; }
.entry[aria-pressed=true] { background: color-mix(in srgb, var(--sy-fill) 16%, transparent); font-weight: 600; }
.entry i { width: 10px; height: 10px; border-radius: 50%; border: 1px solid color-mix(in srgb, var(--sy-ink) 30%, transparent); }
.entry .words { overflow: hidden; text-overflow: ellipsis; white-space: pre; }
.entry .count { color: var(--sy-muted); font-variant-numeric: tabular-nums; font-size: 11px; font-weight: 400; }
.ramp { height: 12px; border-radius: 2px; border: 1px solid var(--sy-line); }
.ticks { display: flex; justify-content: space-between; gap: 4px; font-size: 11px; color: var(--sy-muted); font-variant-numeric: tabular-nums; }
.caption, .rest, .line { font-size: 12px; color: var(--sy-muted); }
.line { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
.line progress { width: 120px; height: 6px; }
.line.problem .said { color: var(--sy-bad); overflow-wrap: anywhere; }
.over { position: absolute; left: 8px; top: 8px; right: 8px; text-align: center; pointer-events: none; }
.over span { background: var(--sy-paper); border: 1px solid var(--sy-line); border-radius: 4px; padding: 2px 8px; font-size: 12px; }
.inks { position: absolute; }
.probe { position: absolute; visibility: hidden; pointer-events: none; transition: color 1ms, background-color 1ms; }
@container (max-width: 720px) {
  .field { flex-direction: column; }
  .legend { flex: none; max-height: 220px; }
  .legend .list { columns: 2; }
}
.box-of { container-type: inline-size; }
`

// How the card looks. The common look is in `look.TOKENS`.

const STYLE = `
:host { display: block; }
.familiarity { container-type: inline-size; display: flex; flex-direction: column; gap: 8px; min-width: 0; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-height: 24px; }
.top .push { flex: 1; min-width: 0; }
.top select { max-width: 240px; font-family: var(--sy-mono); font-size: 12px; }
.top label { display: inline-flex; align-items: center; gap: 4px; min-width: 0; }
.top input[type=number] { width: 64px; }
.joined { display: inline-flex; }
.joined button { border-radius: 0; margin-left: -1px; }
.joined button:first-child { border-radius: 4px 0 0 4px; margin-left: 0; }
.joined button:last-child { border-radius: 0 4px 4px 0; }
button[aria-pressed=true] { background: color-mix(in srgb, var(--sy-link) 16%, var(--sy-paper)); border-color: var(--sy-link); }
.panels { display: flex; flex-direction: column; gap: 12px; min-width: 0; }
.panels.grouped { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr)); align-items: start; }
.grouped .panel { border: 1px solid var(--sy-line); border-radius: 4px; padding: 8px; }
.panel { display: flex; flex-direction: column; gap: 4px; min-width: 0; }
.panel header { display: flex; flex-wrap: wrap; gap: 0 8px; align-items: baseline; min-width: 0; }
.panel h3 { margin: 0; font: 600 12px/20px var(--sy-mono); overflow-wrap: anywhere; }
.bins { position: relative; display: flex; height: 80px; align-items: stretch; border-bottom: 1px solid var(--sy-line);
  cursor: crosshair; touch-action: pan-y; user-select: none; }
.grouped .bins { height: 56px; }
.bin { position: relative; flex: 1 1 0; min-width: 0; }
.bin i { position: absolute; display: block; pointer-events: none; bottom: 0; left: 0; right: 1px; }
.bin i.all { background: var(--sy-all); }
.bin i.under { background: var(--sy-fill); }
.bin i.picked { background: var(--sy-pick); left: 25%; right: calc(25% + 1px); }
.bin.in { background: color-mix(in srgb, var(--sy-fill) 16%, transparent); }
.bin:hover, .bin.at { background: var(--sy-wash); }
.bin.brushed { background: color-mix(in srgb, var(--sy-ink) 14%, transparent); }
.bins .mark { position: absolute; top: 0; bottom: 0; width: 0; border-left: 1px dashed var(--sy-ink); pointer-events: none; }
.foot { display: flex; justify-content: space-between; gap: 8px; font-size: 11px; line-height: 16px; min-height: 16px;
  color: var(--sy-muted); font-variant-numeric: tabular-nums; }
.foot .read { flex: 1; text-align: center; color: var(--sy-ink); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.rows { list-style: none; margin: 0; padding: 2px; display: grid; gap: 8px;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--item)), 1fr)); }
.item { position: relative; min-width: 0; border: 1px solid var(--sy-line); border-radius: 4px; background: var(--sy-paper);
  padding: 4px; display: flex; flex-direction: column; gap: 2px; cursor: pointer; }
.item:hover { background: var(--sy-wash); }
.item.picked { border-color: var(--sy-pick); box-shadow: 0 0 0 1px var(--sy-pick);
  background: color-mix(in srgb, var(--sy-pick) 12%, var(--sy-paper)); }
.item.opened { outline: 2px solid var(--sy-link); outline-offset: 1px; }
.item .head { display: flex; align-items: center; gap: 4px; min-width: 0; font-size: 11px; line-height: 16px; }
.item .head input { margin: 0; width: 16px; height: 16px; min-height: 0; accent-color: var(--sy-pick); flex: none; }
.item .head b { font-variant-numeric: tabular-nums; font-weight: 600; font-size: 12px; margin-left: auto; }
.item .name { color: var(--sy-link); font-size: 11px; line-height: 15px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  margin-top: auto; }
.item .beside.wrong { color: var(--sy-bad); }
.pictures { display: flex; gap: 4px; }
.picture { display: flex; align-items: center; justify-content: center; flex: 1; height: var(--px); overflow: hidden; min-width: 0; }
.picture img { max-width: 100%; max-height: 100%; object-fit: contain; }
.picture.waiting { background: var(--sy-wash); border-radius: 4px; }
.why { font-size: 11px; line-height: 1.25; color: var(--sy-muted); overflow: hidden; overflow-wrap: anywhere; }
.item p { margin: 0; font-size: 12px; line-height: 16px; overflow-wrap: anywhere; overflow: hidden; display: -webkit-box;
  -webkit-box-orient: vertical; -webkit-line-clamp: 4; }
.item .beside { font-size: 11px; line-height: 15px; color: var(--sy-muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.player { display: flex; align-items: center; gap: 4px; min-width: 0; }
.player button { width: 28px; height: 28px; padding: 0; border-radius: 50%; flex: none; }
.player svg { flex: 1; min-width: 30px; height: 28px; color: var(--sy-muted); }
.player .seconds { font-size: 11px; color: var(--sy-muted); white-space: nowrap; font-variant-numeric: tabular-nums; }
.offer { display: flex; flex-direction: column; gap: 8px; align-items: center; text-align: center; padding: 24px 12px; }
.offer p { margin: 0; color: var(--sy-muted); max-width: 60ch; }
.ending { margin: 0; font-size: 12px; }
.job { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; font-size: 12px; }
.job progress { flex: 1 1 120px; max-width: 320px; height: 8px; }
`

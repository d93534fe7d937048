// How rows look. The common look is in `look.TOKENS`.

const STYLE = `
.instances { container-type: inline-size; display: flex; flex-direction: column; gap: 8px; min-width: 0; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-height: 24px; }
.bar .gap { flex: 1; min-width: 0; }
.bar label, .pager label { display: inline-flex; align-items: center; gap: 4px; }
.bar select { max-width: 180px; }
.pager button.icon, .bar button.icon { min-width: 26px; padding: 1px 4px; }
.pager input { width: 64px; }
.bar input[type=search] { width: 150px; }
.bar .search { display: inline-flex; align-items: center; gap: 4px; flex-wrap: wrap; }
.pager { display: inline-flex; align-items: center; gap: 8px; }
.range { white-space: nowrap; font-variant-numeric: tabular-nums; }
.joined { display: inline-flex; }
.joined button { border-radius: 0; margin-left: -1px; }
.joined button:not([hidden]):first-child { border-radius: 4px 0 0 4px; margin-left: 0; }
.joined button:last-child { border-radius: 0 4px 4px 0; }
button[aria-pressed=true] { background: color-mix(in srgb, var(--sy-link) 16%, var(--sy-paper)); border-color: var(--sy-link); }
.main { display: flex; gap: 12px; align-items: flex-start; min-width: 0; }
.content { flex: 1; min-width: 0; display: flex; flex-direction: column; gap: 12px; }
.panel > header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; padding-bottom: 4px; margin-bottom: 4px;
  border-bottom: 1px solid var(--sy-line); }
.panel > header h3 { margin: 0; font: 600 13px/1.4 var(--sy-mono); overflow-wrap: anywhere; }
.panel > header .gap { flex: 1; min-width: 0; }
.panel > header button { min-height: 22px; }
mark { background: color-mix(in srgb, #f2c14e 55%, var(--sy-paper)); color: inherit; border-radius: 2px; }
.more { color: var(--sy-muted); }
.grid { list-style: none; margin: 0; padding: 2px; display: grid; gap: 8px;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, calc(var(--across) * (var(--px) + 4px) + 10px)), 1fr)); }
.grid.cards { grid-template-columns: repeat(auto-fill, minmax(min(100%, max(200px, calc(var(--across) * (var(--px) + 4px) + 18px))), 1fr)); }
.item { position: relative; min-width: 0; border: 1px solid var(--sy-line); border-radius: 4px;
  background: var(--sy-paper); }
.item .picture { display: flex; flex-direction: column; width: 100%; border: 0; padding: 4px; gap: 4px;
  text-align: left; border-radius: 3px; min-height: 0; }
.item input { position: absolute; left: 4px; top: 4px; margin: 0; width: 16px; height: 16px; min-height: 0;
  accent-color: var(--sy-pick); opacity: .55; }
.item:hover input, .item.picked input, .item input:focus-visible { opacity: 1; }
.side { display: flex; gap: 4px; width: 100%; min-width: 0; }
.item .player { margin: 0 4px 4px; }
.card { display: flex; flex-direction: column; padding: 4px 8px 6px; gap: 4px; cursor: pointer; }
.card .name { display: block; border: 0; padding: 0 2px 0 20px; min-height: 20px; text-align: left; color: var(--sy-link);
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 100%; font-size: 12px; }
.card .player { margin: 0; }
.card .text { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; line-height: 1.45; cursor: text; }
.beside { display: grid; grid-template-columns: fit-content(58%) 1fr; gap: 0 8px; margin: 0; font-size: 12px; min-width: 0; }
.picture + .beside, .player + .beside { padding: 0 6px 4px; }
.card .beside { padding: 0; margin-top: auto; }
.beside dt { color: var(--sy-muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.beside dd { margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.beside dd.wrong { color: var(--sy-bad); }
.player { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; min-width: 0; }
.player .play { min-width: 28px; min-height: 28px; padding: 0; border-radius: 50%; flex: none; }
.player .wave { flex: 1 1 60px; min-width: 40px; height: 32px; display: block; color: color-mix(in srgb, var(--sy-ink) 42%, var(--sy-paper)); cursor: pointer; }
.player .wave .heard { color: var(--sy-fill); }
.player .why { flex: 1 1 60px; font-size: 11px; line-height: 1.25; color: var(--sy-muted); overflow-wrap: anywhere;
  min-width: 0; max-height: 32px; overflow: hidden; }
.player .seconds { font-size: 12px; color: var(--sy-muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
.player audio { flex: 1 1 100%; width: 100%; height: 32px; min-width: 0; }
.player.loading .play { opacity: .5; }
.detail .player { padding: 8px; }
.detail .player .wave { height: 64px; }
.detail .player .why { max-height: none; }
.rows .player { flex-wrap: nowrap; width: 150px; }
.rows .player .wave { height: 24px; }
.rows .player .play { min-width: 24px; min-height: 24px; }
.rows .player audio { display: none; }
.rows .player .why { white-space: nowrap; text-overflow: ellipsis; }
.thumbnail { display: flex; align-items: center; justify-content: center; width: 100%; height: var(--px);
  overflow: hidden; }
.thumbnail img { max-width: 100%; max-height: 100%; object-fit: contain; }
.thumbnail .why { font-size: 11px; line-height: 1.25; color: var(--sy-muted); overflow: hidden; max-height: 100%;
  overflow-wrap: anywhere; text-align: center; border: 1px dashed var(--sy-line); border-radius: 4px; padding: 4px; }
.thumbnail.waiting { background: var(--sy-wash); border-radius: 4px; }
.caption { font-size: 12px; line-height: 16px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; width: 100%;
  min-height: 16px; }
.caption.wrong { color: var(--sy-bad); }
.picked { border-color: var(--sy-pick); background: color-mix(in srgb, var(--sy-pick) 12%, var(--sy-paper)); }
.item.picked { box-shadow: 0 0 0 1px var(--sy-pick); }
.opened { outline: 2px solid var(--sy-link); outline-offset: 1px; }
.scroll { overflow: auto; max-height: 760px; border: 1px solid var(--sy-line); border-radius: 4px; }
.rows { border-collapse: separate; border-spacing: 0; width: 100%; }
.rows th, .rows td { padding: 3px 8px; border-bottom: 1px solid var(--sy-line); text-align: left; white-space: nowrap;
  max-width: 260px; overflow: hidden; text-overflow: ellipsis; font-weight: 400; }
.rows thead th { position: sticky; top: 0; z-index: 1; background: var(--sy-paper); border-bottom-color: var(--sy-all); }
.rows thead button { padding: 0 2px; margin: 0 -2px; max-width: 240px; overflow: hidden; text-overflow: ellipsis; }
.rows .num { text-align: right; }
.rows td.num, .rows th.num { font-variant-numeric: tabular-nums; }
.rows tbody tr { cursor: pointer; }
.rows tbody tr:last-child > * { border-bottom: 0; }
.rows tbody tr:hover > * { background: var(--sy-wash); }
.rows tbody tr.picked > * { background: color-mix(in srgb, var(--sy-pick) 12%, var(--sy-paper)); }
.rows tbody tr.picked > :first-child { box-shadow: inset 3px 0 0 var(--sy-pick); }
.rows tbody tr.opened { outline-offset: -2px; }
.rows td.tick, .rows th.tick { width: 28px; padding: 3px 6px; }
.rows td.tick { position: relative; }
.rows td.tick input { display: block; margin: 0; width: 16px; height: 16px; min-height: 0; accent-color: var(--sy-pick); }
.rows th.id button { color: var(--sy-link); padding: 0 2px; margin: 0 -2px; min-height: 20px; max-width: 220px;
  overflow: hidden; text-overflow: ellipsis; display: block; }
.rows th.id.num button { margin-left: auto; font-variant-numeric: tabular-nums; }
.rows td .thumbnail { width: 40px; height: 32px; }
.rows td .thumbnail .why { white-space: nowrap; text-overflow: ellipsis; padding: 0 2px; }
.detail { flex: 0 0 340px; max-width: 100%; border: 1px solid var(--sy-line); border-radius: 4px; overflow: auto;
  position: sticky; top: 8px; max-height: min(760px, calc(100vh - 88px)); background: var(--sy-paper); }
.detail header { display: flex; align-items: center; gap: 4px; padding: 4px 4px 4px 8px; position: sticky; top: 0;
  background: var(--sy-paper); border-bottom: 1px solid var(--sy-line); }
.detail h3 { flex: 1; min-width: 0; margin: 0; font-size: 13px; font-weight: 600; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }
.detail .large { display: flex; justify-content: center; align-items: center; min-height: 120px; padding: 8px; }
.detail .large button { border: 0; padding: 0; cursor: zoom-in; display: flex; max-width: 100%; }
.detail .large img { max-width: 100%; max-height: 360px; min-height: 96px; object-fit: contain; }
.detail .large.full { display: block; overflow: auto; max-height: 420px; }
.detail .large.full button { cursor: zoom-out; max-width: none; width: fit-content; margin: 0 auto; }
.detail .large.full img { max-width: none; max-height: none; min-height: 0; image-rendering: auto; }
.detail .facts { padding: 2px 8px; font-size: 12px; color: var(--sy-muted); border-bottom: 1px solid var(--sy-line);
  overflow-wrap: anywhere; }
.detail header input { margin: 0 4px 0 0; width: 16px; height: 16px; min-height: 0; accent-color: var(--sy-pick); }
.detail .note { padding: 4px 8px; color: var(--sy-muted); border-bottom: 1px solid var(--sy-line); }
.detail dl { display: grid; grid-template-columns: minmax(72px, 40%) 1fr; margin: 0; padding: 4px 8px; gap: 2px 8px; }
.detail dt { color: var(--sy-muted); font-size: 12px; overflow-wrap: anywhere; }
.detail dd { margin: 0; min-height: 18px; overflow-wrap: anywhere; white-space: pre-wrap; max-height: 240px; overflow: auto; }
.detail dd.num { text-align: left; }
@container (max-width: 719px) {
  .main { flex-direction: column; align-items: stretch; }
  .detail { flex: none; top: auto; bottom: 8px; max-height: min(420px, 50vh); z-index: 2; }
}
`

/** Style sheet of the page. Light or dark as the system has it, unless the page's button says otherwise. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14161a);
  --surface: light-dark(#ffffff, #1d2026);
  --raised: light-dark(#eef0f3, #282c34);
  --line: light-dark(#d5d9e0, #3a3f4a);
  --ink: light-dark(#1a1d23, #e8eaee);
  --quiet: light-dark(#5a6270, #a3abb8);
  --accent: light-dark(#1f5fbf, #8ab4f8);
  --hot: light-dark(#f0705a, #b8402e);
  --cool: light-dark(#6ea3ec, #2f62a8);
  --bad: light-dark(#a62a17, #ff9c8b);
  --good: light-dark(#1d6640, #86d9a8);
  --open: light-dark(#6b5300, #e5c558);
  --bad-ground: light-dark(#fbe4e0, #45211c);
  --good-ground: light-dark(#dff2e7, #1b3a2a);
  --open-ground: light-dark(#f8efcf, #3b3316);
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
* { box-sizing: border-box; }
html { scroll-padding-top: 0.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto;
  max-width: 84rem;
  padding: 0 1rem 3rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif;
}
h1, h2, h3, h4 { line-height: 1.25; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 0.75rem; }
h3 { font-size: 1rem; margin: 0 0 0.25rem; }
h4 { font-size: 0.9rem; margin: 0; }
h2:focus, h3:focus { outline: none; }
p { margin: 0.35rem 0; }
.quiet { color: var(--quiet); }
.small { font-size: 0.85rem; }
a { color: var(--accent); overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
button, select, input { font: inherit; color: inherit; }
button { cursor: pointer; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--surface); padding: 0.4rem 0.8rem; z-index: 2; }
.top { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; justify-content: space-between; padding: 1.25rem 0 1rem; }
.top nav { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.plain, .theme, .more, .chip {
  border: 1px solid var(--line);
  border-radius: 0.4rem;
  background: var(--surface);
  padding: 0.3rem 0.75rem;
  font-size: 0.875rem;
}
.plain:hover, .theme:hover, .more:hover, .chip:hover { background: var(--raised); }
.plain:disabled { opacity: 0.5; cursor: default; }
.top .plain { text-transform: capitalize; }
.notes { border-left: 4px solid var(--open); background: var(--open-ground); border-radius: 0 0.4rem 0.4rem 0; padding: 0.5rem 1rem; margin-bottom: 1rem; overflow-wrap: anywhere; }
.notes ul { margin: 0; padding-left: 1.1rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 0.75rem; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.9rem 1rem; min-width: 0; }
.card .big { font-size: 2rem; font-weight: 650; line-height: 1.2; margin: 0; font-variant-numeric: tabular-nums; }
.card dl { display: grid; grid-template-columns: 1fr auto; gap: 0.15rem 0.75rem; margin: 0.6rem 0 0; padding-top: 0.6rem; border-top: 1px solid var(--line); font-size: 0.875rem; }
.card dt { color: var(--quiet); }
.card dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 0.6rem; background: var(--surface); margin-bottom: 0.75rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
caption { text-align: left; padding: 0.6rem 0.75rem; color: var(--quiet); position: sticky; left: 0; max-width: min(100%, 100vw - 3rem); }
th, td { padding: 0.4rem 0.75rem; text-align: left; border-top: 1px solid var(--line); vertical-align: top; }
thead th { font-weight: 600; color: var(--quiet); vertical-align: bottom; }
tbody th, tfoot th { font-weight: 500; min-width: 9rem; overflow-wrap: anywhere; position: sticky; left: 0; background: var(--surface); }
td:not(.number) { min-width: 6.5rem; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: 0.85em ui-monospace, 'Liberation Mono', monospace; overflow-wrap: anywhere; }
.fact { white-space: pre-wrap; overflow-wrap: anywhere; }
.differs { background: var(--open-ground); border-radius: 0.2rem; padding: 0 0.25rem; }
#facts td { max-width: 32rem; min-width: 9rem; }
.controls { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; margin-bottom: 0.75rem; }
.choice { display: grid; gap: 0.15rem; min-width: 0; max-width: 100%; }
.choice.wide { margin-bottom: 0.6rem; }
.choice label { font-size: 0.8rem; color: var(--quiet); overflow-wrap: anywhere; }
select, input {
  border: 1px solid var(--line);
  border-radius: 0.4rem;
  background: var(--surface);
  padding: 0.35rem 0.5rem;
  min-height: 2.25rem;
  max-width: 100%;
  width: 100%;
}
.map { border-collapse: separate; border-spacing: 0; table-layout: fixed; min-width: calc(var(--head) + var(--tasks) * 4.75rem); --head: 12rem; }
.map thead th:not(:first-child) { text-align: center; padding: 0.4rem 0.1rem; overflow-wrap: anywhere; }
.map th, .map td { border-top: 0; }
.map th:first-child { position: sticky; left: 0; background: var(--surface); z-index: 1; width: var(--head); overflow-wrap: anywhere; vertical-align: middle; }
.map tbody th, .map tfoot th, .map td { min-width: 0; }
.map td { padding: 1px; vertical-align: middle; }
.map td.blank { text-align: center; color: var(--quiet); padding: 0.6rem; }
.map td button {
  display: grid;
  width: 100%;
  border: 0;
  border-radius: 0.3rem;
  padding: 0.35rem 0.25rem;
  background: var(--raised);
  text-align: center;
  font-variant-numeric: tabular-nums;
}
.map td button:hover { box-shadow: inset 0 0 0 2px var(--accent); }
.map td button:focus-visible { outline-offset: -2px; }
.map td.hot button { background: color-mix(in oklab, var(--hot) calc(var(--strength) * 100%), var(--raised)); }
.map td.cool button { background: color-mix(in oklab, var(--cool) calc(var(--strength) * 100%), var(--raised)); }
.map td.blank button { background: none; }
.map .figure { font-weight: 600; }
.map .note { font-size: 0.75rem; white-space: nowrap; }
.map tfoot th { font-weight: 600; }
.map tfoot tr:first-child > * { padding-top: 0.6rem; }
.details-line { min-height: 3em; font-size: 0.9rem; }
.chips { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.chip { border-radius: 1rem; }
.chip[aria-pressed='true'] { background: var(--accent); border-color: var(--accent); color: light-dark(#fff, #14161a); }
.count { font-weight: 600; margin: 0.25rem 0 0.5rem; }
.steps { display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; margin-bottom: 0.75rem; }
.steps .place { margin-right: auto; }
.back { display: none; }
.panes { display: grid; grid-template-columns: minmax(18rem, 26rem) minmax(0, 1fr); gap: 0.75rem; align-items: start; }
.list { position: relative; height: min(80vh, 52rem); overflow-y: auto; overflow-x: hidden; border: 1px solid var(--line); border-radius: 0.6rem; background: var(--surface); contain: strict; }
.list .none { padding: 0.75rem 1rem; color: var(--quiet); }
.rows { position: relative; }
.row {
  position: absolute;
  inset: 0 0 auto 0;
  height: 4rem;
  padding: 0.5rem 0.75rem;
  display: grid;
  grid-template: 'head head' 1.5rem 'badges snippet' 1.5rem / auto minmax(0, 1fr);
  gap: 0 0.6rem;
  border-bottom: 1px solid var(--line);
  cursor: pointer;
  overflow: hidden;
}
.row:hover { background: var(--raised); }
.row[aria-selected='true'] { background: var(--raised); box-shadow: inset 4px 0 0 var(--accent); }
.row-head { grid-area: head; display: flex; gap: 0.5rem; justify-content: space-between; min-width: 0; }
.row-name { font-weight: 600; font-size: 0.875rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.role { font-size: 0.75rem; color: var(--quiet); white-space: nowrap; line-height: 1.4rem; }
.badges { grid-area: badges; display: flex; gap: 0.25rem; align-items: center; white-space: nowrap; }
.arrow { color: var(--quiet); }
.snippet { grid-area: snippet; color: var(--quiet); font-size: 0.85rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.badge { font-size: 0.75rem; line-height: 1.25rem; padding: 0 0.45rem; border-radius: 0.3rem; font-weight: 600; white-space: nowrap; }
.badge.bad { color: var(--bad); background: var(--bad-ground); }
.badge.good { color: var(--good); background: var(--good-ground); }
.badge.open { color: var(--open); background: var(--open-ground); }
.detail { background: var(--surface); border: 1px solid var(--line); border-radius: 0.6rem; padding: 1rem; min-width: 0; min-height: 8rem; }
.detail h4 { margin-top: 0.75rem; }
.links { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; font-size: 0.875rem; }
.medium { margin: 0.75rem 0; display: grid; gap: 0.35rem; }
.medium video, .medium img { width: 100%; max-width: 28rem; border-radius: 0.4rem; background: #000; }
.medium video { aspect-ratio: 5 / 3; }
.medium audio { width: 100%; max-width: 28rem; }
.fault { color: var(--bad); overflow-wrap: anywhere; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0.75rem; margin-top: 1rem; align-items: start; }
.answer { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem; min-width: 0; background: var(--ground); }
.answer header { display: flex; justify-content: space-between; gap: 0.5rem; align-items: baseline; margin-bottom: 0.35rem; }
.answer h4 { margin: 0; min-width: 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; contain: paint; }
.block { content-visibility: auto; contain-intrinsic-size: auto 60rem; }
.block:only-child { content-visibility: visible; }
.more { margin-top: 0.35rem; }
.verdicts { list-style: none; margin: 0.6rem 0 0; padding: 0.5rem 0 0; border-top: 1px solid var(--line); display: grid; gap: 0.35rem; font-size: 0.875rem; }
.verdict-line { display: flex; justify-content: space-between; gap: 0.5rem; }
.judge { overflow-wrap: anywhere; min-width: 0; }
summary { color: var(--quiet); cursor: pointer; }
@media (max-width: 52rem) {
  .panes { grid-template-columns: minmax(0, 1fr); }
  .list { height: 45vh; min-height: 16rem; }
  .filters .controls { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .filters .chips { grid-column: 1 / -1; }
  .filters .choice.wide { grid-column: 1 / -1; }
  .filters .controls > .plain { grid-column: 1 / -1; }
  .keys { display: none; }
  .back { display: inline-block; }
}
@media (max-width: 30rem) {
  body { padding: 0 0.75rem 2rem; }
  .map { --head: 7.5rem; }
  .map thead th:not(:first-child) { font-size: 0.75rem; }
  .map th:first-child { font-size: 0.8rem; padding: 0.4rem 0.5rem; }
}
@media print { .browser, .top nav { display: none; } }
`;

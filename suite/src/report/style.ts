/** Styles of the HTML report, for large and small screens, light and dark mode, and print. */

export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f6f4, #141615);
  --surface: light-dark(#fff, #1d201f);
  --ink: light-dark(#1b1e1d, #eceeec);
  --soft: light-dark(#5b615e, #a3aaa6);
  --line: light-dark(#e1e2de, #313634);
  --pass: light-dark(#1c7a4d, #62c894);
  --fail: light-dark(#b3261e, #ff8f85);
  --warn: light-dark(#8f5b00, #f0b95b);
  --na: light-dark(#a3a8a5, #59605c);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
*, ::before, ::after { box-sizing: border-box }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; background: var(--ground); color: var(--ink) }
body { margin: 0 auto; max-width: 68rem; padding: clamp(1.25rem, 4vw, 3rem) clamp(1rem, 4vw, 2rem); overflow-wrap: anywhere }
h1, h2, h3, h4, p, dl, dd, ul, ol { margin: 0; padding: 0 }
ul, ol { list-style: none }
a { color: inherit; text-underline-offset: .2em }
code, pre { font-family: var(--mono); font-size: .8125rem }
.kind, .where, .clause, .level, small, footer, figcaption { color: var(--soft); font-size: .875rem }
h1 { font-size: clamp(1.75rem, 5vw, 2.5rem); line-height: 1.15; letter-spacing: -.02em; margin-block: .25rem .5rem }
h2 { font-size: 1.25rem; margin-block: 3rem 1rem }
h3 { font-size: 1.0625rem; line-height: 1.35; margin-block: .25rem .5rem }
.totals { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin-block: 1.75rem 1rem }
.totals div { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: .75rem 1rem }
.totals dt { color: var(--soft); font-size: .875rem }
.totals dd { font-size: 2rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums }
.totals .pass dd { color: var(--pass) } .totals .fail dd { color: var(--fail) } .totals .warn dd { color: var(--warn) } .totals .na dd { color: var(--soft) }
.bar { display: flex; gap: 2px; height: .5rem; border-radius: 1rem; overflow: hidden; min-width: 5rem }
.bar i { flex: 1 1 0; min-width: 3px }
.bar .pass { background: var(--pass) } .bar .fail { background: var(--fail) } .bar .warn { background: var(--warn) } .bar .na { background: var(--na); opacity: .45 }
.unfinished { margin-top: 1rem; color: var(--fail); font-weight: 600 }
.scroll, .sequence { overflow-x: auto; position: relative }
table { width: 100%; border-collapse: collapse; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; border-style: hidden; box-shadow: 0 0 0 1px var(--line) }
th, td { padding: .5rem .875rem; text-align: right; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; white-space: nowrap }
tr:last-child > * { border-bottom: 0 }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 500 }
th:first-child { text-align: left; font-weight: 550; white-space: normal }
.wide { width: 32% } .narrow { display: none }
td.pass { color: var(--pass) } td.fail { color: var(--fail); font-weight: 700 } td.warn { color: var(--warn); font-weight: 700 } td.zero { color: var(--na) }
.calm { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem; color: var(--pass) }
.finding { background: var(--surface); border: 1px solid var(--line); border-inline-start: 4px solid var(--fail); border-radius: .75rem; padding: 1.125rem 1.25rem; margin-bottom: 1rem; scroll-margin-top: 1rem }
.finding.warn { border-inline-start-color: var(--warn) }
.finding .clause code { float: right; margin-inline-start: 1rem }
.reason { color: var(--fail); font-family: var(--mono); font-size: .8125rem }
.warn > .reason { color: var(--warn) }
summary { cursor: pointer; padding-block: .375rem; font-weight: 550 }
.finding details { margin-top: .75rem } .finding summary { font-size: .875rem }
.exchanges li { border-inline-start: 2px solid var(--line); padding-inline-start: .875rem; margin-block: 1rem }
.exchanges .accepted { border-color: var(--pass) } .exchanges .refused { border-color: var(--warn) }
.who { font-size: .875rem; font-weight: 600; display: flex; justify-content: space-between } .who span { color: var(--soft); font-weight: 400 }
pre { background: var(--ground); border-radius: .5rem; padding: .75rem; margin: .375rem 0; white-space: pre-wrap; max-height: 24rem; overflow: auto }
.sequence { margin: 1rem 0 0; padding: .75rem; background: var(--ground); border-radius: .5rem }
.sequence svg { display: block; margin: auto; font: 11px var(--mono) }
.sequence text { fill: var(--ink); text-anchor: middle } .sequence .name { font: 600 12px system-ui, sans-serif }
.actor { fill: var(--surface); stroke: var(--line) } .life { stroke: var(--line) }
.request line { stroke: var(--ink) } .request path { fill: var(--ink) }
.answer line { stroke: var(--soft); stroke-dasharray: 4 3 } .answer path, .answer text { fill: var(--soft) }
.answer.accepted line { stroke: var(--pass) } .answer.accepted path, .answer.accepted text { fill: var(--pass) }
.answer.refused line { stroke: var(--warn) } .answer.refused path, .answer.refused text { fill: var(--warn) }
.specification { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: .375rem 1.25rem; margin-bottom: .75rem; scroll-margin-top: 1rem }
.specification li { display: grid; grid-template-columns: 1.5rem 10rem minmax(0, 1fr); gap: .5rem; padding-block: .375rem; border-top: 1px solid var(--line) }
.specification .level { font-size: .75rem }
.specification small { display: block }
.sign { width: 1rem; height: 1rem; flex: none; align-self: start; margin-top: .25rem; fill: none; stroke: var(--na); stroke-width: 2.25; stroke-linecap: round; stroke-linejoin: round }
.sign.pass { stroke: var(--pass) } .sign.fail { stroke: var(--fail) } .sign.warn { stroke: var(--warn) } .na { color: var(--soft) }
.sentence { font-size: 1.125rem; font-weight: 600; margin-top: 1rem } .sentence.pass { color: var(--pass) } .sentence.fail { color: var(--fail) }
.index { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: .5rem 1.25rem; margin-bottom: 1.5rem }
.index li { display: grid; grid-template-columns: 1.5rem 15rem 1fr; gap: .5rem; padding-block: .375rem } .index li + li { border-top: 1px solid var(--line) }
summary small { font-weight: 400 }
.unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem }
@media (max-width: 40rem) {
  .totals { grid-template-columns: 1fr 1fr } .specification, .finding { padding-inline: .875rem } .sequence { padding-inline: 0 }
  .wide { display: none } th > .word { position: absolute; clip-path: inset(50%) } .narrow { display: inline }
  th, td { padding-inline: .5rem } th:first-child { min-width: 10rem }
  .specification li, .index li { grid-template-columns: 1.25rem minmax(0, 1fr) } .specification li > :last-child, .index li > :last-child { grid-column: 2 }
  .finding .clause code { float: none; display: block; margin: 0 }
}
@media print { body { max-width: none } .finding, .specification li { break-inside: avoid } }
`

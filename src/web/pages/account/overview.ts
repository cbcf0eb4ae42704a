/** The overview of the account page: how each section stands, in one line. */
import { type Html, html } from '../html.ts'
import { chevron } from '../icons.ts'
import type { SectionGroup } from './layout.ts'

/** How a section stands. `open`: something to be done there. */
export interface SectionState {
  text: string | Html
  open?: boolean
}

export interface OverviewSection {
  name: string
  title: string
  /** What it is for, where nothing else can be said of it. */
  summary: string
  state: SectionState | undefined
}

export function overviewPage({ base, groups }: { base: string; groups: readonly SectionGroup<OverviewSection>[] }): Html {
  const row = ({ name, title, summary, state = { text: summary } }: OverviewSection) =>
    html`<li><a id="open-${name}" class="row" href="${base}/account/${name}"><span class="who"><span class="name">${title}</span> <span class="detail${state.open && ' open'}">${state.text}</span></span>${chevron}</a></li>\n`
  return html`${groups.map(
    ({ heading, sections }, i) => html`<section class="overview" aria-labelledby="group-${i}"><h2 id="group-${i}">${heading}</h2>
<ul class="rows">
${sections.map(row)}</ul></section>
`,
  )}`
}

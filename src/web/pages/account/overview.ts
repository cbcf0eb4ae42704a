/** The overview of the account page: each section in one line. */
import { type Html, html } from '../html.ts'
import { chevron } from '../icons.ts'
import type { AccountPageContext } from './layout.ts'

export function overviewPage({ base, sections }: Pick<AccountPageContext, 'base' | 'sections'>): Html {
  return html`<ul class="rows">
${sections.map(
  ({ name, title, summary }) =>
    html`<li><a id="open-${name}" class="row" href="${base}/account/${name}"><span class="who"><span class="name">${title}</span> <span class="detail">${summary}</span></span>${chevron}</a></li>\n`,
)}</ul>`
}

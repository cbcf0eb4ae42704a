/** Recovery codes, shown this once — NIST SP 800-63B-4 §3.1.2. */
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem } from './emblem.ts'
import { html } from './html.ts'
import type { View } from './layout.ts'
import { destination } from './urls.ts'

const words = {
  title: 'Keep your recovery codes',
  lead: 'Each lets you in once if you lose your other second factors.',
  codes: 'Recovery codes',
  note: 'Write them down or keep them in a password manager. They are not shown again.',
  next: 'I have kept them',
}

export function recoveryCodes({ codes, next }: Pages['recovery-codes']): View {
  return {
    title: html`${words.title}`,
    body: html`<header>${ownEmblem()}
<h1 id="recovery-codes">${words.title}</h1>
<p class="lead">${words.lead}</p>
</header>
<ul class="codes" aria-label="${words.codes}">
${codes.map((code) => html`<li><code>${code}</code></li>\n`)}</ul>
<p class="note">${words.note}</p>
<a id="next" class="button" href="${destination(next)}">${words.next}</a>`,
  }
}

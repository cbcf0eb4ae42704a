/** Recovery codes, shown this once — NIST SP 800-63B-4 §3.1.2. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge } from './emblem.ts'
import { html } from './html.ts'
import { key } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { plain } from './names.ts'
import { pageScript } from './page-script.ts'
import { destination } from './urls.ts'

const words = {
  title: 'Keep your recovery codes',
  lead: 'Each lets you in once if you lose your other second factors.',
  codes: 'Recovery codes',
  copy: 'Copy',
  copied: 'Copied.',
  download: 'Download',
  print: 'Print',
  file: 'recovery codes for {tenant}.txt',
  note: 'Write them down or keep them in a password manager. They are not shown again.',
  next: 'I have kept them',
}

export function recoveryCodes({ codes, next }: Pages['recovery-codes'], look: PageContext): View {
  return {
    title: html`${words.title}`,
    script: pageScript,
    body: html`<header>${badge(key)}
<h1 id="recovery-codes">${words.title}</h1>
<p class="lead">${words.lead}</p>
</header>
<ul class="codes" aria-label="${words.codes}">
${codes.map((code) => html`<li><code>${code}</code></li>\n`)}</ul>
<div class="tools" data-codes="${words.file.replace('{tenant}', () => plain(look.tenant))}" data-copied="${words.copied}" hidden>
<button type="button" id="copy">${words.copy}</button>
<button type="button" id="download">${words.download}</button>
<button type="button" id="print">${words.print}</button>
</div>
<p class="note">${words.note}</p>
<a id="next" class="button" href="${destination(next)}">${words.next}</a>`,
  }
}

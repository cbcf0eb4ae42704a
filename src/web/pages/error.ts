/** A request that can neither proceed nor return to its application — RFC 6749 §4.1.2.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem } from './emblem.ts'
import { html } from './html.ts'
import type { View } from './layout.ts'

const words = {
  title: 'We can’t continue',
  theirs: 'Go back to the application you came from and start again from there.',
  ours: 'The problem is on our side. Wait a moment, then go back to the application you came from and start again.',
  again: 'If it happens again, send these details to its support.',
  details: 'Details',
  code: 'Error',
  status: 'Status',
  description: 'Meaning',
}

export function error({ code, description, status }: Pages['error']): View {
  return {
    title: html`${words.title}`,
    body: html`<header>${ownEmblem()}
<h1>${words.title}</h1>
<p class="lead">${status >= 500 ? words.ours : words.theirs}</p>
</header>
<section class="details" aria-labelledby="details"><h2 id="details">${words.details}</h2>
<dl><div><dt>${words.description}</dt><dd id="error-description">${description}</dd></div>
<div><dt>${words.code}</dt><dd><code id="error-code">${code}</code></dd></div>
<div><dt>${words.status}</dt><dd>${status}</dd></div></dl></section>
<p class="note">${words.again}</p>`,
  }
}

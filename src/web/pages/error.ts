/** A request that can neither proceed nor return to its application — RFC 6749 §4.1.2.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem } from './emblem.ts'
import { html } from './html.ts'
import type { PageContext, View } from './layout.ts'

const words = {
  title: 'We can’t continue',
  notFound: 'Page not found',
  theirs: 'Go back to the application you came from and start again from there.',
  ours: 'The problem is on our side. Wait a moment, then go back to the application you came from and start again.',
  wrongAddress: 'There is nothing at this address. Check it for typing errors, or begin at the start page.',
  again: 'If it happens again, send these details to its support.',
  details: 'Details',
  code: 'Error',
  status: 'Status',
  description: 'Meaning',
  request: 'Request',
  time: 'Time',
  cure: 'To fix it',
  home: 'Start page',
}

export function error({ code, description, status, cure }: Pages['error'], look: PageContext): View {
  const notFound = code === 'not_found'
  const title = notFound ? words.notFound : words.title
  return {
    title: html`${title}`,
    body: html`<header>${ownEmblem()}
<h1>${title}</h1>
<p class="lead">${notFound ? words.wrongAddress : status >= 500 ? words.ours : words.theirs}</p>
</header>
${notFound && html`<a id="home" class="button" href="${look.base}/">${words.home}</a>`}
${
  look.help &&
  cure !== undefined &&
  html`<section class="details" aria-labelledby="cure-title"><h2 id="cure-title">${words.cure}</h2>
<pre id="cure" tabindex="0"><code>${cure}</code></pre></section>`
}
<section class="details" aria-labelledby="details"><h2 id="details">${words.details}</h2>
<dl><div><dt>${words.description}</dt><dd id="error-description">${description}</dd></div>
<div><dt>${words.code}</dt><dd><code id="error-code">${code}</code></dd></div>
<div><dt>${words.status}</dt><dd>${status}</dd></div>
${
  look.request &&
  html`<div><dt>${words.request}</dt><dd><code id="request-id">${look.request.id}</code></dd></div>
<div><dt>${words.time}</dt><dd><time>${look.request.time}</time></dd></div>`
}</dl></section>
${
  !notFound &&
  html`<p class="note">${words.again}</p>
<div class="ways-out"><a id="home" href="${look.base}/">${words.home}</a></div>`
}`,
  }
}

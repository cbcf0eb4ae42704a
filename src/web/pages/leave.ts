/** Continues to the application: a separate page ends the form's chain of redirects — Content Security Policy Level 3 §6.4.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf } from './emblem.ts'
import { fill, html } from './html.ts'
import type { View } from './layout.ts'
import { named, plain } from './names.ts'
import { destination } from './urls.ts'

const words = {
  title: 'Returning to {application}',
  stuck: 'This takes a moment. If nothing happens, press Continue.',
  go: 'Continue',
}

export function leave({ application, to }: Pages['leave']): View {
  const url = destination(to)
  return {
    title: fill(words.title, { application: plain(application.name) }),
    images: logoOf(application)?.source,
    head: html`<meta http-equiv="refresh" content="0;url=${url}">`,
    body: html`<header>${emblem(application)}
<h1>${fill(words.title, { application: named(application.name) })}</h1>
<p class="lead">${words.stuck}</p>
</header>
<a id="continue" class="button" href="${url}">${words.go}</a>`,
  }
}

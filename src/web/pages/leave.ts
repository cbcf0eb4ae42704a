/** Continues to the application: a separate page ends the form's chain of redirects — Content Security Policy Level 3 §6.4.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf } from './emblem.ts'
import { fill, html } from './html.ts'
import type { View } from './layout.ts'
import { named, plain } from './names.ts'
import { destination } from './urls.ts'

const words = {
  title: 'Returning to {application}',
  toProvider: 'Continuing at {application}',
  stuck: 'This takes a moment. If nothing happens, press Continue.',
  go: 'Continue',
}

export function leave({ application, to, isProvider }: Pages['leave']): View {
  const url = destination(to)
  const title = isProvider ? words.toProvider : words.title
  return {
    title: fill(title, { application: plain(application.name) }),
    images: logoOf(application)?.source,
    head: html`<meta http-equiv="refresh" content="0;url=${url}">`,
    body: html`<header>${emblem(application)}
<h1>${fill(title, { application: named(application.name) })}</h1>
<p class="lead">${words.stuck}</p>
</header>
<a id="continue" class="button" href="${url}">${words.go}</a>`,
  }
}

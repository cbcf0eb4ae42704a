/** Tells a person that they may not use the application, and how to go on. */
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import type { PageContext, View } from './layout.ts'
import { named, plain } from './names.ts'

const words = {
  title: 'You cannot use {application}',
  lead: 'Your account is not assigned to it. Ask your administrator for access.',
  person: 'Your account',
  another: 'Use another account',
  back: 'Back to the application',
}

export function notAssigned({ flow, application, person }: Pages['not-assigned'], look: PageContext): View {
  return {
    title: fill(words.title, { application: plain(application.name) }),
    images: logoOf(application)?.source,
    forms: "'self'",
    body: html`<header>${emblem(application)}
<h1 id="not-assigned">${fill(words.title, { application: named(application.name) })}</h1>
<p class="lead">${words.lead}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
<div class="ways-out">
<a id="another" href="${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}&another=1">${words.another}</a>
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${flow}"><button id="cancel" class="quiet">${words.back}</button></form>
</div>`,
  }
}

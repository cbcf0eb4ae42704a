/** Where a person who followed a link confirms an email address. A page with a button, since mail scanners follow links. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge, personCard } from './emblem.ts'
import { html } from './html.ts'
import { envelope } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { address } from './names.ts'

const words = {
  title: 'Confirm your email address',
  lead: 'Use this address for your account?',
  person: 'Your account',
  submit: 'Confirm',
}

export function confirmEmail({ token, email, person }: Pages['confirm-email'], look: PageContext): View {
  return {
    title: html`${words.title}`,
    forms: "'self'",
    body: html`<header>${badge(envelope)}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<p id="email" class="lead"><strong>${address(email)}</strong></p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
<form id="confirm-email" method="post" action="${look.base}/link/confirm">
<input type="hidden" name="token" value="${token}">
<button id="submit" class="primary">${words.submit}</button>
</form>`,
  }
}

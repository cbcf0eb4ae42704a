/** Where a person who followed a link connects an account of a provider with theirs. A page with a button, since mail scanners follow links. */
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import type { PageContext, View } from './layout.ts'
import { address, named, plain } from './names.ts'

const words = {
  title: 'Connect your {provider} account',
  lead: 'From now on you can sign in with this account:',
  person: 'Your account',
  to: 'It will sign you in to your {tenant} account:',
  submit: 'Connect',
}

export function confirmConnection({ token, flow, provider, account, person }: Pages['confirm-connection'], look: PageContext): View {
  return {
    title: fill(words.title, { provider: plain(provider) }),
    forms: "'self'",
    body: html`<header>${ownEmblem()}
<h1>${fill(words.title, { provider: named(provider) })}</h1>
<p class="lead">${words.lead}</p>
<p id="account" class="lead"><strong>${account === undefined ? named(provider) : address(account)}</strong></p>
<p class="lead">${fill(words.to, { tenant: named(look.tenant) })}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
<form id="confirm-connection" method="post" action="${look.base}/link/connect">
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="flow" value="${flow}">
<button id="submit" class="primary">${words.submit}</button>
</form>`,
  }
}

/** Says that the session has ended, and links back — OpenID Connect RP-Initiated Logout §3. */
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf, ownEmblem } from './emblem.ts'
import { fill, html } from './html.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { destination } from './urls.ts'

const words = {
  title: 'You are signed out',
  lead: 'Your {tenant} session in this browser has ended.',
  stayedTitle: 'You are still signed in',
  stayedLead: 'Your {tenant} session in this browser goes on.',
  close: 'You can close this window.',
  back: 'Back to {application}',
  go: 'Continue',
  account: 'Your account',
}

export function signedOut({ application, to, stayed }: Pages['signed-out'], look: PageContext): View {
  const title = stayed ? words.stayedTitle : words.title
  const label = application ? fill(words.back, { application: named(application.name) }) : words.go
  return {
    title: html`${title}`,
    images: application && logoOf(application)?.source,
    body: html`<header>${application ? emblem(application) : ownEmblem()}
<h1>${title}</h1>
<p class="lead">${fill(stayed ? words.stayedLead : words.lead, { tenant: named(look.tenant) })}</p>
</header>
${to === undefined ? html`<p class="note">${words.close}</p>${look.account && html`<div class="ways-out"><a id="account" href="${look.base}/account">${words.account}</a></div>`}` : html`<a id="continue" class="button" href="${destination(to)}">${label}</a>`}`,
  }
}

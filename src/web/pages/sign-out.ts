/** Asks before ending a session — OpenID Connect RP-Initiated Logout §2. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import { door } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named, plain } from './names.ts'

const words = {
  title: 'Sign out of {tenant}?',
  lead: 'Applications may ask you to sign in again.',
  person: 'Signed in as',
  yes: 'Sign out',
  no: 'Stay signed in',
}

export function signOut({ token, person, fields }: Pages['sign-out'], look: PageContext): View {
  return {
    title: fill(words.title, { tenant: plain(look.tenant) }),
    forms: "'self'",
    body: html`<header>${badge(door)}
<h1>${fill(words.title, { tenant: named(look.tenant) })}</h1>
<p class="lead">${words.lead}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
<form id="sign-out" method="post" action="${look.base}/logout">
<input type="hidden" name="token" value="${token}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}
<div class="answers"><button id="sign-out-yes" class="primary" name="answer" value="yes">${words.yes}</button>
<button id="sign-out-no" name="answer" value="no">${words.no}</button></div>
</form>`,
  }
}

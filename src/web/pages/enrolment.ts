/** Where a person who needs a second factor sets it up while signing in — NIST SP 800-63B-4 §4.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import { warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { passkeyForm, passkeyScript } from './passkey.ts'
import { totpForm } from './totp-offer.ts'

const words = {
  title: 'Set up a second factor',
  titleWithProblem: 'Problem: Set up a second factor',
  lead: '{tenant} requires more than a password. You only do this once.',
  person: 'Signing in as',
  another: 'Not you?',
  cancel: 'Cancel',
}

export function enrolment({ flow, person, totp, passkey, problem }: Pages['enrolment'], look: PageContext): View {
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    script: passkeyScript,
    body: html`<header>${ownEmblem()}
<h1>${words.title}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}<a id="not-you" href="${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}&amp;another=1">${words.another}</a></section>
${problem !== undefined && html`<p id="problem" class="problem" role="alert" tabindex="-1" autofocus>${warning}<span>${problem}</span></p>`}
${passkeyForm({
  act: 'create',
  action: `${look.base}/authorize/enrolment`,
  options: passkey,
  more: html`<input type="hidden" name="flow" value="${flow}">`,
})}
${totpForm(totp, {
  form: 'enrolment',
  action: `${look.base}/authorize/enrolment`,
  hidden: html`<input type="hidden" name="flow" value="${flow}">`,
  problem,
})}
<div class="ways-out">
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${flow}"><button id="cancel" class="quiet">${words.cancel}</button></form>
</div>`,
  }
}

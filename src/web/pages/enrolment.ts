/** Where a person who needs a second factor sets it up while signing in — NIST SP 800-63B-4 §4.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import { shield } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { passkeyForm, passkeyScript } from './passkey.ts'
import { problemNote } from './problem.ts'
import { totpForm } from './totp-offer.ts'

const words = {
  title: 'Set up a second factor',
  titleWithProblem: 'Problem: Set up a second factor',
  lead: '{tenant} requires more than a password. You only do this once.',
  person: 'Signing in as',
  another: 'Not you?',
  cancel: 'Cancel',
}

export function enrolment(data: Pages['enrolment'], look: PageContext): View {
  const { flow, person, totp, passkey, problem } = data
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    script: passkeyScript,
    body: html`<header>${badge(shield)}
<h1>${words.title}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}<a id="not-you" href="${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}&amp;another=1">${words.another}</a></section>
${problemNote(problem)}
${passkeyForm({
  act: 'create',
  action: `${look.base}/authorize/enrolment`,
  options: passkey,
  again: `${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}`,
  unknown: data.unknown,
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

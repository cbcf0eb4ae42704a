/** Where a person replaces a temporary password — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge, personCard } from './emblem.ts'
import { html } from './html.ts'
import { lock } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { pageScript } from './page-script.ts'
import { newPasswordField } from './password-field.ts'
import { problemNote } from './problem.ts'

const words = {
  title: 'Choose your password',
  titleWithProblem: 'Problem: Choose your password',
  lead: 'The password you signed in with works only once.',
  person: 'Signed in as',
  password: 'New password',
  repeated: 'New password again',
  submit: 'Save and continue',
}

export function newPassword({ flow, person, problem }: Pages['new-password'], look: PageContext): View {
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    script: pageScript,
    body: html`<header>${badge(lock)}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
${problemNote(problem)}
<form id="new-password" method="post" action="${look.base}/authorize/new-password">
<input type="hidden" name="flow" value="${flow}">
${newPasswordField({ name: 'password', label: words.password, again: words.repeated, focus: true, fault: problem && 'problem' })}
<button id="submit" class="primary">${words.submit}</button>
</form>`,
  }
}

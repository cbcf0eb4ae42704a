/** Where a person who followed a link chooses a password — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import { lock } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { pageScript } from './page-script.ts'
import { newPasswordField } from './password-field.ts'
import { problemNote } from './problem.ts'

const words = {
  titles: { reset: 'Choose a new password', invitation: 'Welcome to {tenant}' },
  problem: 'Problem: {title}',
  leads: {
    reset: 'Everything that was signed in with the old one is signed out.',
    invitation: 'Choose the password you will sign in with.',
  },
  person: 'Your account',
  password: 'New password',
  repeated: 'New password again',
  submit: 'Save the password',
}

export function choosePassword({ token, kind, username, person, flow, problem }: Pages['choose-password'], look: PageContext): View {
  const title = fill(words.titles[kind], { tenant: named(look.tenant) })
  const said = fill(words.titles[kind], { tenant: look.tenant })
  return {
    title: problem === undefined ? said : fill(words.problem, { title: said }),
    forms: "'self'",
    script: pageScript,
    body: html`<header>${badge(lock)}
<h1>${title}</h1>
<p class="lead">${words.leads[kind]}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
${problemNote(problem)}
<form id="choose-password" method="post" action="${look.base}/link/password">
<input type="hidden" name="token" value="${token}">
${flow !== undefined && html`<input type="hidden" name="flow" value="${flow}">`}
<input type="text" class="unseen" name="username" value="${username}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
${newPasswordField({ name: 'password', label: words.password, again: words.repeated, focus: true, fault: problem && 'problem' })}
<button id="submit" class="primary">${words.submit}</button>
</form>`,
  }
}

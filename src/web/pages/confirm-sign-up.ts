/** Where a person who followed the link finishes a sign-up. A page with a button, since mail scanners follow links. WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge } from './emblem.ts'
import { fill, html } from './html.ts'
import { envelope } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { address, named } from './names.ts'
import { pageScript } from './page-script.ts'
import { currentPassword } from './password-field.ts'
import { problemNote } from './problem.ts'

const words = {
  title: 'Finish your sign-up',
  titleWithProblem: 'Problem: Finish your sign-up',
  lead: 'This will be the address of your {tenant} account:',
  password: 'Password',
  hint: 'The one you chose when you signed up. It shows that it was you.',
  submit: 'Create the account',
}

export function confirmSignUp({ token, flow, email, mustProve, problem }: Pages['confirm-sign-up'], look: PageContext): View {
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    ...(mustProve && { script: pageScript }),
    body: html`<header>${badge(envelope)}
<h1>${words.title}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
<p id="email" class="lead"><strong>${address(email)}</strong></p>
</header>
${problemNote(problem)}
<form id="confirm-sign-up" method="post" action="${look.base}/sign-up/confirm">
<input type="hidden" name="token" value="${token}">
${flow !== undefined && html`<input type="hidden" name="flow" value="${flow}">`}
${
  mustProve &&
  html`<input type="text" class="unseen" name="username" value="${email}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
${currentPassword({ name: 'password', label: words.password, hint: words.hint, focus: true, fault: problem && 'problem' })}`
}
<button id="submit" class="primary">${words.submit}</button>
</form>`,
  }
}

/** Where a person who followed the link finishes a sign-up. A page with a button, since mail scanners follow links. WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem } from './emblem.ts'
import { fill, html } from './html.ts'
import { warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { address, named } from './names.ts'

const words = {
  title: 'Finish your sign-up',
  titleWithProblem: 'Problem: Finish your sign-up',
  lead: 'This will be the address of your {tenant} account:',
  password: 'Password',
  hint: 'The one you chose when you signed up. It shows that it was you.',
  submit: 'Create the account',
}

export function confirmSignUp({ token, flow, email, mustProve, problem }: Pages['confirm-sign-up'], look: PageContext): View {
  const described = problem === undefined ? 'hint' : 'problem hint'
  const invalid = problem !== undefined && html` aria-invalid="true"`
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    body: html`<header>${ownEmblem()}
<h1>${words.title}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
<p id="email" class="lead"><strong>${address(email)}</strong></p>
</header>
${problem !== undefined && html`<p id="problem" class="problem" role="alert" tabindex="-1" autofocus>${warning}<span>${problem}</span></p>`}
<form id="confirm-sign-up" method="post" action="${look.base}/sign-up/confirm">
<input type="hidden" name="token" value="${token}">
${flow !== undefined && html`<input type="hidden" name="flow" value="${flow}">`}
${
  mustProve &&
  html`<input type="text" class="unseen" name="username" value="${email}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
<div class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" enterkeyhint="go" required aria-describedby="${described}"${invalid}${problem === undefined && html` autofocus`}>
<p id="hint" class="hint">${words.hint}</p></div>`
}
<button id="submit" class="primary">${words.submit}</button>
</form>`,
  }
}

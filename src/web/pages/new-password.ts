/** Where a person replaces a temporary password — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §3.3.8. */
import { shortestPassword } from '../../identity/password-policy.ts'
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import { warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'

const words = {
  title: 'Choose your password',
  titleWithProblem: 'Problem: Choose your password',
  lead: 'The password you signed in with works only once.',
  person: 'Signed in as',
  password: 'New password',
  hint: `At least ${shortestPassword} characters. A few words you will remember are best.`,
  repeated: 'New password again',
  submit: 'Save and continue to {application}',
}

export function newPassword({ flow, application, person, problem }: Pages['new-password'], look: PageContext): View {
  const described = problem === undefined ? 'hint' : 'problem hint'
  const invalid = problem !== undefined && html` aria-invalid="true"`
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    body: html`<header>${ownEmblem()}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
${problem !== undefined && html`<p id="problem" class="problem" role="alert" tabindex="-1" autofocus>${warning}<span>${problem}</span></p>`}
<form id="new-password" method="post" action="${look.base}/authorize/new-password">
<input type="hidden" name="flow" value="${flow}">
<div class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="new-password" enterkeyhint="next" required aria-describedby="${described}"${invalid}${problem === undefined && html` autofocus`}>
<p id="hint" class="hint">${words.hint}</p></div>
<div class="field"><label for="repeated">${words.repeated}</label>
<input id="repeated" name="repeated" type="password" autocomplete="new-password" enterkeyhint="go" required${invalid}></div>
<button id="submit" class="primary">${fill(words.submit, { application: named(application.name) })}</button>
</form>`,
  }
}

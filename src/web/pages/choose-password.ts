/** Where a person who followed a link chooses a password — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §3.3.8. */
import { shortestPassword } from '../../identity/password-policy.ts'
import type { Pages } from '../../protocol/request-reply.ts'
import { ownEmblem, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import { warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'

const words = {
  titles: { reset: 'Choose a new password', invitation: 'Welcome to {tenant}' },
  problem: 'Problem: {title}',
  leads: {
    reset: 'Everything that was signed in with the old one is signed out.',
    invitation: 'Choose the password you will sign in with.',
  },
  person: 'Your account',
  password: 'New password',
  hint: `At least ${shortestPassword} characters. A few words you will remember are best.`,
  repeated: 'New password again',
  submit: 'Save the password',
}

export function choosePassword({ token, kind, username, person, problem }: Pages['choose-password'], look: PageContext): View {
  const title = fill(words.titles[kind], { tenant: named(look.tenant) })
  const described = problem === undefined ? 'hint' : 'problem hint'
  const invalid = problem !== undefined && html` aria-invalid="true"`
  const said = fill(words.titles[kind], { tenant: look.tenant })
  return {
    title: problem === undefined ? said : fill(words.problem, { title: said }),
    forms: "'self'",
    body: html`<header>${ownEmblem()}
<h1>${title}</h1>
<p class="lead">${words.leads[kind]}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}</section>
${problem !== undefined && html`<p id="problem" class="problem" role="alert" tabindex="-1" autofocus>${warning}<span>${problem}</span></p>`}
<form id="choose-password" method="post" action="${look.base}/link/password">
<input type="hidden" name="token" value="${token}">
<input type="text" class="unseen" name="username" value="${username}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
<div class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="new-password" enterkeyhint="next" required aria-describedby="${described}"${invalid}${problem === undefined && html` autofocus`}>
<p id="hint" class="hint">${words.hint}</p></div>
<div class="field"><label for="repeated">${words.repeated}</label>
<input id="repeated" name="repeated" type="password" autocomplete="new-password" enterkeyhint="go" required${invalid}></div>
<button id="submit" class="primary">${words.submit}</button>
</form>`,
  }
}

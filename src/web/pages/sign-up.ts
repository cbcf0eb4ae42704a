/** Where a person creates an account — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §1.3.5, §3.3.2, §3.3.8. */
import { shortestPassword } from '../../identity/password-policy.ts'
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf } from './emblem.ts'
import { fill, html } from './html.ts'
import { warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named, plain } from './names.ts'
import { fieldOf, questionField } from './question.ts'

const words = {
  title: 'Create an account for {application}',
  titleWithProblem: 'Problem: {title}',
  lead: 'It will be your {tenant} account',
  email: 'Email',
  name: 'Name',
  optional: '(optional)',
  password: 'Password',
  hint: `At least ${shortestPassword} characters. A few words you will remember are best.`,
  repeated: 'Password again',
  submit: 'Create the account',
  signIn: 'I have an account already',
  choose: 'Choose another account',
  cancel: 'Cancel',
}

export function signUp(data: Pages['sign-up'], look: PageContext): View {
  const { flow, application, email, name, asked, typed, faults, problem } = data
  const title = fill(words.title, { application: plain(application.name) })
  const invalid = (field: string) => problem?.field === field && html` aria-invalid="true"`
  const described = (field: string) => problem?.field === field && html` aria-describedby="problem"`
  const continueUrl = `${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}`
  return {
    title: problem === undefined ? title : fill(words.titleWithProblem, { title }),
    images: logoOf(application)?.source,
    forms: "'self'",
    body: html`<header>${emblem(application)}
<h1>${fill(words.title, { application: named(application.name) })}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
</header>
${problem !== undefined && html`<p id="problem" class="problem" role="alert" tabindex="-1" autofocus>${warning}<span>${problem?.text}</span></p>`}
<form id="sign-up" method="post" action="${look.base}/authorize/sign-up">
<input type="hidden" name="flow" value="${flow}">
<div class="field"><label for="email">${words.email}</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" maxlength="254" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" enterkeyhint="next" required${described('email')}${invalid('email')}${problem === undefined && html` autofocus`}></div>
<div class="field"><label for="name">${words.name} <span class="optional">${words.optional}</span></label>
<input id="name" name="name" value="${name}" autocomplete="name" maxlength="500" dir="auto" enterkeyhint="next"${described('name')}${invalid('name')}></div>
${asked.map((question) => questionField({ question, text: typed[question.name], fault: faults[fieldOf(question.name)] }))}
<div class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="new-password" enterkeyhint="next" required aria-describedby="${problem?.field === 'password' ? 'problem hint' : 'hint'}"${invalid('password')}>
<p id="hint" class="hint">${words.hint}</p></div>
<div class="field"><label for="repeated">${words.repeated}</label>
<input id="repeated" name="repeated" type="password" autocomplete="new-password" enterkeyhint="go" required${invalid('password')}></div>
<button id="submit" class="primary">${words.submit}</button>
</form>
<div class="ways-out">
<a id="sign-in-instead" href="${continueUrl}&amp;another=1">${words.signIn}</a>
${data.canChoose && html`<a id="choose" href="${continueUrl}&amp;choose=1">${words.choose}</a>`}
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${flow}"><button id="cancel" class="quiet">${words.cancel}</button></form>
</div>`,
  }
}

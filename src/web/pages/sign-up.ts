/** Where a person creates an account — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §1.3.5, §3.3.2, §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { logoOf, party } from './emblem.ts'
import { fill, html } from './html.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { pageScript } from './page-script.ts'
import { newPasswordField } from './password-field.ts'
import { problemNote } from './problem.ts'
import { fieldOf, questionField } from './question.ts'

const words = {
  title: 'Create an account for {application}',
  own: 'Create an account',
  titleWithProblem: 'Problem: {title}',
  lead: 'It will be your {tenant} account',
  email: 'Email',
  name: 'Name',
  optional: '(optional)',
  password: 'Password',
  repeated: 'Password again',
  submit: 'Create the account',
  signIn: 'I have an account already',
  choose: 'Choose another account',
  cancel: 'Cancel',
}

export function signUp(data: Pages['sign-up'], look: PageContext): View {
  const { flow, application, email, name, asked, typed, faults, problem } = data
  const { emblem, name: applicationName, title: spoken } = party(application, look)
  const sentence = application.own ? words.own : words.title
  const title = fill(sentence, { application: spoken })
  const faulted = problem?.field ?? (problem && asked.find(({ name }) => faults[fieldOf(name)] !== undefined)?.name) ?? 'email'
  const invalid = (field: string) => problem?.field === field && html` aria-invalid="true"`
  const described = (field: string) => problem?.field === field && html` aria-describedby="problem"`
  const continueUrl = `${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}`
  return {
    title: problem === undefined ? title : fill(words.titleWithProblem, { title }),
    images: logoOf(application)?.source,
    forms: "'self'",
    script: pageScript,
    body: html`<header>${emblem}
<h1>${fill(sentence, { application: applicationName })}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
</header>
${problemNote(problem?.text)}
<form id="sign-up" method="post" action="${look.base}/authorize/sign-up">
<input type="hidden" name="flow" value="${flow}">
<div class="field"><label for="email">${words.email}</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" maxlength="254" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" enterkeyhint="next" required${described('email')}${invalid('email')}${faulted === 'email' && html` autofocus`}></div>
<div class="field"><label for="name">${words.name} <span class="optional">${words.optional}</span></label>
<input id="name" name="name" value="${name}" autocomplete="name" maxlength="500" dir="auto" enterkeyhint="next"${described('name')}${invalid('name')}${faulted === 'name' && html` autofocus`}></div>
${asked.map((question) => questionField({ question, text: typed[question.name], fault: faults[fieldOf(question.name)], focus: faulted === question.name }))}
${newPasswordField({
  name: 'password',
  label: words.password,
  again: words.repeated,
  focus: faulted === 'password',
  fault: problem?.field === 'password' ? 'problem' : undefined,
})}
<button id="submit" class="primary">${words.submit}</button>
</form>
<div class="ways-out">
<a id="sign-in-instead" href="${continueUrl}&amp;another=1">${words.signIn}</a>
${data.canChoose && html`<a id="choose" href="${continueUrl}&amp;choose=1">${words.choose}</a>`}
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${flow}"><button id="cancel" class="quiet">${words.cancel}</button></form>
</div>`,
  }
}

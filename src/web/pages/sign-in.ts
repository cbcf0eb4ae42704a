/** The sign-in page — OpenID Connect Core §3.1.2.3; accessible authentication, WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { logoOf, party } from './emblem.ts'
import { fill, html } from './html.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { pageScript } from './page-script.ts'
import { passkeyForm, passkeyScript } from './passkey.ts'
import { currentPassword } from './password-field.ts'
import { problemNote } from './problem.ts'

const words = {
  title: 'Sign in to {application}',
  own: 'Sign in',
  titleWithProblem: 'Problem: {title}',
  lead: 'Use your {tenant} account',
  ownLead: 'to your {tenant} account',
  username: 'Email or user name',
  password: 'Password',
  submit: 'Sign in',
  upstream: 'Continue with {provider}',
  others: 'Other ways to sign in',
  forgot: 'Forgot your password?',
  reset: 'Or choose a new password now.',
  signUp: 'Create an account',
  choose: 'Choose another account',
  cancel: 'Cancel',
}

export function signIn(data: Pages['sign-in'], look: PageContext): View {
  const { application, problem } = data
  const { emblem, name, title: spoken } = party(application, look)
  const sentence = application.own ? words.own : words.title
  const title = fill(sentence, { application: spoken })
  const state = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`
  const forgot = look.recovery ? `${look.base}/forgot-password?${resetQuery(data)}` : undefined
  return {
    title: problem === undefined ? title : fill(words.titleWithProblem, { title }),
    images: logoOf(application)?.source,
    forms: "'self'",
    script: [passkeyScript, pageScript],
    body: html`<header>${emblem}
<h1>${fill(sentence, { application: name })}</h1>
<p class="lead">${fill(application.own ? words.ownLead : words.lead, { tenant: named(look.tenant) })}</p>
</header>
${problemNote(problem, { more: data.throttled && forgot !== undefined ? html`<a id="reset" href="${forgot}">${words.reset}</a>` : undefined })}
<form id="sign-in" method="post" action="${look.base}/authorize/sign-in">
<input type="hidden" name="flow" value="${data.flow}">
<div class="field"><label for="username">${words.username}</label>
<input id="username" name="username" value="${data.loginHint}" autocomplete="username webauthn" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" enterkeyhint="next" required${state}${!data.loginHint && html` autofocus`}></div>
${currentPassword({
  name: 'password',
  label: words.password,
  focus: !!data.loginHint,
  fault: problem && 'problem',
  beside: forgot !== undefined && html`<a id="forgot" href="${forgot}" class="beside">${words.forgot}</a>`,
})}
<button id="submit" class="primary">${words.submit}</button>
</form>
${passkeyForm({
  act: 'find',
  action: `${look.base}/authorize/passkey`,
  options: data.passkey,
  again: `${look.base}/authorize/continue?flow=${encodeURIComponent(data.flow)}`,
  armed: problem === undefined,
  more: html`<input type="hidden" name="flow" value="${data.flow}">`,
})}
${
  data.upstreams.length > 0 &&
  html`<nav class="upstreams" aria-label="${words.others}">${data.upstreams.map(
    ({ name, label }) =>
      html`<a id="upstream-${name}" class="button" href="${look.base}/authorize/upstream?flow=${encodeURIComponent(data.flow)}&amp;connection=${name}">${fill(words.upstream, { provider: named(label) })}</a>\n`,
  )}</nav>`
}
<div class="ways-out">
${look.signUp && html`<a id="sign-up" href="${look.base}/authorize/continue?flow=${encodeURIComponent(data.flow)}&amp;create=1">${words.signUp}</a>`}
${data.canChoose && html`<a id="choose" href="${look.base}/authorize/continue?flow=${encodeURIComponent(data.flow)}&amp;choose=1">${words.choose}</a>`}
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${data.flow}"><button id="cancel" class="quiet">${words.cancel}</button></form>
</div>`,
  }
}

/** What was typed comes along. */
function resetQuery({ flow, loginHint }: Pages['sign-in']): URLSearchParams {
  return new URLSearchParams({ flow, ...(loginHint && { login: loginHint }) })
}

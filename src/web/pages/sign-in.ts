/** The sign-in page — OpenID Connect Core §3.1.2.3; accessible authentication, WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf } from './emblem.ts'
import { fill, html } from './html.ts'
import { warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named, plain } from './names.ts'
import { passkeyForm, passkeyScript } from './passkey.ts'

const words = {
  title: 'Sign in to {application}',
  titleWithProblem: 'Problem: {title}',
  lead: 'Use your {tenant} account',
  username: 'Email or username',
  password: 'Password',
  submit: 'Sign in',
  upstream: 'Continue with {provider}',
  others: 'Other ways to sign in',
  forgot: 'Forgot your password?',
  signUp: 'Create an account',
  choose: 'Choose another account',
  cancel: 'Cancel',
}

export function signIn(data: Pages['sign-in'], look: PageContext): View {
  const { application, problem } = data
  const title = fill(words.title, { application: plain(application.name) })
  const state = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`
  const focus = { username: problem === undefined && !data.loginHint, password: problem === undefined && !!data.loginHint }
  return {
    title: problem === undefined ? title : fill(words.titleWithProblem, { title }),
    images: logoOf(application)?.source,
    forms: "'self'",
    script: passkeyScript,
    body: html`<header>${emblem(application)}
<h1>${fill(words.title, { application: named(application.name) })}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
</header>
${problem !== undefined && html`<p id="problem" class="problem" role="alert" tabindex="-1" autofocus>${warning}<span>${problem}</span></p>`}
<form id="sign-in" method="post" action="${look.base}/authorize/sign-in">
<input type="hidden" name="flow" value="${data.flow}">
<div class="field"><label for="username">${words.username}</label>
<input id="username" name="username" value="${data.loginHint}" autocomplete="username webauthn" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" enterkeyhint="next" required${state}${focus.username && html` autofocus`}></div>
<div class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" enterkeyhint="go" required${state}${focus.password && html` autofocus`}></div>
<button id="submit" class="primary">${words.submit}</button>
</form>
${passkeyForm({
  act: 'find',
  action: `${look.base}/authorize/passkey`,
  options: data.passkey,
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
${look.recovery && html`<a id="forgot" href="${look.base}/forgot-password?flow=${encodeURIComponent(data.flow)}">${words.forgot}</a>`}
${data.canChoose && html`<a id="choose" href="${look.base}/authorize/continue?flow=${encodeURIComponent(data.flow)}&amp;choose=1">${words.choose}</a>`}
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${data.flow}"><button id="cancel" class="quiet">${words.cancel}</button></form>
</div>`,
  }
}

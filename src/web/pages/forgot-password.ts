/** Where a person asks for a link to choose a new password — NIST SP 800-63B-4 §4.2; WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge } from './emblem.ts'
import { fill, html } from './html.ts'
import { lock } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { problemNote } from './problem.ts'

const words = {
  title: 'Forgot your password?',
  titleWithProblem: 'Problem: Forgot your password?',
  lead: 'Enter your {tenant} account, and we will send a link to its email address.',
  login: 'Email or user name',
  submit: 'Send the link',
  back: 'Back to sign in',
}

export function forgotPassword({ flow, login, problem }: Pages['forgot-password'], look: PageContext): View {
  const state = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    body: html`<header>${badge(lock)}
<h1>${words.title}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
</header>
${problemNote(problem)}
<form id="forgot-password" method="post" action="${look.base}/forgot-password/send">
${flow !== undefined && html`<input type="hidden" name="flow" value="${flow}">`}
<div class="field"><label for="login">${words.login}</label>
<input id="login" name="login" value="${login}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" enterkeyhint="send" required${state} autofocus></div>
<button id="submit" class="primary">${words.submit}</button>
</form>
${flow !== undefined && html`<div class="ways-out"><a id="back" href="${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}">${words.back}</a></div>`}`,
  }
}

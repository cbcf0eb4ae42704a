/** Signing in and consenting in one form, as the Authlete reference server has it: its programs know the names of the fields. */
import type { Application } from '../../protocol/request-reply.ts'
import { emblem, logoOf } from './emblem.ts'
import { fill, html } from './html.ts'
import { dot } from './icons.ts'
import type { View } from './layout.ts'
import { named, plain } from './names.ts'
import { pageScript } from './page-script.ts'
import { currentPassword } from './password-field.ts'

const words = {
  title: '{application} asks for access',
  fresh: 'It will be able to',
  subject: 'Email or user name',
  password: 'Password',
  allow: 'Allow',
  deny: 'Don’t allow',
}

interface Decision {
  base: string
  ticket: string
  application: Application
  /** In words. */
  scopes: readonly string[]
  /** Somebody is signed in at this browser already. */
  signedIn: boolean
  loginHint: string | undefined
}

/** Its answer may be a redirect to the application, which a stricter policy for forms would stop in some browsers. */
export function decisionView({ base, ticket, application, scopes, signedIn, loginHint }: Decision): View {
  return {
    title: fill(words.title, { application: plain(application.name) }),
    images: logoOf(application)?.source,
    forms: 'anywhere',
    script: pageScript,
    body: html`<header>${emblem(application)}
<h1>${fill(words.title, { application: named(application.name) })}</h1>
</header>
${scopes.length > 0 && html`<section class="scopes fresh" aria-labelledby="fresh"><h2 id="fresh">${words.fresh}</h2><ul>${scopes.map((scope) => html`<li>${dot}<span><bdi>${scope}</bdi></span></li>`)}</ul></section>`}
<form id="decision" method="post" action="${base}/api/authorization/decision">
<input type="hidden" name="ticket" value="${ticket}">
${
  !signedIn &&
  html`<div class="field"><label for="subject">${words.subject}</label>
<input id="subject" name="subject" value="${loginHint}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" required autofocus></div>
${currentPassword({ name: 'password', label: words.password, focus: false })}`
}
<div class="answers"><button id="allow" class="primary" name="authorized" value="true">${words.allow}</button>
<button id="deny" name="authorized" value="false" formnovalidate>${words.deny}</button></div>
</form>`,
  }
}

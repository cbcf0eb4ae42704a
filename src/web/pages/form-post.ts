/** Sends the response to the application in a form that submits itself — OAuth 2.0 Form Post Response Mode §2. */
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf } from './emblem.ts'
import { fill, html } from './html.ts'
import type { View } from './layout.ts'
import { named, plain } from './names.ts'
import { destination } from './urls.ts'

const words = {
  title: 'Returning to {application}',
  stuck: 'This takes a moment. If nothing happens, press Continue.',
  noScript: 'Press Continue to go on.',
  go: 'Continue',
}

export function formPost({ application, action, fields }: Pages['form-post']): View {
  const url = destination(action)
  return {
    title: fill(words.title, { application: plain(application.name) }),
    images: logoOf(application)?.source,
    forms: 'anywhere',
    // Called from the prototype, because a field may be named submit.
    script: html`HTMLFormElement.prototype.submit.call(document.getElementById('form-post'))`,
    body: html`<header>${emblem(application)}
<h1>${fill(words.title, { application: named(application.name) })}</h1>
<p class="lead scripted">${words.stuck}</p>
<noscript><p class="lead">${words.noScript}</p></noscript>
</header>
<form id="form-post" method="post" action="${url}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}
<button id="continue" class="primary">${words.go}</button>
</form>`,
  }
}

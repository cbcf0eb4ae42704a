/** Where a person types the code that a device shows — RFC 8628 §3.3; WCAG 2.2 §3.3.2. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge } from './emblem.ts'
import { html } from './html.ts'
import { screen } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { problemNote } from './problem.ts'

const words = {
  title: 'Connect a device',
  titleWithProblem: 'Problem: Connect a device',
  lead: 'Your device shows a code of eight letters.',
  compare: 'Is this the code that your device shows?',
  code: 'Code',
  submit: 'Continue',
  note: 'Go on only if you started this yourself, on a device in front of you.',
}

export function device({ userCode, problem }: Pages['device'], look: PageContext): View {
  const state = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    body: html`<header>${badge(screen)}
<h1>${words.title}</h1>
<p class="lead">${userCode !== undefined && problem === undefined ? words.compare : words.lead}</p>
</header>
${problemNote(problem)}
<form id="device" method="post" action="${look.base}/device/confirm">
<div class="field"><label for="user-code">${words.code}</label>
<input id="user-code" class="digits" name="user_code" value="${userCode}" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="20" placeholder="XXXX-XXXX" enterkeyhint="go" required${state} autofocus></div>
<button id="submit" class="primary">${words.submit}</button>
</form>
<p class="note">${words.note}</p>`,
  }
}

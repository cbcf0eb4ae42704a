/** Where a person shows a second factor — NIST SP 800-63B-4 §2.2; one-time codes that browsers fill in, HTML Living Standard §4.10.18.7; WCAG 2.2 §3.3.8. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge, party, personCard } from './emblem.ts'
import { fill, type Html, html } from './html.ts'
import { shield } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { passkeyForm, passkeyScript } from './passkey.ts'
import { problemNote } from './problem.ts'

const words = {
  title: 'One more step',
  titleWithProblem: 'Problem: One more step',
  lead: 'to go on to {application}',
  person: 'Signing in as',
  another: 'Not you?',
  code: 'Code from your authenticator app',
  hint: 'Six digits that change every 30 seconds.',
  submit: 'Continue',
  lost: 'Use a recovery code',
  recovery: 'Recovery code',
  recoveryHint: 'One of the codes you were given when you set this up. Each works once.',
  useRecovery: 'Continue with this code',
  noScript: 'A passkey needs a browser that runs scripts. A recovery code does not.',
  cancel: 'Cancel',
}

export function secondFactor(data: Pages['second-factor'], look: PageContext): View {
  const { flow, application, person, problem } = data
  return {
    title: html`${problem === undefined ? words.title : words.titleWithProblem}`,
    forms: "'self'",
    ...(data.passkey !== undefined && { script: passkeyScript }),
    body: html`<header>${badge(shield)}
<h1>${words.title}</h1>
<p class="lead">${fill(words.lead, { application: party(application, look).name })}</p>
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}<a id="not-you" href="${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}&amp;another=1">${words.another}</a></section>
${problemNote(problem, { focus: !data.totp })}
${
  data.passkey !== undefined &&
  passkeyForm({
    act: 'show',
    action: `${look.base}/authorize/second-factor`,
    options: data.passkey,
    again: `${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}`,
    more: html`<input type="hidden" name="flow" value="${flow}">`,
  })
}
${data.passkey !== undefined && !data.totp && html`<noscript><p class="note">${words.noScript}</p></noscript>`}
${data.totp && codeForm(data, look)}
${data.recovery && recoveryForm(data, look)}
<div class="ways-out">
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${flow}"><button id="cancel" class="quiet">${words.cancel}</button></form>
</div>`,
  }
}

function codeForm({ flow, problem }: Pages['second-factor'], look: PageContext): Html {
  const state = problem !== undefined && html` aria-invalid="true"`
  return html`<form id="second-factor" method="post" action="${look.base}/authorize/second-factor">
<input type="hidden" name="flow" value="${flow}">
<div class="field"><label for="code">${words.code}</label>
<input id="code" class="digits" name="code" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="16" enterkeyhint="go" required aria-describedby="${problem === undefined ? 'hint' : 'problem hint'}"${state} autofocus>
<p id="hint" class="hint">${words.hint}</p></div>
<button id="submit" class="primary">${words.submit}</button>
</form>`
}

function recoveryForm({ flow }: Pages['second-factor'], look: PageContext): Html {
  return html`<details class="other-way"><summary id="lost">${words.lost}</summary>
<form id="recovery" method="post" action="${look.base}/authorize/second-factor">
<input type="hidden" name="flow" value="${flow}">
<div class="field"><label for="recovery-code">${words.recovery}</label>
<input id="recovery-code" class="digits" name="recovery_code" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="24" enterkeyhint="go" required aria-describedby="recovery-hint">
<p id="recovery-hint" class="hint">${words.recoveryHint}</p></div>
<button id="use-recovery" class="primary">${words.useRecovery}</button>
</form></details>`
}

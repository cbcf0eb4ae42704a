/** Setting up an authenticator app: a code to scan, a link to follow, a secret to type — WCAG 2.2 §1.1.1, §3.3.2. */
import type { TotpOffer } from '../../protocol/request-reply.ts'
import { type Html, html } from './html.ts'
import { qrCode } from './qr.ts'

const words = {
  scan: 'Add it to an authenticator app',
  picture: 'QR code with the secret for your authenticator app; the same secret is here as text',
  follow: 'Open the app on this device',
  type: 'Or type this secret into the app',
  code: 'Code shown in the app',
  submit: 'Save and continue',
}

/** `form`: its id; `hidden`: fields that it brings along. */
export function totpForm(
  totp: TotpOffer,
  { form, action, hidden, problem }: { form: string; action: string; hidden: Html; problem: string | undefined },
): Html {
  const invalid = problem !== undefined && html` aria-invalid="true" aria-describedby="problem" autofocus`
  return html`<section class="offer totp" aria-labelledby="scan">
<h2 id="scan">${words.scan}</h2>
${qrCode(totp.uri, words.picture)}
<p class="here"><a id="otpauth" class="button" href="${totp.uri}">${words.follow}</a></p>
<p class="hint">${words.type}</p>
<p><code id="secret">${groups(totp.secret)}</code></p>
</section>
<form id="${form}" method="post" action="${action}">
${hidden}<input type="hidden" name="draft" value="${totp.draft}">
<div class="field"><label for="code">${words.code}</label>
<input id="code" class="digits" name="code" inputmode="numeric" autocomplete="one-time-code" autocorrect="off" spellcheck="false" maxlength="16" enterkeyhint="go" required${invalid}></div>
<button id="submit" class="primary">${words.submit}</button>
</form>`
}

/** Groups of four letters are easier to copy; apps accept the spaces. */
function groups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ')
}

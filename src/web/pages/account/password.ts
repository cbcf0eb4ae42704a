/** Where a person chooses a password — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §3.3.8. */
import { shortestPassword } from '../../../identity/password-policy.ts'
import { type Html, html } from '../html.ts'
import { card, confirmFirst, type FormContext, field, form } from './parts.ts'

const words = {
  change: 'Change your password',
  first: 'Choose a password',
  what: 'All your other sessions end, and applications you have signed in to ask you to sign in again.',
  current: 'Current password',
  password: 'New password',
  hint: `At least ${shortestPassword} characters. A few words you will remember are best.`,
  repeated: 'New password again',
  submit: 'Save the password',
}

export interface PasswordPage extends FormContext {
  username: string
  /** Whether there is one to change. */
  exists: boolean
  /** Where to sign in again first; undefined: the sign-in is recent. */
  confirm: string | undefined
  faults: Readonly<Record<string, string>>
}

export function passwordPage({ base, sid, username, exists, confirm, faults }: PasswordPage): Html {
  const current = field({
    name: 'current',
    label: words.current,
    type: 'password',
    autocomplete: 'current-password',
    fault: faults['current'],
    required: true,
  })
  const body = html`<input type="text" class="unseen" name="username" value="${username}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
${exists && current}
${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'new-password', hint: words.hint, fault: faults['password'], required: true })}
${field({ name: 'repeated', label: words.repeated, type: 'password', autocomplete: 'new-password', required: true })}
<button id="change" class="primary">${words.submit}</button>`
  return card(
    exists ? words.change : words.first,
    html`<p>${words.what}</p>`,
    confirm === undefined ? form({ base, sid, section: 'password', act: 'change', body }) : confirmFirst(confirm),
  )
}

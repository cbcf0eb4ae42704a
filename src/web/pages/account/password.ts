/** Where a person chooses a password — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §3.3.8. */
import { type Html, html } from '../html.ts'
import { currentPassword, newPasswordField } from '../password-field.ts'
import { card, confirmFirst, type FormContext, form } from './parts.ts'

const words = {
  change: 'Change your password',
  first: 'Choose a password',
  what: 'All your other sessions end, and applications you have signed in to ask you to sign in again.',
  current: 'Current password',
  password: 'New password',
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
  const fieldOf = (name: 'current' | 'password') => ({
    name,
    label: words[name],
    focus: faults[name] !== undefined,
    ...(faults[name] !== undefined && {
      fault: `${name}-fault`,
      beneath: html`<p id="${name}-fault" class="fault">${faults[name]}</p>`,
    }),
  })
  const body = html`<input type="text" class="unseen" name="username" value="${username}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
${exists && currentPassword(fieldOf('current'))}
${newPasswordField({ ...fieldOf('password'), again: words.repeated })}
<button id="change" class="primary">${words.submit}</button>`
  return card(
    exists ? words.change : words.first,
    html`<p>${words.what}</p>`,
    confirm === undefined ? form({ base, sid, section: 'password', act: 'change', body }) : confirmFirst(confirm),
  )
}

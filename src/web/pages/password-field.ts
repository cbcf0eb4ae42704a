/** Where a password is typed: it can be shown, and its length is counted while typing — NIST SP 800-63B-4 §3.1.1.2; WCAG 2.2 §3.3.2, §3.3.8. */
import { shortestPassword } from '../../identity/password-policy.ts'
import { type Html, html, type Value } from './html.ts'

const words = {
  show: 'Show',
  hide: 'Hide',
  what: 'Show the password',
  hint: `At least ${shortestPassword} characters. A few words you will remember are best.`,
  count: `{n} of ${shortestPassword} characters`,
  enough: '{n} characters: long enough',
}

export interface PasswordField {
  /** Id and name. */
  name: string
  label: string
  focus: boolean
  /** What is wrong with it: the id of the element that says so. */
  fault?: string | undefined
  /** Beneath the field, such as its error. */
  beneath?: Html | undefined
}

/** For a password that exists. `hint`: where it comes from; `beside`: at the label. */
export function currentPassword({ hint, beside, ...field }: PasswordField & { hint?: string; beside?: Html | false }): Html {
  return passwordField({ ...field, autocomplete: 'current-password', enterkeyhint: 'go', hint, beside })
}

/** For a password to be chosen. It is typed a second time only where no script can show it. */
export function newPasswordField({ again, ...field }: PasswordField & { again: string }): Html {
  return html`${passwordField({ ...field, autocomplete: 'new-password', enterkeyhint: 'go', hint: words.hint, counted: true })}
<noscript><div class="field"><label for="repeated">${again}</label>
<input id="repeated" name="repeated" type="password" autocomplete="new-password" enterkeyhint="go" required${field.fault !== undefined && html` aria-invalid="true"`}></div></noscript>`
}

interface Parts extends PasswordField {
  autocomplete: string
  enterkeyhint: string
  hint: string | undefined
  beside?: Value
  counted?: boolean
}

function passwordField({ name, label, focus, fault, beneath, autocomplete, enterkeyhint, hint, beside, counted }: Parts): Html {
  const hintId = name === 'password' ? 'hint' : `${name}-hint`
  const described = [fault, hint !== undefined && hintId].filter(Boolean).join(' ')
  const counting = html` data-least="${shortestPassword}" data-count="${words.count}" data-enough="${words.enough}"`
  return html`<div class="field"><label for="${name}">${label}</label>
<div class="secret"><input id="${name}" name="${name}" type="password" autocomplete="${autocomplete}" enterkeyhint="${enterkeyhint}" required data-show="${words.show}" data-hide="${words.hide}" data-what="${words.what}"${counted && counting}${
    described !== '' && html` aria-describedby="${described}"`
  }${fault !== undefined && html` aria-invalid="true"`}${focus && html` autofocus`}></div>
${beside}${beneath}${hint !== undefined && html`<p id="${hintId}" class="hint">${hint}</p>`}</div>`
}

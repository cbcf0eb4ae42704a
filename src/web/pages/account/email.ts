/** The email address of an account, and how to verify or change it. */
import { type Html, html } from '../html.ts'
import { address } from '../names.ts'
import { card, confirmFirst, type FormContext, field, form } from './parts.ts'

const words = {
  now: 'Your address',
  none: 'There is no email address yet.',
  verified: 'Confirmed',
  open: 'Not confirmed yet',
  verify: 'Send a link to confirm it',
  change: 'Change your address',
  add: 'Add an address',
  how: 'We send a link to the new address. It becomes yours when you follow the link, and we notify the old address.',
  field: 'New email address',
  submit: 'Send the link',
  closed: 'It cannot be changed here. Ask an administrator.',
}

export interface EmailPage extends FormContext {
  email: string | undefined
  verified: boolean
  /** Whether mail can be sent here at all. */
  mail: boolean
  /** Where to sign in again first; undefined: the sign-in is recent. */
  confirm: string | undefined
  typed: string | undefined
  fault: string | undefined
}

export function emailPage(page: EmailPage): Html {
  const { base, sid, email, verified, mail } = page
  const context = { base, sid, section: 'email' }
  const verify = mail && email !== undefined && !verified
  return html`${card(
    words.now,
    email === undefined
      ? html`<p>${words.none}</p>`
      : html`<p><strong id="address">${address(email)}</strong> <span class="tag${!verified && ' open'}">${verified ? words.verified : words.open}</span></p>`,
    verify && form({ ...context, act: 'verify', body: html`<button id="verify">${words.verify}</button>` }),
  )}
${mail ? changeCard(page) : html`<p>${words.closed}</p>`}`
}

function changeCard({ base, sid, email, confirm, typed, fault }: EmailPage): Html {
  const body = html`${field({ name: 'email', label: words.field, type: 'email', value: typed, autocomplete: 'email', fault, focus: fault !== undefined, required: true })}
<button id="change" class="primary">${words.submit}</button>`
  return card(
    email === undefined ? words.add : words.change,
    html`<p>${words.how}</p>`,
    confirm === undefined ? form({ base, sid, section: 'email', act: 'change', body }) : confirmFirst(confirm),
  )
}

/** Where a person downloads what is stored about them. */
import { type Html, html } from '../html.ts'
import { card, confirmFirst, type FormContext, form } from './parts.ts'

const words = {
  heading: 'Download your data',
  what: 'You get one file, in JSON, with your account and profile, your sessions and applications, your second factors, groups and API keys, and the audit log of what you did. It does not contain passwords or other secrets.',
  submit: 'Download',
}

export interface DataPage extends FormContext {
  /** Where to sign in again first; undefined: the sign-in is recent. */
  confirm: string | undefined
}

export function dataPage({ base, sid, confirm }: DataPage): Html {
  const body = html`<button id="download" class="primary">${words.submit}</button>`
  return card(
    words.heading,
    html`<p>${words.what}</p>`,
    confirm === undefined ? form({ base, sid, section: 'data', act: 'download', body }) : confirmFirst(confirm),
  )
}

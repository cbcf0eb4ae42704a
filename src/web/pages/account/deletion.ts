/** Where a person deletes their account — WCAG 2.2 §3.3.4: nothing happens by mistake. */
import { ownEmblem } from '../emblem.ts'
import { fill, type Html, html } from '../html.ts'
import type { View } from '../layout.ts'
import { address, named } from '../names.ts'
import { confirmFirst, type FormContext, field, form, riskCard } from './parts.ts'

const words = {
  heading: 'Delete your account for good',
  what: 'Your account at {tenant} is removed at once, with your profile, sessions, groups and API keys. Applications lose their access, but keep what they have stored about you. The audit log of what you did is kept for as long as {tenant} needs it.',
  never: 'This cannot be undone.',
  field: 'To be sure, type the name you sign in with, {username}',
  submit: 'Delete my account',
  title: 'Your account is deleted',
  lead: 'You are signed out everywhere.',
  close: 'You can close this window.',
}

export interface DeletionPage extends FormContext {
  username: string
  tenant: string
  /** Where to sign in again first; undefined: the sign-in is recent. */
  confirm: string | undefined
  fault: string | undefined
}

export function deletionPage({ base, sid, username, tenant, confirm, fault }: DeletionPage): Html {
  const label = fill(words.field, { username: address(username) })
  const body = html`${field({ name: 'username', label, autocomplete: 'off', fault, focus: fault !== undefined, required: true })}
<button id="delete" class="danger">${words.submit}</button>`
  return riskCard(
    words.heading,
    html`<p>${fill(words.what, { tenant: named(tenant) })} <strong>${words.never}</strong></p>`,
    confirm === undefined ? form({ base, sid, section: 'deletion', act: 'delete', body }) : confirmFirst(confirm),
  )
}

export function deletedView(): View {
  return {
    title: html`${words.title}`,
    body: html`<header>${ownEmblem()}
<h1 id="deleted">${words.title}</h1>
<p class="lead">${words.lead}</p>
</header>
<p class="note">${words.close}</p>`,
  }
}

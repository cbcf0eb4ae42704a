/** The passkeys of an account, and a form to add one — WCAG 2.2 §1.3.1, §2.4.6. */
import type { Passkey } from '../../../identity/factor-store.ts'
import { type Html, html } from '../html.ts'
import { plain } from '../names.ts'
import { passkeyForm } from '../passkey.ts'
import { moment } from '../time.ts'
import { card, confirmFirst, type FormContext, field, form } from './parts.ts'

const words = {
  list: 'Your passkeys',
  none: 'You have none yet. Your device or password manager stores a passkey; you unlock it with your fingerprint, your face or a PIN.',
  made: 'Added',
  used: 'last used',
  never: 'not used yet',
  synced: 'on several devices',
  name: 'Name',
  rename: 'Rename',
  remove: 'Remove',
  add: 'Add a passkey',
  label: 'Name for it',
  hint: 'To recognise it by, such as “Work laptop”.',
  noScript: 'Adding a passkey needs a browser that runs scripts.',
}

export interface PasskeysPage extends FormContext {
  /** Time zone of the person, if it is known. */
  zone: unknown
  items: readonly Pick<Passkey, 'id' | 'name' | 'synced' | 'createdAt' | 'lastUsedAt'>[]
  /** The creation options; undefined: sign in again first, at `confirm`. */
  offer: string | undefined
  confirm: string
  /** All of them, for the authenticators; `unknown`: one that was made and refused. As JSON. Web Authentication Level 3 §5.1.10 */
  accepted: string
  unknown: string | undefined
}

export function passkeysPage({ base, sid, zone, items, offer, confirm, accepted, unknown }: PasskeysPage): Html {
  const context = { base, sid, section: 'passkeys' }
  const line = ({
    id,
    name,
    synced,
    createdAt,
    lastUsedAt,
  }: PasskeysPage['items'][number]) => html`<li><span class="who"><span class="name">${plain(name)}${synced && html` <span class="tag">${words.synced}</span>`}</span>
<span class="detail">${words.made} ${moment(createdAt, zone)}; ${lastUsedAt === undefined ? words.never : html`${words.used} ${moment(lastUsedAt, zone)}`}</span>
${
  offer !== undefined &&
  html`<details class="other-way start"><summary aria-label="${words.rename}: ${plain(name)}">${words.rename}</summary>
<form class="rename" method="post" action="${base}/account/passkeys/rename">
<input type="hidden" name="sid" value="${sid}"><input type="hidden" name="passkey" value="${id}">
<input name="name" value="${plain(name)}" aria-label="${words.name}" autocomplete="off" maxlength="60" dir="auto" required>
<button>${words.rename}</button>
</form></details>`
}</span>
${offer !== undefined && form({ ...context, act: 'remove', body: html`<button name="passkey" value="${id}" aria-label="${words.remove}: ${plain(name)}">${words.remove}</button>` })}</li>\n`
  const adding =
    offer !== undefined &&
    html`${passkeyForm({
      act: 'create',
      action: `${base}/account/passkeys/add`,
      options: offer,
      again: `${base}/account/passkeys`,
      more: html`<input type="hidden" name="sid" value="${sid}">
${field({ name: 'name', label: words.label, autocomplete: 'off', hint: words.hint })}`,
    })}<noscript><p class="note">${words.noScript}</p></noscript>`
  return html`${offer === undefined && confirmFirst(confirm)}
<div data-accepted="${accepted}"${unknown !== undefined && html` data-unknown="${unknown}"`}>${card(words.list, items.length > 0 ? html`<ul class="items">${items.map(line)}</ul>` : html`<p>${words.none}</p>`)}</div>
${adding && card(words.add, adding)}`
}

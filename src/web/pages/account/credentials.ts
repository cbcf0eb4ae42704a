/** Credentials that a person can add to a wallet, and those that their wallets have. */
import { fill, type Html, html } from '../html.ts'
import { named, plain } from '../names.ts'
import { moment } from '../time.ts'
import { card, confirmFirst, emptyCard, type FormContext, form } from './parts.ts'

const words = {
  offer: 'Add to a wallet',
  put: 'Add “{credential}” to a wallet',
  list: 'In your wallets',
  none: 'None of your credentials is in a wallet.',
  issued: 'Issued',
  until: 'valid until',
  to: 'in {wallet}',
  suspended: 'It is suspended. Ask the people who issue it.',
  revoke: 'Revoke',
}

export interface CredentialsPage extends FormContext {
  /** Time zone of the person, if it is known. */
  zone: unknown
  /** Undefined when the sign-in is recent enough. */
  confirm: string | undefined
  offers: readonly { id: string; name: string }[]
  items: readonly { id: string; name: string; wallet: string; suspended: boolean; issuedAt: number; expiresAt: number }[]
}

export function credentialsPage({ base, sid, zone, confirm, offers, items }: CredentialsPage): Html {
  const context = { base, sid, section: 'credentials' }
  const offer = ({ id, name }: CredentialsPage['offers'][number]) =>
    form({
      ...context,
      act: 'offer',
      body: html`<button name="credential" value="${id}">${fill(words.put, { credential: named(name) })}</button>`,
    })
  return html`${confirm !== undefined && confirmFirst(confirm)}
${offers.length > 0 && card(words.offer, html`<div class="offers">${offers.map(offer)}</div>`)}
${items.length === 0 ? emptyCard(words.none) : list(context, zone, items)}`
}

function list(context: FormContext & { section: string }, zone: unknown, items: CredentialsPage['items']): Html {
  return card(
    words.list,
    html`<ul class="items">${items.map(
      ({ id, name, wallet, suspended, issuedAt, expiresAt }) =>
        html`<li><div class="who"><span class="name">${named(name)}</span>
<span class="detail">${words.issued} ${moment(issuedAt, zone)}; ${words.until} ${moment(expiresAt, zone)}; ${fill(words.to, { wallet: named(wallet) })}</span>
${suspended && html`<p class="hint">${words.suspended}</p>`}</div>
${form({ ...context, act: 'revoke', body: html`<button name="credential" value="${id}" aria-label="${words.revoke}: ${plain(name)}">${words.revoke}</button>` })}</li>\n`,
    )}</ul>`,
  )
}

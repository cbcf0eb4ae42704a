/** Connected accounts: other providers by which a person signs in here, and whose tokens are kept for applications. */
import { fill, type Html, html } from '../html.ts'
import { named, plain } from '../names.ts'
import { moment } from '../time.ts'
import { card, emptyCard, type FormContext, form } from './parts.ts'

const words = {
  list: 'Connected accounts',
  none: 'No account of another provider is connected.',
  since: 'Connected',
  signIn: 'You can sign in with it',
  tokens: 'Applications can get access to it through this server: {scopes}',
  allTokens: 'Applications can get access to it through this server',
  used: 'last used',
  by: 'by {application}',
  broken: 'It no longer gives access. Connect it again.',
  disconnect: 'Disconnect',
  offer: 'Connect another account',
  connect: 'Connect {provider}',
}

export interface ConnectionsPage extends FormContext {
  /** Time zone of the person, if it is known. */
  zone: unknown
  items: readonly {
    id: string
    provider: string
    /** The account there. */
    label: string | undefined
    signIn: boolean
    /** Scopes of the kept tokens; undefined: none are kept. */
    scopes: readonly string[] | undefined
    broken: boolean
    createdAt: number
    usedAt: number | undefined
    usedBy: string | undefined
  }[]
  offers: readonly { name: string; label: string }[]
}

export function connectionsPage({ base, sid, zone, items, offers }: ConnectionsPage): Html {
  const context = { base, sid, section: 'connections' }
  return html`${items.length === 0 ? emptyCard(words.none) : list(context, zone, items)}
${offers.length > 0 && card(words.offer, html`<div class="offers">${offers.map(({ name, label }) => form({ ...context, act: 'connect', body: html`<button name="connection" value="${name}">${fill(words.connect, { provider: named(label) })}</button>` }))}</div>`)}`
}

function list(context: FormContext & { section: string }, zone: unknown, items: ConnectionsPage['items']): Html {
  return card(
    words.list,
    html`<ul class="items">${items.map(
      ({ id, provider, label, signIn, scopes, broken, createdAt, usedAt, usedBy }) =>
        html`<li><div class="who"><span class="name">${named(provider)}</span>${label !== undefined && html`<span class="detail"><bdi>${label}</bdi></span>`}
<span class="detail">${words.since} ${moment(createdAt, zone)}${usedAt !== undefined && html`; ${words.used} ${moment(usedAt, zone)}${usedBy !== undefined && html` ${fill(words.by, { application: named(usedBy) })}`}`}</span>
${signIn && html`<span class="detail">${words.signIn}</span>`}
${scopes && html`<span class="detail">${scopes.length > 0 ? fill(words.tokens, { scopes: named(scopes.join(', ')) }) : words.allTokens}</span>`}
${broken && html`<p class="hint">${words.broken}</p>`}</div>
${form({ ...context, act: 'disconnect', body: html`<button name="account" value="${id}" aria-label="${words.disconnect}: ${plain(provider)}">${words.disconnect}</button>` })}</li>\n`,
    )}</ul>`,
  )
}

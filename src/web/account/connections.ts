/** Connected accounts of other providers: to sign in by, and whose tokens are kept; connecting and disconnecting them. */
import { settingsOf } from '../../connections/connection.ts'
import { UpstreamError } from '../../connections/upstream-error.ts'
import type { UpstreamIdentity } from '../../identity/upstream-identities.ts'
import type { VaultEntry } from '../../vault/entry.ts'
import { removeEntry } from '../../vault/keep.ts'
import { isoTime } from '../http/iso-time.ts'
import { type ConnectionsPage, connectionsPage } from '../pages/account/connections.ts'
import { connectUrl, towardsProvider } from '../upstream/connect.ts'
import { counted } from './counted.ts'
import type { AccountRequest, Outcome, Section } from './section.ts'

/** One account at a provider: a way to sign in, kept tokens, or both. */
interface Connected {
  connection: string
  upstreamSubject: string | undefined
  identity: UpstreamIdentity | undefined
  entries: readonly VaultEntry[]
}

async function connected({ tenant, account }: AccountRequest): Promise<Connected[]> {
  const identities = await tenant.signIn.store.upstreamIdentities.of(account.subject)
  const entries = await tenant.vault.store.vault.of({ type: 'account', id: account.subject })
  const keyOf = (connection: string, subject: string | undefined) => `${connection} ${subject ?? ''}`
  const byAccount = Map.groupBy(entries, ({ connection, upstreamSubject }) => keyOf(connection, upstreamSubject))
  const withIdentity = identities.map((identity): Connected => {
    const { connection, upstreamSubject } = identity
    const key = keyOf(connection, upstreamSubject)
    const own = byAccount.get(key) ?? []
    byAccount.delete(key)
    return { connection, upstreamSubject, identity, entries: own }
  })
  const others = [...byAccount.values()].map((own): Connected => {
    const { connection, upstreamSubject } = own[0] as VaultEntry
    return { connection, upstreamSubject, identity: undefined, entries: own }
  })
  return [...withIdentity, ...others]
}

/** Names an account at a provider in a form. */
const idOf = ({ connection, upstreamSubject = '' }: Connected) => `${connection} ${upstreamSubject}`

async function itemsOf(accountRequest: AccountRequest): Promise<ConnectionsPage['items']> {
  const { connections, ctx } = accountRequest.tenant
  return Promise.all(
    (await connected(accountRequest)).map(async (one) => {
      const { identity, entries } = one
      const stored = await connections.store.connections.find(one.connection)
      const last = entries.toSorted((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0))[0]
      const client = last?.lastUsedBy === undefined ? undefined : await ctx.store.clients.find(last.lastUsedBy)
      return {
        id: idOf(one),
        provider: stored ? settingsOf(stored).label : one.connection,
        label: identity?.label ?? last?.label,
        signIn: identity !== undefined && stored?.sign_in.enabled === true,
        scopes: last && [...new Set(entries.flatMap(({ scope }) => scope))],
        broken: entries.some(({ state }) => state === 'consent-needed'),
        createdAt: Math.min(...[identity?.createdAt, ...entries.map(({ createdAt }) => createdAt)].filter((at) => at !== undefined)),
        usedAt: last?.lastUsedAt ?? identity?.lastUsedAt,
        usedBy: client?.client_name ?? last?.lastUsedBy,
      }
    }),
  )
}

async function connect({ tenant, request, account }: AccountRequest): Promise<Outcome> {
  const connection = await tenant.connections.store.connections.find(request.params.need('connection'))
  if (!connection?.enabled) return { refused: { problem: 'This provider is no longer offered.', status: 404 } }
  const { id } = request.browser
  const browser = id !== undefined && tenant.ctx.tokens.hash('br', id) ? id : tenant.ctx.tokens.make('br')
  const hash = tenant.ctx.tokens.hash('br', browser) as string
  try {
    const to = await connectUrl(tenant, connection, { subject: account.subject, browser: hash })
    return { reply: { kind: 'page', ...towardsProvider(connection, to), remember: { id: browser } }, unfinished: true }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    tenant.vault.warn({ connection: connection.name, why: error.message }, 'an account of a provider could not be connected')
    return {
      refused: { problem: 'That provider does not answer just now. Please try again later.', status: 503, headers: { 'retry-after': '5' } },
    }
  }
}

/** Only among this account's. The way to sign in goes first: when it must stay, so do the tokens. */
async function disconnect(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, request } = accountRequest
  const id = request.params.need('account')
  const found = (await connected(accountRequest)).find((one) => idOf(one) === id)
  if (!found) return { refused: { problem: 'This account is not connected any more.', status: 404 } }
  const removed = found.identity && (await tenant.signIn.store.upstreamIdentities.unlink(found.identity))
  if (removed === 'last')
    return { refused: { problem: 'This is your only way to sign in. Choose a password or add a passkey first.', status: 409 } }
  for (const entry of found.entries) await removeEntry(tenant.vault, entry.id)
  return { done: 'disconnected' }
}

export const connections: Section = {
  name: 'connections',
  title: 'Connected accounts',
  summary: 'Accounts of other providers, for signing in and for applications',
  async show(accountRequest) {
    const { tenant, session, account } = accountRequest
    const offers = (await tenant.connections.store.connections.all())
      .filter(({ enabled, sign_in, vault }) => enabled && (sign_in.enabled || vault.enabled))
      .toSorted((a, b) => a.position - b.position)
      .map((one) => ({ name: one.name, label: settingsOf(one).label }))
    const items = await itemsOf(accountRequest)
    return { body: connectionsPage({ base: tenant.base, sid: session.sid, zone: account.claims['zoneinfo'], items, offers }) }
  },
  async state(accountRequest) {
    const { length } = await connected(accountRequest)
    return { text: length === 0 ? 'None' : counted(length, 'account') }
  },
  personalData: async (accountRequest) => ({
    connected_accounts: (await connected(accountRequest)).map(({ connection, upstreamSubject, identity, entries }) => ({
      ...{ connection, sub: upstreamSubject, signs_in: identity !== undefined, scope: entries.flatMap(({ scope }) => scope).join(' ') },
      connected_at: identity ? isoTime(identity.createdAt) : entries[0] && isoTime(entries[0].createdAt),
    })),
  }),
  actions: {
    connect: { sensitive: true, audit: 'user.connect', run: connect },
    disconnect: { sensitive: true, audit: 'user.disconnect', run: disconnect },
  },
  notices: {
    connected: 'The account is connected.',
    disconnected: 'The account is disconnected.',
    denied: 'You did not agree at the provider, so nothing was connected.',
    taken: 'That account is connected with another account here.',
    stranger: 'You were signed out meanwhile, so nothing was connected.',
    unavailable: 'That provider does not answer just now, so nothing was connected.',
    failed: 'The answer of that provider could not be used, so nothing was connected.',
  },
}

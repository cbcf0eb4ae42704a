/** Fixtures for tests of the store: a migrated database of each engine, and rows to put into it. */
import { randomUUID } from 'node:crypto'
import test, { type TestContext } from 'node:test'
import type { Account, Link, SessionRow } from '../src/identity/account.ts'
import type { OutboxMessage } from '../src/identity/outbox.ts'
import { type ClientMetadata, clientSchema } from '../src/protocol/client.ts'
import type { AuthorizationRequest, Code, Flow, RefreshToken } from '../src/protocol/types.ts'
import { openDatabase } from '../src/store/open.ts'
import type { Db } from '../src/store/sql.ts'
import { tenantStore } from '../src/store/tenant.ts'
import { migrated } from './databases.ts'
import { engines } from './postgres.ts'

/** The time of the stores of `onEachEngine`. */
export const NOW = 1_000_000

export type TenantStore = ReturnType<typeof tenantStore>

/** Runs `body` on each engine, with the stores of two tenants of one new database. */
export function onEachEngine(
  name: string,
  body: (stage: { a: TenantStore; b: TenantStore; db: Db; url: string }, t: TestContext) => Promise<void>,
) {
  for (const engine of Object.keys(engines) as (keyof typeof engines)[])
    test(`${engine}: ${name}`, async (t) => {
      const { url, close } = await migrated[engine]()
      const db = await openDatabase(url)
      try {
        await body({ a: tenantStore(db, 'a', () => NOW), b: tenantStore(db, 'b', () => NOW), db, url }, t)
      } finally {
        await db.close()
        await close()
      }
    })
}

/** `n` calls at the same time. */
export const atOnce = <T>(n: number, act: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => act(i)))

export function aClient(change: Partial<ClientMetadata> = {}): ClientMetadata {
  return clientSchema.parse({ client_id: 'client', redirect_uris: ['https://app.example/callback'], ...change })
}

export const asked: AuthorizationRequest = {
  clientId: 'client',
  redirectUri: 'https://app.example/callback',
  redirectUriSent: true,
  responseType: 'code',
  responseMode: 'query',
  scope: ['openid'],
  state: 'a\0b', // in a document NUL is an escape
  nonce: undefined,
  prompt: [],
  maxAge: undefined,
  loginHint: undefined,
  hintedSubject: undefined,
  hintedSector: undefined,
  askedAt: NOW,
  acrValues: [],
  requiredAcr: [],
  uiLocales: [],
  extensions: {},
  pushed: undefined,
  usesUp: undefined,
  instance: undefined,
}
const authentication = { subject: 'subject', authTime: NOW, acr: '1', amr: ['pwd'], sid: 'sid' }

export const aFlow = (id = 'flow'): Flow => ({ id, browser: 'browser', asked, answered: [], pending: undefined })

export function aCode(change: Partial<Code> = {}): Code {
  const code = { hash: 'code', grantId: 'grant', family: 'family', asked, scope: ['openid'], authentication }
  return { ...code, expiresAt: NOW + 60, usedAt: undefined, ...change }
}

export function aRefreshToken(change: Partial<RefreshToken> = {}): RefreshToken {
  const token = { hash: 'refresh', grantId: 'grant', family: 'family', clientId: 'client', scope: ['openid'], resource: [], authentication }
  return { ...token, extensions: {}, cnf: undefined, issuedAt: NOW, expiresAt: NOW + 86_400, usedAt: undefined, ...change }
}

export function anAccount(change: Partial<Account> = {}): Account {
  const account = {
    subject: 'subject',
    username: 'Alice',
    email: 'Alice@Example.org',
    passwordHash: '$hash',
    passwordIsTemporary: false,
    claims: { given_name: 'Alice' },
    attributes: {},
  }
  return { ...account, status: 'active', role: 'viewer', createdAt: NOW, updatedAt: NOW, ...change }
}

export function aSession(change: Partial<SessionRow> = {}): SessionRow {
  const session = { hash: 'session', sid: 'sid', subject: 'subject', authTime: NOW, acr: '1', amr: ['pwd', 'otp'] }
  return { ...session, createdAt: NOW, lastSeenAt: NOW, expiresAt: NOW + 3600, device: 'Firefox on Linux', address: '192.0.2.1', ...change }
}

/** Stores a grant of `subject` for `client`. Returns its ID. */
export async function aGrant(store: TenantStore, id = 'grant'): Promise<string> {
  return (await store.grants.widen({ clientId: 'client', subject: 'subject', scope: ['openid'], details: [], newId: id, now: NOW })).id
}

/** Whether a token with these ids is refused. The grant of `aGrant` is a grant among them. */
export async function isRevoked(store: TenantStore, ids: readonly string[]): Promise<boolean> {
  return (
    (await store.accessTokens.holder(
      ids,
      ids.find((id) => id === 'grant'),
      NOW,
    )) === undefined
  )
}

/** Signs `subject` in, so that codes can be issued from the session. */
export async function signedIn(store: TenantStore): Promise<void> {
  await store.accounts.add(anAccount())
  await store.sessions.start(aSession({ hash: 'signed in' }), '$hash', [])
}

export function aMessage(change: Partial<OutboxMessage> = {}): OutboxMessage {
  const message = { id: randomUUID(), kind: 'mail' as const, sealed: 'sealed', content: undefined, attempts: 1, lease: 'lease' }
  return { ...message, nextAt: NOW + 300, expiresAt: NOW + 3600, ...change }
}

/** A link of this account, to its address unless given otherwise, with the mail that contains it. */
export function aLink(change: Partial<Link> = {}, account: Pick<Account, 'subject' | 'email' | 'passwordHash'> = anAccount()) {
  const { subject, email = '' } = account
  const link: Link = { hash: 'link', kind: 'reset', subject, email, expiresAt: NOW + 60, ...change }
  return { ...link, account, message: aMessage() }
}

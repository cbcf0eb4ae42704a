/** The API of the Auth Manager: tokens of one provider, kept for its people, under the paths and in the shapes that its clients know. */
import { z } from 'zod'
import type { Connection } from '../../connections/connection.ts'
import { takeRequest } from '../../connections/pending.ts'
import type { UpstreamRequest } from '../../connections/store.ts'
import { UpstreamError } from '../../connections/upstream-error.ts'
import { readMinTtl } from '../../protocol/min-ttl.ts'
import type { Request, RequestBody } from '../../protocol/request-reply.ts'
import { consentUrl, keepConsent } from '../../vault/consent.ts'
import { isOwner, type Owner, type VaultEntry } from '../../vault/entry.ts'
import { maxToken, revokeUpstream } from '../../vault/keep.ts'
import { replaceRefreshToken } from '../../vault/replace.ts'
import { accessTokenOf, refreshNow } from '../../vault/vend.ts'
import { readJsonBody } from '../api/json-body.ts'
import { problem } from '../api/problem.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { answered, fail } from './auth-manager-answers.ts'
import { type AuthManagerCaller, authManagerCaller, type VouchedTokens } from './auth-manager-caller.ts'

export interface AuthManagerDeps {
  /** Name of the connection whose tokens it handles. */
  connection: string
  /** How long a person may take to consent, in seconds. */
  stateLifetime: number
  /** In place of its own address, as registered at the provider. */
  redirectUri: string | undefined
}

const path = '/v1/offline-token'
const callbackPath = `${path}/callback`

interface Asked {
  tenant: WebTenant
  request: Request
  sent: RequestBody
  connection: Connection
  caller: AuthManagerCaller
}

type Work = (asked: Asked) => ReturnType<Parameters<typeof answered>[0]>

export function authManager(deps: AuthManagerDeps): Route[] {
  const vouched: VouchedTokens = new Map()
  const guarded = (method: Route['methods'][number], path: string, work: Work): Route => ({
    path,
    methods: [method],
    audience: 'api',
    body: 'json',
    handle: (tenant, request, sent) =>
      answered(async () => {
        const connection = await connectionOf(tenant, deps)
        return work({ tenant, request, sent, connection, caller: await authManagerCaller(tenant, request, { connection, vouched }) })
      }),
  })
  return [
    guarded('GET', path, (asked) => beginConsent(deps, asked)),
    { path: callbackPath, methods: ['GET'], audience: 'api', handle: (tenant, request) => answered(() => finishConsent(tenant, request)) },
    guarded('POST', '/v1/offline-token-id', newTokenId),
    guarded('DELETE', '/v1/offline-token-id', removeTokenId),
    guarded('POST', '/v1/refresh-token', storeRefreshToken),
    guarded('POST', '/v1/refresh-token-id', renewRefreshToken),
    guarded('POST', '/v1/access-token', accessToken),
    guarded('GET', '/v1/validate-token', async () => ({ data: { valid: true } })),
  ]
}

async function connectionOf({ connections }: WebTenant, { connection: name }: AuthManagerDeps): Promise<Connection> {
  const connection = await connections.store.connections.find(name)
  return connection?.enabled && connection.vault.enabled
    ? connection
    : fail('invalid_request', `Connection ${name} is not set up here`, 'see auth_manager.connection and the KEYCLOAK_ settings')
}

async function beginConsent(deps: AuthManagerDeps, { tenant, connection, caller }: Asked) {
  const { owner, session } = caller
  const redirectUri = deps.redirectUri ?? tenant.ctx.issuer + callbackPath
  const url = await consentUrl(tenant.vault, connection, { owner, session, redirectUri, purpose: 'consent', lifetime: deps.stateLifetime })
  return {
    data: { consent_url: url, session_state_id: session, message: 'Please visit the consent URL to authorize offline access' },
  }
}

/** The person comes back with the answer of the provider. Nothing is believed but `state`, which works once. */
async function finishConsent(tenant: WebTenant, request: Request) {
  const { params } = request
  const taken = await takeRequest(tenant.connections, params.get('state') ?? '')
  const owner = taken?.request.owner
  if (!taken || !owner || taken.request.purpose !== 'consent') return fail('invalid_ack_state', 'Invalid or expired state')
  const connection = await tenant.connections.store.connections.find(taken.request.connection)
  if (!connection?.enabled || !connection.vault.enabled) return fail('invalid_ack_state', 'Invalid or expired state')
  const here = await isHere(tenant, request, owner)
  const answer = { binding: taken.binding, request: { ...taken.request, owner }, params: new URLSearchParams([...params.entries()]) }
  const kept = await keepConsent(
    tenant.vault,
    connection,
    answer,
    (person) => here || (owner.type === 'upstream' && person?.subject === owner.id),
  ).catch((error: unknown) => callbackFailed(tenant, taken.request, error))
  if (kept === 'refused' || kept.tokenId === undefined)
    return fail('invalid_ack_state', 'Somebody else consented', 'consent as the person who asked, in a browser where they are signed in')
  return { data: { persistent_token_id: kept.tokenId, session_state_id: taken.request.session } }
}

/** A person of ours must have the browser in which they consent: a consent URL that was passed on must not bring in somebody else's tokens. */
async function isHere({ ctx }: WebTenant, { browser, address }: Request, owner: Owner): Promise<boolean> {
  if (owner.type !== 'account') return false
  const sessions = await ctx.people.sessions(browser.sessions, ctx.now(), address)
  return sessions.some(({ subject }) => subject === owner.id)
}

function callbackFailed({ vault }: WebTenant, { connection }: UpstreamRequest, error: unknown): never {
  if (!(error instanceof UpstreamError)) throw error
  vault.warn({ connection, why: error.message }, 'a consent did not succeed')
  if (error.failure === 'response')
    fail('invalid_ack_state', 'Invalid response', 'what came back is no answer of the provider; begin again')
  return fail('keycloak_callback_error', error.failure === 'denied' ? 'Consent was denied' : 'Consent did not succeed')
}

/** Of one offline token. */
const mostIds = 100

/** One more id for the offline token of the caller's session. */
async function newTokenId({ tenant, connection, caller }: Asked) {
  const { store, uuid, now } = tenant.vault
  const found = await tokenIdOf(tenant, { connection: connection.name, kind: 'offline', owner: caller.owner, session: caller.session })
  await refreshNow(tenant.vault, found.entry)
  const tokenId = { id: uuid(), entry: found.entry.id, session: caller.session, createdAt: now() }
  const outcome = await store.vault.addTokenId(tokenId, mostIds)
  if (outcome === 'gone') noSuchToken()
  if (outcome === 'too many') fail('invalid_request', 'Too many ids', 'remove ids of this offline token that no program uses any more')
  return {
    data: { persistent_token_id: tokenId.id, session_state_id: caller.session },
    auditEvents: [used(caller, found.entry, 'vault.store')],
  }
}

async function removeTokenId({ tenant, request, caller, connection }: Asked) {
  const id = request.params.get('id') ?? ''
  await ownEntry(tenant, { id, caller, connection })
  const removed = (await tenant.vault.store.vault.removeTokenId(id)) ?? noSuchToken()
  const upstream = removed.last ? await revokeUpstream(tenant.vault, removed.entry) : { shared: true, revoked: false }
  return {
    data: {
      message: 'Offline token revoked successfully',
      persistent_token_id: id,
      token_deleted: true,
      session_revoked: upstream.revoked,
      had_shared_session: upstream.shared,
    },
    auditEvents: [used(caller, removed.entry, 'vault.remove')],
  }
}

const refreshTokenBody = z.strictObject({ refresh_token: z.string().min(1).max(maxToken) })

async function storeRefreshToken({ tenant, sent, caller, connection }: Asked) {
  const body = refreshTokenBody.safeParse(sent.json === undefined ? undefined : readJsonBody(sent.json))
  if (!body.success) {
    const faults = body.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'refresh_token', rule: message }))
    return problem(422, 'invalid_request', 'the body is not what this address takes', faults)
  }
  const { owner, session } = caller
  const id = await replaceRefreshToken(tenant.vault, { connection, owner, session, refreshToken: body.data.refresh_token })
  return { data: { persistent_token_id: id } }
}

async function renewRefreshToken({ tenant, caller, connection }: Asked) {
  const found = await tokenIdOf(tenant, { connection: connection.name, kind: 'refresh', owner: caller.owner, session: undefined })
  await refreshNow(tenant.vault, found.entry)
  return { data: { persistent_token_id: found.id }, auditEvents: [used(caller, found.entry, 'vault.use')] }
}

/** How often the use of an entry by one application is noted, in seconds. */
const notedEvery = 60

async function accessToken({ tenant, sent, caller, connection }: Asked) {
  const { vault } = tenant
  const query = sent.query()
  const entry = await ownEntry(tenant, { id: query.get('id') ?? '', caller, connection })
  const { minTtl } = readMinTtl(query.get('min_ttl')) ?? wrongQuery('min_ttl', 'must be a number of seconds from 1 to 3600')
  const token = (await accessTokenOf(vault, entry.id, minTtl)) ?? noSuchToken()
  const noted = await vault.store.vault.used({ id: entry.id, by: caller.client, now: vault.now(), atMostEvery: notedEvery })
  return {
    data: { access_token: token.accessToken, expires_in: token.expiresAt === undefined ? null : token.expiresAt - vault.now() },
    auditEvents: noted ? [used(caller, entry, 'vault.use')] : [],
  }
}

/** Another person's is as unknown as one that does not exist. */
async function ownEntry(
  { vault }: WebTenant,
  { id, caller, connection }: { id: string; caller: AuthManagerCaller; connection: Connection },
): Promise<VaultEntry> {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)) wrongQuery('id', 'must be a UUID')
  const found = await vault.store.vault.byTokenId(id.toLowerCase())
  return found && isOwner(found.entry, caller.owner, connection.name) ? found.entry : noSuchToken()
}

async function tokenIdOf({ vault }: WebTenant, ask: Parameters<WebTenant['vault']['store']['vault']['tokenIdOf']>[0]) {
  const tokenId = (await vault.store.vault.tokenIdOf(ask)) ?? noSuchToken()
  const entry = (await vault.store.vault.find(tokenId.entry)) ?? noSuchToken()
  return { id: tokenId.id, entry }
}

function used({ owner, client }: AuthManagerCaller, { id, connection }: VaultEntry, act: 'vault.use' | 'vault.store' | 'vault.remove') {
  const by = owner.type === 'account' ? ({ type: 'user', id: owner.id } as const) : ({ type: 'client', id: client } as const)
  return { act, outcome: 'success', by, target: id, detail: { connection, client, owner: owner.id } } as const
}

function wrongQuery(field: string, rule: string): never {
  return problem(422, 'invalid_request', 'the query is not what this address takes', [{ field, rule }])
}

function noSuchToken(): never {
  return fail('token_not_found', 'Token not found')
}

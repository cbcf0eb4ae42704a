/** Obtains tokens of every kind, authorization codes, and the links in mails. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { linkIn, parsed } from '../mail-sink.ts'
import { browserHeaders, forwarded } from './browser.ts'
import type { Client, Fixture } from './fixture.ts'
import { setup } from './harness.ts'
import { header } from './http.ts'
import { ownTarget } from './pages.ts'
import { type Body, SetupFailed, tokensOf } from './people.ts'
import type { Random } from './random.ts'
import { encoded, type Field, posted } from './request.ts'

export const redirectUri = 'https://app.example/callback'
export const verifier = 'the-verifier-of-an-application-under-test-0123456789'
export const challenge = createHash('sha256').update(verifier).digest('base64url')
export const scope = 'openid profile email groups offline_access'

export const rights = ['users', 'roles', 'groups', 'attributes', 'clients', 'resources', 'sessions', 'grants', 'keys', 'tenants'].flatMap(
  (of) => [`admin:${of}:read`, `admin:${of}:write`],
)

/** Obtains tokens of every kind. */
export async function issueTokens(fixture: Fixture, random: Random): Promise<void> {
  const { clients, hmac, resource, people, tenant } = fixture
  await renew(fixture, random)
  fixture.keep('access', await machineToken(fixture, random, clients.machine, { resource: resource.identifier, scope: 'read' }))
  fixture.keep('opaque', await machineToken(fixture, random, clients.opaque))
  hmac.token = await machineToken(fixture, random, hmac)
  hmac.revoked = await machineToken(fixture, random, hmac)
  await revoke(fixture, random, hmac, hmac.revoked)
  fixture.keep('hmac', hmac.token)
  await freshRefreshToken(fixture, random)
  fixture.keep('code', await freshCode(fixture, random))
  for (const { access, refresh } of [people.viewer, people.operator, people.org_admin, people.second]) {
    fixture.keep('person', access)
    fixture.keep('refresh', refresh)
  }
  fixture.keep('elsewhere', tenant.administrator.access)
  fixture.keep('elsewhere', tenant.administrator.refresh)
  for (const cookie of people.viewer.jar.cookies.values()) fixture.keep('cookie', cookie)
  for (const key of fixture.apiKeys) fixture.keep('apiKey', key)
  for (const { secret } of Object.values(clients)) if (secret !== undefined) fixture.keep('secret', secret)
}

async function revoke({ harness }: Fixture, random: Random, { id, secret = '' }: Client, token: string): Promise<void> {
  const answer = await harness.ask(
    setup,
    posted('/revoke', Object.entries({ token, client_id: id, client_secret: secret }), [forwarded(random)]),
  )
  if (answer?.status !== 200) fail('a token cannot be revoked')
}

/** Replaces the access tokens that test cases authenticate with, since some test cases revoke them; and collects new mails. */
export async function renew(fixture: Fixture, random: Random): Promise<void> {
  const { harness, people, clients } = fixture
  fixture.made.clear()
  Object.assign(people.superadmin, await tokensOf(harness, random, people.superadmin))
  fixture.keep('superadmin', people.superadmin.access)
  fixture.keep('unspent', (await tokensOf(harness, random, people.viewer)).refresh)
  const administration = { resource: `${harness.issuer}/api/v1/admin`, scope: rights.join(' ') }
  fixture.keep('machine', await machineToken(fixture, random, clients.machine, administration))
  collectLinks(fixture)
}

export function collectLinks(fixture: Fixture): void {
  fixture.links = [...fixture.links, ...linksIn(fixture.mails, fixture.harness.issuer)].slice(-30)
}

async function machineToken(fixture: Fixture, random: Random, client: Client, fields: Record<string, string> = {}): Promise<string> {
  const answer = await token(fixture, random, Object.entries({ grant_type: 'client_credentials', ...fields }), client)
  return answer.access_token
}

/** The request target of an authorization request. */
export function authorizeTarget(base: string, clientId: string, more: Readonly<Record<string, string>> = {}): string {
  const usual = { client_id: clientId, response_type: 'code', redirect_uri: redirectUri, scope, state: 's', code_challenge: challenge }
  return `${base}/authorize?${encoded(Object.entries({ ...usual, code_challenge_method: 'S256', ...more }))}`
}

export async function freshCode({ harness, clients, people, keep }: Fixture, random: Random): Promise<string> {
  const target = authorizeTarget('', clients.web.id, { nonce: 'n' })
  const answer = await harness.ask(setup, { method: 'GET', target, headers: browserHeaders(random, people.viewer.jar) })
  const code = answer && URL.parse(header(answer, 'location') ?? '')?.searchParams.get('code')
  if (code) keep('code', code)
  return code ?? fail('no code')
}

/** 'none' if the person or client it needs has been removed by a test case. */
export async function ifGiven(token: Promise<string>): Promise<string> {
  try {
    return await token
  } catch (error) {
    if (error instanceof SetupFailed) return 'none'
    throw error
  }
}

export async function freshRefreshToken(fixture: Fixture, random: Random): Promise<string> {
  return (await redeemed(fixture, random, await freshCode(fixture, random))).refresh_token
}

export async function redeemed(fixture: Fixture, random: Random, code: string): Promise<Body> {
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  const answer = await token(fixture, random, Object.entries(fields), fixture.clients.web)
  for (const [kind, name] of [
    ['access', 'access_token'],
    ['refresh', 'refresh_token'],
    ['id', 'id_token'],
  ] as const)
    if (typeof answer[name] === 'string') fixture.keep(kind, answer[name])
  return answer
}

export async function token({ harness }: Fixture, random: Random, fields: [string, string][], client: Client): Promise<Body> {
  const request = posted('/token', [...fields, ...credentialsIn(client)], [forwarded(random), ...(isInBody(client) ? [] : [basic(client)])])
  const answer = await harness.ask(setup, request)
  if (answer?.status !== 200) throw new SetupFailed(`no token for ${client.id}: ${answer?.status} ${answer?.body.toString().slice(0, 300)}`)
  return JSON.parse(answer.body.toString())
}

/** Public clients only name themselves. */
export function isInBody({ posts, secret }: Client): boolean {
  return posts === true || secret === undefined
}

export function credentialsIn(client: Client): readonly Field[] {
  const { id, secret } = client
  if (!isInBody(client)) return []
  return [['client_id', id], ...(secret === undefined ? [] : ([['client_secret', secret]] as const))]
}

export function basic({ id, secret = '' }: Client): readonly [string, string] {
  return ['Authorization', `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`]
}

/** Reads and removes the mails, and returns their links. */
function linksIn(folder: string, issuer: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const path = join(folder, name)
      const mail = parsed(readFileSync(path, 'utf8'))
      rmSync(path)
      return /^https?:\/\/\S+$/m.test(mail.text) ? ownTarget(linkIn(mail), '/', issuer) : []
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new SetupFailed(`the mails cannot be read: ${(error as Error).message}`)
  }
}

function fail(why: string): never {
  throw new SetupFailed(why)
}

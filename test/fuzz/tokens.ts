/** What is handed out by the server: tokens of every kind, codes, links in mails; some of it alive, some used up. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { linkIn, parsed } from '../mail-sink.ts'
import { header } from './http.ts'
import { ownTarget } from './pages.ts'
import { NotPrepared, tokensOf } from './people.ts'
import { preparing } from './probe.ts'
import type { Random } from './random.ts'
import { encoded, type Field, posted } from './request.ts'
import { browserHeaders, forwarded } from './visit.ts'
import type { Client, World } from './world.ts'

export const redirectUri = 'https://app.example/callback'
export const verifier = 'the-verifier-of-an-application-under-test-0123456789'
export const challenge = createHash('sha256').update(verifier).digest('base64url')
export const scope = 'openid profile email groups offline_access'

export const rights = ['users', 'roles', 'groups', 'attributes', 'clients', 'resources', 'sessions', 'grants', 'keys', 'tenants'].flatMap(
  (of) => [`admin:${of}:read`, `admin:${of}:write`],
)

/** Something of everything that is handed out. */
export async function handOut(world: World, random: Random): Promise<void> {
  const { clients, hmac, resource, people, tenant } = world
  await renew(world, random)
  world.keep('access', await machineToken(world, random, clients.machine, { resource: resource.identifier, scope: 'read' }))
  world.keep('opaque', await machineToken(world, random, clients.opaque))
  hmac.token = await machineToken(world, random, hmac)
  hmac.revoked = await machineToken(world, random, hmac)
  await revoke(world, random, hmac, hmac.revoked)
  world.keep('hmac', hmac.token)
  await freshRefreshToken(world, random)
  world.keep('code', await freshCode(world, random))
  for (const { access, refresh } of [people.viewer, people.operator, people.org_admin, people.second]) {
    world.keep('person', access)
    world.keep('refresh', refresh)
  }
  world.keep('elsewhere', tenant.administrator.access)
  world.keep('elsewhere', tenant.administrator.refresh)
  for (const cookie of people.viewer.jar.cookies.values()) world.keep('cookie', cookie)
  for (const key of world.apiKeys) world.keep('apiKey', key)
  for (const { secret } of Object.values(clients)) if (secret !== undefined) world.keep('secret', secret)
}

async function revoke({ probe }: World, random: Random, { id, secret = '' }: Client, token: string): Promise<void> {
  const answer = await probe.ask(
    preparing,
    posted('/revoke', Object.entries({ token, client_id: id, client_secret: secret }), [forwarded(random)]),
  )
  if (answer?.status !== 200) fail('a token cannot be revoked')
}

/** Anew what gets requests past the first check, which some of them end; and what has come by mail. */
export async function renew(world: World, random: Random): Promise<void> {
  const { probe, people, clients } = world
  Object.assign(people.superadmin, await tokensOf(probe, random, people.superadmin))
  world.keep('superadmin', people.superadmin.access)
  const administration = { resource: `${probe.issuer}/api/v1/admin`, scope: rights.join(' ') }
  world.keep('machine', await machineToken(world, random, clients.machine, administration))
  world.links = [...world.links, ...linksIn(world.mails, probe.issuer)].slice(-30)
}

async function machineToken(world: World, random: Random, client: Client, fields: Record<string, string> = {}): Promise<string> {
  const answer = await token(world, random, Object.entries({ grant_type: 'client_credentials', ...fields }), client)
  return answer.access_token
}

/** Address of an authorization request. */
export function authorizeTarget(base: string, clientId: string, more: Readonly<Record<string, string>> = {}): string {
  const usual = { client_id: clientId, response_type: 'code', redirect_uri: redirectUri, scope, state: 's', code_challenge: challenge }
  return `${base}/authorize?${encoded(Object.entries({ ...usual, code_challenge_method: 'S256', ...more }))}`
}

export async function freshCode({ probe, clients, people, keep }: World, random: Random): Promise<string> {
  const target = authorizeTarget('', clients.web.id, { nonce: 'n' })
  const answer = await probe.ask(preparing, { method: 'GET', target, headers: browserHeaders(random, people.viewer.jar) })
  const code = answer && URL.parse(header(answer, 'location') ?? '')?.searchParams.get('code')
  if (code) keep('code', code)
  return code ?? fail('no code')
}

/** What can be had now: its person or client may be gone until the next world. */
export async function ifGiven(token: Promise<string>): Promise<string> {
  try {
    return await token
  } catch (error) {
    if (error instanceof NotPrepared) return 'none'
    throw error
  }
}

export async function freshRefreshToken(world: World, random: Random): Promise<string> {
  const code = await freshCode(world, random)
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  const answer = await token(world, random, Object.entries(fields), world.clients.web)
  for (const [kind, name] of [
    ['access', 'access_token'],
    ['refresh', 'refresh_token'],
    ['id', 'id_token'],
  ] as const)
    if (typeof answer[name] === 'string') world.keep(kind, answer[name])
  return answer.refresh_token
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was answered
async function token({ probe }: World, random: Random, fields: [string, string][], client: Client): Promise<any> {
  const { id, secret = '' } = client
  const credentials: readonly Field[] = client.posts
    ? [
        ['client_id', id],
        ['client_secret', secret],
      ]
    : []
  const request = posted('/token', [...fields, ...credentials], [forwarded(random), ...(client.posts ? [] : [basic(client)])])
  const answer = await probe.ask(preparing, request)
  if (answer?.status !== 200) throw new NotPrepared(`no token for ${client.id}: ${answer?.status} ${answer?.body.toString().slice(0, 300)}`)
  return JSON.parse(answer.body.toString())
}

export function basic({ id, secret = '' }: Client): readonly [string, string] {
  return ['Authorization', `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`]
}

/** The links in the mails since the last time. */
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
    throw new NotPrepared(`the mails cannot be read: ${(error as Error).message}`)
  }
}

function fail(why: string): never {
  throw new NotPrepared(why)
}

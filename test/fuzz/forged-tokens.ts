/** JWTs that this server never issued: signed with a secret that one client shares with it, with its public key as a secret, or with nothing. */
import { createHmac, createPublicKey, type JsonWebKeyInput } from 'node:crypto'
import { type Json, mutated, otherKind, Raw, written } from './json.ts'
import type { Random } from './random.ts'
import { shortPoison } from './text.ts'

/** What a forger has. */
export interface Forgery {
  /** A token that this client was really issued. */
  genuine: string
  /** And one that was taken back. */
  revoked: string
  clientId: string
  signingSecret: string
  issuer: string
  /** Ids of people, clients and grants, to speak for; audiences to speak to. */
  subjects: readonly string[]
  audiences: readonly string[]
  publicKeys: readonly JsonWebKeyInput['key'][]
}

type Claims = { readonly [name: string]: Json }

/** A token that must be refused wherever tokens are accepted. */
export function forgedToken(random: Random, from: Forgery): string {
  const header: Claims = { alg: 'HS256', typ: 'at+jwt', kid: from.clientId }
  const claims = claimsOf(from.genuine)
  switch (random.below(9)) {
    case 8:
      return signed(header, { ...claimsOf(from.revoked), [random.pick(['gid', 'fid'])]: shortPoison(random) }, from.signingSecret)
    case 0:
    case 1:
      return signed(header, lying(random, from, claims), from.signingSecret)
    case 2:
    case 3:
      return signed(header, oddlyTyped(random, claims), from.signingSecret)
    case 4:
      return signed(oddHeader(random, header), lying(random, from, claims), from.signingSecret)
    case 5:
      return unsigned(random, lying(random, from, claims))
    case 6:
      return confused(random, from, lying(random, from, claims))
    default:
      return malformed(random, from.genuine)
  }
}

/** Says what only the server could say. */
function lying(random: Random, { subjects, audiences, issuer }: Forgery, claims: Claims): Claims {
  const now = Math.floor(Date.now() / 1000)
  const lies: Claims = random.pick<Claims>([
    { sub: random.pick(subjects), scope: 'openid profile email' },
    { sub: random.pick(subjects), aud: issuer, scope: 'openid profile email address phone' },
    { aud: random.pick(audiences), scope: 'admin:users:write admin:clients:write', roles: ['admin'] },
    { sub: random.pick(subjects), role: 'superadmin', org_id: 'root', scope: '' },
    { exp: now + 3_000_000_000 },
    { client_id: 'gatehouse', sub: random.pick(subjects), role: 'superadmin' },
    { sub: random.pick(subjects), gid: 'x', fid: 'y', jti: 'x', acr: 'aal2' },
    { sub: '__proto__', scope: 'openid' },
  ])
  return { ...claims, ...lies }
}

/** Lacks a claim, or has it in a kind that nobody expects. */
function oddlyTyped(random: Random, claims: Claims): Claims {
  const name = random.pick(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'scope', 'gid', 'fid', 'sid', 'auth_time', 'acr', 'amr'])
  if (random.chance(0.3) && name in claims) return Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name))
  return { ...claims, sub: random.pick(['nobody', 'x']), [name]: otherKind(random) }
}

function oddHeader(random: Random, header: Claims): Claims {
  const more = random.pick<Claims>([
    { typ: random.pick<Json>(['JWT', 'AT+JWT', 'application/at+jwt', '', null, 7, ['at+jwt']]) },
    { kid: random.pick<Json>(['__proto__', 'constructor', '', null, 7, {}, '../../key', 'a\0b', 'k'.repeat(5000), shortPoison(random)]) },
    { alg: random.pick<Json>(['hs256', 'HS512', 'RS256', 'none', 'NONE', '', null, 1, 'ES256K', '__proto__']) },
    { crit: random.pick<Json>([['exp'], [], 'exp', ['b64']]), b64: false },
    { jwk: { kty: 'oct', k: 'AAAA' } },
    { jku: 'http://127.0.0.1:9/x', x5u: 'http://127.0.0.1:9/x', x5c: ['AAAA'] },
    { zip: 'DEF', enc: 'A128GCM' },
  ])
  return { ...header, ...more }
}

function unsigned(random: Random, claims: Claims): string {
  const alg = random.pick(['none', 'None', 'NONE', ''])
  return `${part({ alg, typ: 'at+jwt' })}.${part(claims)}.${random.pick(['', 'AA', '.'])}`
}

/** Takes what everybody can read for a secret. */
function confused(random: Random, { publicKeys }: Forgery, claims: Claims): string {
  const jwk = random.pick(publicKeys)
  const header = { alg: 'HS256', typ: 'at+jwt', kid: 'kid' in jwk ? String(jwk.kid) : '' }
  const secret = random.pick([
    createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
    JSON.stringify(jwk),
    '',
  ])
  return signed(header, claims, secret.toString())
}

function malformed(random: Random, genuine: string): string {
  const [head = '', body = '', signature = ''] = genuine.split('.')
  return random.pick([
    `${head}.${body}.${[...signature].reverse().join('')}`,
    `${head}.${body}`,
    `${head}.${body}.${signature}.${signature}.x`,
    `${head}..${signature}`,
    '..',
    '....',
    `${'.'.repeat(5000)}`,
    `${Buffer.from('{"alg":"HS256"').toString('base64url')}.${body}.${signature}`,
    `${Buffer.from('null').toString('base64url')}.${body}.${signature}`,
    `${Buffer.from('[]').toString('base64url')}.${body}.${signature}`,
    `${Buffer.from(`${'['.repeat(6000)}`).toString('base64url')}.${body}.${signature}`,
    `${head}.${Buffer.from('7').toString('base64url')}.${signature}`,
    `${head}=.${body}=.${signature}=`,
    `${head}.${body}.${'A'.repeat(20_000)}`,
    `${head}.${body}.!*(`,
  ])
}

/** Changed here and there, and signed as if by the server. */
export function garbledClaims(random: Random, from: Forgery): string {
  const claims = mutated(random, claimsOf(from.genuine))
  return signed({ alg: 'HS256', typ: 'at+jwt', kid: from.clientId }, claims, from.signingSecret)
}

function signed(header: Json, claims: Json, secret: string): string {
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const part = (value: Json) => Buffer.from(value instanceof Raw ? value.text : written(value)).toString('base64url')

function claimsOf(jwt: string): Claims {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString())
}

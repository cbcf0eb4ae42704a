/** JWTs that the server never issued: signed with the secret of one HS256 client, with a public key as the secret (algorithm confusion), or not at all. */
import { createHmac, createPublicKey, type JsonWebKeyInput } from 'node:crypto'
import { type Json, mutated, otherKind, Raw, written } from './json.ts'
import type { Random } from './random.ts'
import { shortHostileText } from './text.ts'

/** What an attacker knows. */
export interface Forgery {
  /** A token that the server issued to the HS256 client. */
  genuine: string
  /** Another one, which has been revoked. */
  revoked: string
  clientId: string
  signingSecret: string
  issuer: string
  /** `sub` values of others, and audiences that the client is not registered for. */
  subjects: readonly string[]
  audiences: readonly string[]
  publicKeys: readonly JsonWebKeyInput['key'][]
}

type Claims = { readonly [name: string]: Json }

/** A token that every endpoint must reject. */
export function forgedToken(random: Random, from: Forgery): string {
  const header: Claims = { alg: 'HS256', typ: 'at+jwt', kid: from.clientId }
  const claims = claimsOf(from.genuine)
  switch (random.below(9)) {
    case 8:
      return signed(header, { ...claimsOf(from.revoked), [random.pick(['gid', 'fid'])]: shortHostileText(random) }, from.signingSecret)
    case 0:
    case 1:
      return signed(header, withFalseClaims(random, from, claims), from.signingSecret)
    case 2:
    case 3:
      return signed(header, withOddClaim(random, claims), from.signingSecret)
    case 4:
      return signed(oddHeader(random, header), withFalseClaims(random, from, claims), from.signingSecret)
    case 5:
      return withoutSignature(random, withFalseClaims(random, from, claims))
    case 6:
      return withPublicKeyAsSecret(random, from, withFalseClaims(random, from, claims))
    default:
      return malformed(random, from.genuine)
  }
}

/** Claims that this client has no right to. */
function withFalseClaims(random: Random, { subjects, audiences, issuer }: Forgery, claims: Claims): Claims {
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

/** One claim is missing or has an unexpected type. */
function withOddClaim(random: Random, claims: Claims): Claims {
  const name = random.pick(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'scope', 'gid', 'fid', 'sid', 'auth_time', 'acr', 'amr'])
  if (random.chance(0.3) && name in claims) return Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name))
  return { ...claims, sub: random.pick(['nobody', 'x']), [name]: otherKind(random) }
}

function oddHeader(random: Random, header: Claims): Claims {
  const more = random.pick<Claims>([
    { typ: random.pick<Json>(['JWT', 'AT+JWT', 'application/at+jwt', '', null, 7, ['at+jwt']]) },
    {
      kid: random.pick<Json>([
        '__proto__',
        'constructor',
        '',
        null,
        7,
        {},
        '../../key',
        'a\0b',
        'k'.repeat(5000),
        shortHostileText(random),
      ]),
    },
    { alg: random.pick<Json>(['hs256', 'HS512', 'RS256', 'none', 'NONE', '', null, 1, 'ES256K', '__proto__']) },
    { crit: random.pick<Json>([['exp'], [], 'exp', ['b64']]), b64: false },
    { jwk: { kty: 'oct', k: 'AAAA' } },
    { jku: 'http://127.0.0.1:9/x', x5u: 'http://127.0.0.1:9/x', x5c: ['AAAA'] },
    { zip: 'DEF', enc: 'A128GCM' },
  ])
  return { ...header, ...more }
}

function withoutSignature(random: Random, claims: Claims): string {
  const alg = random.pick(['none', 'None', 'NONE', ''])
  return `${part({ alg, typ: 'at+jwt' })}.${part(claims)}.${random.pick(['', 'AA', '.'])}`
}

/** Algorithm confusion: an HMAC keyed with a public key of the server. */
function withPublicKeyAsSecret(random: Random, { publicKeys }: Forgery, claims: Claims): string {
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

/** Signed correctly, with arbitrary claims. */
export function mutatedClaims(random: Random, from: Forgery): string {
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

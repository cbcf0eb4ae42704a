/** Which logout tokens of a provider are taken, and why others are not — OpenID Connect Back-Channel Logout 1.0 §2.6. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { aConnection, issuer, jwk, metadata, NOW, scriptedProvider, sign } from '../../test/scripted-provider.ts'
import { sha256 } from '../protocol/codec/digest.ts'
import { readLogoutToken, type UpstreamLogout } from './logout-token.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'
const good = { iss: issuer, aud: 'us', iat: NOW, exp: NOW + 120, jti: 'jti', events: { [event]: {} }, sub: 'ada', sid: 'session' }
const both = { subject: 'ada', sid: 'session' }
const expired = 'it has expired'

async function read(claims: object, header: object = { typ: 'logout+jwt' }, answers: Parameters<typeof scriptedProvider>[0] = {}) {
  const { deps } = scriptedProvider(answers)
  const noted: unknown[][] = []
  const usedOnce = { first: async (...what: unknown[]) => noted.push(what) === 1 }
  const keySets = { at: async () => [jwk], anew: async () => [jwk] }
  const token = typeof claims === 'string' ? claims : await sign({ ...good, ...claims }, header)
  const logoutDeps = { connections: deps, keySets, usedOnce } as unknown as Parameters<typeof readLogoutToken>[0]
  return {
    outcome: await readLogoutToken(logoutDeps, aConnection(), token),
    noted,
    again: () => readLogoutToken(logoutDeps, aConnection(), token),
  }
}

const rows: [what: string, claims: object, outcome: UpstreamLogout | string, header?: object][] = [
  ['all that it may have', {}, both],
  ['no sid', { sid: undefined }, { subject: 'ada', sid: undefined }],
  ['no sub', { sub: undefined }, { subject: undefined, sid: 'session' }],
  ['neither', { sub: undefined, sid: undefined }, 'it names neither a person nor a session'],
  ['an empty sub and a sid that is no text', { sub: '', sid: 7 }, 'it names neither a person nor a session'],
  ['the longest sub', { sub: 'x'.repeat(255) }, { subject: 'x'.repeat(255), sid: 'session' }],
  ['a longer sub', { sub: 'x'.repeat(256) }, { subject: undefined, sid: 'session' }],
  ['several audiences', { aud: ['other', 'us'] }, both],
  ['another audience', { aud: ['other'] }, 'its aud is not our client'],
  ['another issuer', { iss: 'https://other.example' }, 'its iss is not the provider'],
  ['the long type', {}, both, { typ: 'application/logout+jwt' }],
  ['the type of all', {}, both, { typ: 'JWT' }],
  ['no type', {}, both, {}],
  ['another type', {}, 'its typ is another', { typ: 'at+jwt' }],
  ['no iat', { iat: undefined }, 'its iat is missing or in the future'],
  ['a clock that is ahead', { iat: NOW + 60 }, both],
  ['a clock that is too far ahead', { iat: NOW + 61 }, 'its iat is missing or in the future'],
  ['an exp that is no number', { exp: 'never' }, 'its exp is no number'],
  ['an exp of a minute ago', { exp: NOW - 60 }, expired],
  ['an exp of almost a minute ago', { exp: NOW - 59 }, both],
  ['no exp, and issued three minutes ago', { exp: undefined, iat: NOW - 180 }, expired],
  ['no exp, and issued almost three minutes ago', { exp: undefined, iat: NOW - 179 }, both],
  ['an exp too far away', { exp: NOW + 9999, iat: NOW - 3660 }, expired],
  ['an exp that was too far away', { exp: NOW + 9999, iat: NOW - 3659 }, both],
  ['no events', { events: undefined }, 'it has no logout event'],
  ['events that are null', { events: null }, 'it has no logout event'],
  ['events that are a text', { events: event }, 'it has no logout event'],
  ['another event', { events: { other: {} } }, 'it has no logout event'],
  ['an event that is null', { events: { [event]: null } }, 'it has no logout event'],
  ['an event that is no object', { events: { [event]: true } }, 'it has no logout event'],
  ['a nonce', { nonce: 'n' }, 'it has a nonce'],
  ['no jti', { jti: undefined }, 'its jti is missing or was used'],
  ['a key that the provider does not have', {}, 'its signature is not by a key of the provider', { typ: 'jwt', kid: 'other' }],
]

suite('a logout token with', () => {
  for (const [what, claims, outcome, header] of rows)
    test(what, async () => assert.deepEqual((await read(claims, header)).outcome, outcome))
})

test('what is no JWT, and what no key can have signed', async () => {
  assert.equal((await read('x' as unknown as object)).outcome, 'it is no JWT')
  const notJson = ['{"alg":"ES256"}', 'no JSON', 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')
  assert.equal((await read(notJson as unknown as object)).outcome, 'it is no JWT')
  const without = { '/.well-known/openid-configuration': { body: { ...metadata, jwks_uri: undefined } } }
  assert.equal((await read({}, {}, without)).outcome, 'its signature is not by a key of the provider')
})

test('it is used up for as long as it is good, by its connection', async () => {
  const { noted, again } = await read({})
  assert.deepEqual(noted, [['upstream-logout', sha256('staff jti'), NOW + 180]])
  assert.equal(await again(), 'its jti is missing or was used')
})

/** Which claims a registration can add to access tokens, and what they can be read from. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { accountSources, claimSources, everySource, fixedClaims, isAccountSource, reservedClaims } from './claim-sources.ts'
import { standardClaims } from './claims.ts'

const ofServer = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'cnf', 'act', 'may_act', 'gid', 'fid', 'sid'],
  ...['auth_time', 'acr', 'amr', 'roles', 'groups', 'active', 'token_type', 'userinfo_claims', 'authorization_details'],
]
const ofAccount = [...standardClaims, 'role', 'groups'].map((name) => `account.${name}`)
const ofClient = ['client.client_id', 'client.client_name', 'client.client_uri', 'client.contacts']
const attribute = 'account.attributes.a_1'
const others = ['account.sub', 'account.attributes', 'account.attributes.', 'account.attributes.A', 'client.jwks', 'token.aud', '']

const problemsOf = (schema: typeof claimSources | typeof fixedClaims, claims: object) =>
  (schema.safeParse(claims).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
const refused = (claim: string) => [`${claim}: can only be set by the server`]

suite('claims of access tokens', () => {
  test('what only the server says of a token cannot be set, neither to a value nor from a source', () => {
    assert.deepEqual([...reservedClaims], ofServer)
    for (const claim of ofServer)
      assert.deepEqual(
        [problemsOf(fixedClaims, { [claim]: 'x' }), problemsOf(claimSources, { [claim]: 'client.client_id' })],
        [refused(claim), refused(claim)],
      )
    assert.deepEqual([problemsOf(fixedClaims, { tier: 1 }), problemsOf(claimSources, { tier: 'client.client_id' })], [[], []])
  })

  test('groups and roles come from the groups, and roles also from an attribute', () => {
    const from = (claim: string, source: string) => problemsOf(claimSources, { [claim]: source })
    for (const [claim, source] of [
      ['groups', 'account.groups'],
      ['roles', 'account.groups'],
      ['roles', attribute],
    ] as const) // prettier-ignore
      assert.deepEqual(from(claim, source), [], `${claim} ${source}`)
    for (const [claim, source] of [
      ['groups', attribute],
      ['groups', 'account.role'],
      ['roles', 'account.role'],
      ['scope', 'account.groups'],
      ['acr', attribute],
    ] as const) // prettier-ignore
      assert.deepEqual(from(claim, source), refused(claim), `${claim} ${source}`)
  })

  test('every source is known by its name, and no other', () => {
    for (const source of [...ofAccount, attribute])
      assert.deepEqual([isAccountSource(source), problemsOf(claimSources, { x: source })], [true, []])
    for (const source of [...ofClient, 'token.scope'])
      assert.deepEqual([isAccountSource(source), problemsOf(claimSources, { x: source })], [false, []])
    for (const source of [...others, `account.attributes.${'a'.repeat(41)}`]) {
      assert.equal(isAccountSource(source), false, source)
      assert.deepEqual(problemsOf(claimSources, { x: source }), [`x: must be client.…, account.… or token.scope: one of ${everySource}`])
    }
    assert.equal(accountSources, [...ofAccount, 'account.attributes.NAME'].join(', '))
    assert.equal(everySource, [accountSources, ...ofClient, 'token.scope'].join(', '))
  })

  test('fixed values are at most 4096 bytes of JSON', () => {
    const claims = (bytes: number) => ({ x: 'ä'.repeat((bytes - 8) / 2) })
    assert.deepEqual(problemsOf(fixedClaims, claims(4096)), [])
    assert.deepEqual(problemsOf(fixedClaims, claims(4098)), [': must not be longer than 4096 bytes as JSON'])
  })
})

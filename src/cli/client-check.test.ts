/** Security profiles: what a client is created with under one, which rules it breaks, and that the advice mends it. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type CommandLine, commandLine } from '../../test/command-line.ts'
import { profiles } from '../protocol/features/profiles.ts'

const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const withKey = { redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }
const edKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const rsKey = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), alg: 'RS256' }
const settings = {
  GATEHOUSE_FEATURES_MUTUAL_TLS: 'true',
  GATEHOUSE_MTLS_PROXY: 'rfc9440',
  GATEHOUSE_TRUSTED_PROXIES: '10.0.0.1',
  GATEHOUSE_FEATURES_PASSWORD_GRANT: 'true',
}

suite('profiles of clients', () => {
  let line: CommandLine
  before(async () => {
    line = await commandLine()
  })
  after(() => line.remove())
  const run = (command: string, input?: object) => line.gatehouse(command, input && JSON.stringify(input), settings)
  const create = (id: string, profile: string | undefined, members: object) =>
    run(`clients create --client-id ${id} --file -${profile === undefined ? '' : ` --profile ${profile}`}`, members)
  const broken = async (id: string, profile: string) => {
    const { status, out } = await run(`clients check ${id} --profile ${profile} --json`)
    const found = JSON.parse(out).broken as { clause: string; demand: string; mend: string }[]
    assert.equal(status, found.length === 0 ? 0 : 1)
    return found
  }

  for (const profile of Object.keys(profiles))
    test(`a client with a key that is created under ${profile} keeps it`, async () => {
      assert.equal((await create(profile, profile, withKey)).status, 0)
      assert.deepEqual(await broken(profile, profile), [])
      assert.equal((await run(`clients check ${profile} --profile ${profile}`)).out, `Client ${profile} keeps ${profile}.\n`)
    })

  const password = { grant_types: ['authorization_code', 'password', 'urn:openid:params:grant-type:ciba'] }
  const pushed = { backchannel_token_delivery_mode: 'push', backchannel_client_notification_endpoint: 'https://app.example/pushed' }
  const lax = { ...withKey, ...password, token_endpoint_auth_method: 'client_secret_basic' }
  const optional = { pkce: 'optional', refresh_rotation: 'rotate', assertion_audience: 'liberal', iss_parameter: 'omit' }
  const nothingKept: Record<string, [members: object, demands: string[]]> = {
    oauth21: [{ ...lax, policy: { pkce: 'optional' } }, ['authorization requests need PKCE', 'the password grant is not allowed']],
    fapi2: [
      { ...lax, ...pushed, policy: optional },
      [
        'the client must ask for its tokens, as they are not pushed',
        'the client must authenticate by a key',
        'the password grant is not allowed',
        'tokens must be bound to a key or a certificate',
        'a client assertion must name the issuer, and nothing else, as its audience',
        'refresh tokens must not change with each use',
        'authorization requests must be pushed',
        'authorization requests need PKCE',
        'a code must expire after at most 60 seconds',
        'authorization responses must name the issuer',
        'only PS256, ES256, EdDSA may sign',
        'backchannel authentication requests must be signed with PS256 or ES256',
      ],
    ],
    'fapi2-message-signing': [
      { ...withKey, policy: profiles.fapi2.members.policy, id_token_signed_response_alg: 'ES256' },
      [
        'authorization requests must be signed',
        'request objects must be good for at most an hour',
        'authorization responses must be signed',
      ],
    ],
    haip: [
      { ...lax, policy: { pkce: 'optional' } },
      [
        'the client must authenticate by an attestation, or by a key',
        'authorization requests need PKCE',
        'the password grant is not allowed',
        'authorization requests must be pushed',
        'tokens must be bound to a key by DPoP',
        'only ES256 may sign',
      ],
    ],
    'fapi1-advanced': [
      { ...lax, ...pushed },
      [
        'the client must ask for its tokens, as they are not pushed',
        'the client must authenticate by a key',
        'the password grant is not allowed',
        'tokens must be bound to a certificate',
        'authorization requests must be signed',
        'request objects must be good for at most an hour',
        'authorization responses must be signed',
        'only PS256, ES256 may sign',
        'backchannel authentication requests must be signed with PS256 or ES256',
      ],
    ],
  }
  for (const [profile, [members, demands]] of Object.entries(nothingKept))
    test(`every rule of ${profile} that is broken is named, and its advice mends it`, async () => {
      const id = `lax-${profile}`
      assert.equal((await create(id, undefined, members)).status, 0)
      const rules = await broken(id, profile)
      assert.deepEqual(
        rules.map(({ demand }) => demand),
        demands,
      ) // prettier-ignore
      for (const { mend } of rules) {
        const flags = mend.replace('GRANT-TYPES-WITHOUT-PASSWORD', 'authorization_code').replace(/,.*$/, '')
        const { status, err } = await run(`clients update ${id} ${flags}`)
        assert.equal(status, 0, `${flags}: ${err}`)
      }
      assert.deepEqual(await broken(id, profile), [])
    })

  test('a person reads what to type', async () => {
    assert.equal((await create('reader', undefined, { ...withKey, policy: { pkce: 'optional' } })).status, 0)
    const { status, err } = await run('clients check reader --profile oauth21')
    assert.equal(status, 1)
    assert.match(err, /authorization requests need PKCE \(RFC 9700 §2\.1\.1\) — gatehouse clients update reader --policy-pkce required/)
  })

  test('public clients must change their refresh tokens, or bind them', async () => {
    const open = {
      redirect_uris: ['https://app.example/callback'],
      token_endpoint_auth_method: 'none',
      policy: { refresh_rotation: 'keep' },
    }
    const demand = 'refresh tokens of a public client must be bound to a key, or change with each use'
    assert.equal((await create('open', undefined, open)).status, 0)
    assert.deepEqual(
      (await broken('open', 'oauth21')).map((rule) => rule.demand),
      [demand],
    ) // prettier-ignore
    assert.equal((await run('clients update open --dpop-bound-access-tokens')).status, 0)
    assert.deepEqual(await broken('open', 'oauth21'), [])
  })

  test('keys that may not sign are named, and registering others mends it', async () => {
    const cases: [profile: string, key: object, demands: string[]][] = [
      ['fapi1-advanced', edKey, ['its keys must be for PS256, ES256']],
      ['fapi2', { ...edKey, alg: 'Ed25519' }, []],
      ['fapi2', rsKey, ['its keys must be for PS256, ES256, EdDSA']],
      ['fapi2', { ...rsKey, alg: 'PS256' }, []],
      ['haip', edKey, ['its keys must be for ES256']],
      ['haip', { ...edKey, use: 'enc' }, []],
    ]
    for (const [n, [profile, key, demands]] of cases.entries()) {
      assert.equal((await create(`key-${n}`, profile, withKey)).status, 0)
      await run(`clients update key-${n} --file -`, { jwks: { keys: [jwk, key] } })
      const found = await broken(`key-${n}`, profile)
      assert.deepEqual(
        found.map(({ demand }) => demand),
        demands,
      ) // prettier-ignore
      for (const { mend } of found) {
        writeFileSync(join(line.folder, 'right.json'), JSON.stringify(jwk))
        await run(`clients update key-${n} ${mend.replace('FILE-WITH-SUCH-KEYS', join(line.folder, 'right.json'))}`)
      }
      assert.deepEqual(await broken(`key-${n}`, profile), [])
    }
  })

  const refused: [profile: string, members: object, demand: RegExp][] = [
    ['fapi2', { ...withKey, token_endpoint_auth_method: 'client_secret_basic' }, /the client must authenticate by a key .*— add --token/],
    ['fapi2', { ...withKey, policy: { pushed_requests: 'optional' } }, /authorization requests must be pushed/],
    [
      'fapi2',
      { ...withKey, policy: { allowed_algs: ['RS256'] }, id_token_signed_response_alg: 'RS256', access_token_format: 'opaque' },
      /only PS256, ES256, EdDSA may sign/,
    ],
    [
      'fapi2-message-signing',
      { ...withKey, policy: { request_object_lifetime: 3600, signed_requests: 'optional' } },
      /authorization requests must be signed/,
    ],
    ['fapi1-advanced', { ...withKey, tls_client_certificate_bound_access_tokens: false }, /tokens must be bound to a certificate/],
    ['fapi1-advanced', { ...withKey, jwks: { keys: [edKey] } }, /its keys must be for PS256, ES256 .*— add --jwks-file/],
    ['oauth21', { ...withKey, policy: { pkce: 'optional' } }, /authorization requests need PKCE/],
  ] // prettier-ignore
  for (const [n, [profile, members, demand]] of refused.entries())
    test(`creation under ${profile} refuses what breaks it: ${demand.source}`, async () => {
      const { status, err } = await create(`refused-${n}`, profile, members)
      assert.equal(status, 1)
      assert.match(err, demand)
      assert.match((await run(`clients show refused-${n}`)).err, /there is no client/)
    })

  test('a profile must be one that there is', async () => {
    for (const name of ['best', 'toString']) {
      const { status, err } = await run(`clients check reader --profile ${name}`)
      assert.equal(status, 2)
      assert.match(err, /--profile must be one of oauth21, fapi2, fapi2-message-signing, fapi1-advanced, haip, legacy/)
    }
    assert.match((await run('clients check nobody --profile fapi2')).err, /there is no client nobody/)
  })
})

/** What may be declared of a connection, and what its preset adds. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { connectionSchema, settingsOf } from './connection.ts'
import { type PresetName, presets } from './presets.ts'

const staff = { name: 'staff', issuer: 'https://sso.example', client_id: 'gatehouse' }

/** What each preset needs beside name and client_id. */
const needed: Readonly<Record<PresetName, object>> = {
  openid: { issuer: 'https://sso.example' },
  oauth2: { authorization_endpoint: 'https://sso.example/authorize', token_endpoint: 'https://sso.example/token' },
  keycloak: { issuer: 'https://sso.example/realms/staff' },
  google: {},
  entra: { issuer: 'https://login.microsoftonline.com/1234/v2.0' },
  github: {},
  gitlab: {},
  slack: {},
  apple: { team_id: 'TEAM', key_id: 'KEY' },
}

suite('presets', () => {
  for (const [preset, more] of Object.entries(needed)) {
    test(`${preset} needs what is its own, and nothing else`, () => {
      const given = { name: 'it', client_id: 'gatehouse', preset, ...more }
      const { label, endpoints, issuer } = settingsOf(connectionSchema.parse(given))
      assert.equal(label, presets[preset as PresetName].label)
      assert.ok(issuer ?? endpoints.token_endpoint)
      for (const missing of Object.keys(more))
        assert.throws(() => connectionSchema.parse({ ...given, [missing]: undefined }), /is missing: this preset needs it/)
    })
  }

  test('what is asked for, and how, where a connection says nothing of it', () => {
    const asked: Record<PresetName, string[]> = {
      openid: ['openid', 'client_secret_basic', 'query', 'openid profile email', 'openid profile email offline_access', 'sub', 'rfc7009'],
      oauth2: ['oauth2', 'client_secret_basic', 'query', '', '', 'sub', 'rfc7009'],
      keycloak: ['openid', 'client_secret_basic', 'query', 'openid profile email', 'openid profile email offline_access', 'sub', 'rfc7009'],
      google: ['openid', 'client_secret_post', 'query', 'openid profile email', 'openid profile email', 'sub', 'rfc7009'],
      entra: ['openid', 'client_secret_post', 'query', 'openid profile email', 'openid profile email offline_access', 'sub', 'rfc7009'],
      github: ['oauth2', 'client_secret_post', 'query', 'read:user user:email', 'read:user', 'id', 'github'],
      gitlab: ['openid', 'client_secret_basic', 'query', 'openid profile email', 'openid profile email read_api', 'sub', 'rfc7009'],
      slack: ['openid', 'client_secret_post', 'query', 'openid profile email', 'openid profile email', 'sub', 'rfc7009'],
      apple: ['openid', 'client_secret_post', 'form_post', 'openid name email', 'openid name email', 'sub', 'rfc7009'],
    }
    for (const [preset, values] of Object.entries(asked)) {
      const given = { name: 'it', client_id: 'gatehouse', preset, ...needed[preset as PresetName] }
      const { protocol, authMethod, responseMode, signInScope, vaultScope, subject, revocation, vaultParams, nameInAnswer } = settingsOf(
        connectionSchema.parse(given),
      )
      assert.deepEqual([protocol, authMethod, responseMode, signInScope, vaultScope, subject, revocation], values, preset)
      assert.deepEqual(vaultParams, preset === 'google' ? { access_type: 'offline', prompt: 'consent' } : {}, preset)
      assert.equal(nameInAnswer, preset === 'apple', preset)
    }
  })

  test('what is declared wins over the preset', () => {
    const own = { token_endpoint: 'https://ghe.example/token', label: 'Our GitHub', token_endpoint_auth_method: 'client_secret_basic' }
    const chosen = connectionSchema.parse({
      name: 'it',
      client_id: 'x',
      preset: 'github',
      ...own,
      sign_in: { scope: 'read:user', claims: { name: 'display' } },
      vault: { scope: 'repo', params: { allow_signup: 'false' } },
    })
    const { endpoints, label, authMethod, signInScope, claims, vaultScope, vaultParams } = settingsOf(chosen)
    assert.deepEqual([vaultScope, vaultParams], ['repo', { allow_signup: 'false' }])
    assert.deepEqual(
      [endpoints.token_endpoint, label, authMethod, signInScope],
      [own.token_endpoint, own.label, 'client_secret_basic', 'read:user'],
    )
    assert.deepEqual([claims['name'], claims['preferred_username']], ['display', 'login'])
  })
})

const refused: readonly [what: string, members: object, problem: RegExp][] = [
  ['a name that is no part of a URL', { name: 'Staff!' }, /must be 1 to 63 lower-case letters/],
  ['an issuer that is no URL', { issuer: 'sso.example' }, /must be an absolute https URL/],
  ['an issuer of another scheme', { issuer: 'file:///etc/passwd' }, /must be an absolute https URL/],
  ['an endpoint with a fragment', { token_endpoint: 'https://sso.example/token#x' }, /must have no fragment/],
  ['a control character', { client_id: 'a\u0000b' }, /has a character that is not allowed/],
  ['a scope that is none', { sign_in: { scope: 'a"b' } }, /has a character that no scope may have/],
  [
    'a parameter that is set already',
    { vault: { params: { redirect_uri: 'https://evil.example' } } },
    /names a parameter that is set already/,
  ],
  ['a parameter with a strange name', { vault: { params: { 'a b': 'x' } } }, /must be the name of a parameter/],
  [
    'more parameters than anybody needs',
    { vault: { params: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`p${i}`, 'x'])) } },
    /must not have more than 20 parameters/,
  ],
  ['sign-up by domain without a domain', { sign_in: { sign_up: 'domains' } }, /must not be empty when sign_up is domains/],
  ['a domain with a scheme', { sign_in: { email_domains: ['https://example.com'] } }, /must be a domain in lower case/],
  ['a claim of ours that may not be filled', { sign_in: { claims: { role: 'groups' } } }, /unrecognized_keys/],
  ['a claim of theirs that is none', { sign_in: { claims: { name: 'a b' } } }, /must be the name of a claim/],
  ['an unknown member', { client_secret: 'x' }, /client_secret/],
  ['a preset that nobody knows', { preset: 'myspace' }, /Invalid option/],
]

suite('a connection is refused for', () => {
  for (const [what, members, problem] of refused)
    test(what, () => assert.throws(() => connectionSchema.parse({ ...staff, ...members }), problem))
})

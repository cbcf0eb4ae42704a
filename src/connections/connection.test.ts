/** What may be declared of a connection, and what its preset adds. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ConnectionMetadata, connectionSchema, identityOfProvider, settingsOf, storedConnection } from './connection.ts'
import type { PresetName } from './presets.ts'

const staff = { name: 'staff', issuer: 'https://sso.example', client_id: 'gatehouse' }

const labels: Readonly<Record<PresetName, string>> = {
  openid: 'OpenID Connect',
  oauth2: 'OAuth 2.0',
  keycloak: 'Keycloak',
  google: 'Google',
  entra: 'Microsoft',
  github: 'GitHub',
  gitlab: 'GitLab',
  slack: 'Slack',
  apple: 'Apple',
}

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

/** Each with the member that it is about. */
const problems = (given: object) =>
  connectionSchema.safeParse(given).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)

suite('presets', () => {
  for (const [preset, more] of Object.entries(needed)) {
    test(`${preset} needs what is its own, and nothing else`, () => {
      const given = { name: 'it', client_id: 'gatehouse', preset, ...more }
      const { label, endpoints, issuer } = settingsOf(connectionSchema.parse(given))
      assert.equal(label, labels[preset as PresetName])
      assert.ok(issuer ?? endpoints.token_endpoint)
      for (const missing of Object.keys(more))
        assert.deepEqual(problems({ ...given, [missing]: undefined }), [`${missing}: is missing: this preset needs it`])
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

test('what is not declared has the value that is safe', () => {
  assert.deepEqual(connectionSchema.parse(staff), {
    ...staff,
    ...{ preset: 'openid', enabled: true, position: 0 },
    sign_in: {
      ...{ enabled: true, sign_up: 'never', email_domains: [], route_domains: [] },
      ...{ acr_values: [], amr_values: [], claims: {} },
    },
    vault: { enabled: false, offline_idle: 2_592_000 },
  })
})

test('each value of a choice, and each claim that may be filled', () => {
  const with_ = (more: object) => connectionSchema.parse({ ...staff, ...more })
  for (const method of ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    assert.equal(settingsOf(with_({ token_endpoint_auth_method: method })).authMethod, method)
  for (const sign_up of ['open', 'domains', 'invited', 'never'])
    assert.equal(with_({ sign_in: { sign_up, email_domains: ['example.com'] } }).sign_in.sign_up, sign_up)
  const names =
    'name given_name middle_name family_name nickname preferred_username email email_verified picture profile website locale zoneinfo'
  const claims = Object.fromEntries(names.split(' ').map((name) => [name, `their_${name}`]))
  assert.deepEqual(with_({ sign_in: { claims } }).sign_in.claims, claims)
  assert.deepEqual(with_({ sign_in: { route_domains: ['München.example'] } }).sign_in.route_domains, ['xn--mnchen-3ya.example'])
})

test('every endpoint may be declared', () => {
  const names = ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'revocation_endpoint', 'introspection_endpoint']
  const own = Object.fromEntries(names.map((name) => [name, `https://own.example/${name}`]))
  for (const preset of ['openid', 'github'])
    assert.deepEqual(settingsOf(connectionSchema.parse({ ...staff, preset, ...own })).endpoints, own)
})

test('the presets name what is peculiar to their providers', () => {
  const of = (preset: string, more: object = {}) => settingsOf(connectionSchema.parse({ name: 'it', client_id: 'us', preset, ...more }))
  assert.deepEqual(of('entra', { issuer: 'https://login.example' }).claims, { email_verified: 'xms_edov' })
  const { claims, emailsEndpoint, endpoints } = of('github')
  assert.deepEqual(claims, { preferred_username: 'login', picture: 'avatar_url', profile: 'html_url', website: 'blog' })
  assert.equal(emailsEndpoint, 'https://api.github.com/user/emails')
  assert.deepEqual(endpoints, {
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    userinfo_endpoint: 'https://api.github.com/user',
    revocation_endpoint: undefined,
    introspection_endpoint: undefined,
  })
  const issuers = ['google', 'gitlab', 'slack'].map((preset) => of(preset).issuer)
  assert.deepEqual(issuers, ['https://accounts.google.com', 'https://gitlab.com', 'https://slack.com'])
  assert.equal(of('apple', { team_id: 'T', key_id: 'K' }).issuer, 'https://appleid.apple.com')
})

suite('providers are the same', () => {
  const own = { authorization_endpoint: 'https://a.example/authorize', token_endpoint: 'https://a.example/token', issuer: undefined }
  const rows: [what: string, one: object, other: object, isSame: boolean][] = [
    ['with one issuer', {}, { client_id: 'other', token_endpoint: 'https://a.example/token' }, true],
    ['with one issuer and a slash', {}, { issuer: 'https://sso.example/' }, true],
    ['with one issuer of any preset with its subject', {}, { preset: 'keycloak' }, true],
    ['with another issuer', {}, { issuer: 'https://other.example' }, false],
    [
      'with one token endpoint',
      { preset: 'oauth2', ...own },
      { preset: 'oauth2', ...own, authorization_endpoint: 'https://b.example/' },
      true,
    ],
    [
      'with another token endpoint',
      { preset: 'oauth2', ...own },
      { preset: 'oauth2', ...own, token_endpoint: 'https://b.example/' },
      false,
    ],
    [
      'with another userinfo endpoint',
      { preset: 'oauth2', ...own },
      { preset: 'oauth2', ...own, userinfo_endpoint: 'https://b.example/' },
      false,
    ],
    [
      'with another subject',
      { preset: 'oauth2', ...own, userinfo_endpoint: 'https://api.github.com/user' },
      { preset: 'github', ...own },
      false,
    ],
  ]
  for (const [what, one, other, isSame] of rows)
    test(`${what}: ${isSame}`, () => {
      const [a, b] = [one, other].map((more) => identityOfProvider(connectionSchema.parse({ ...staff, ...more })))
      assert.equal(a === b, isSame)
    })
})

test('of what is stored, a member that is no longer known has its default, and no other', () => {
  const whole: ConnectionMetadata = connectionSchema.parse({
    ...staff,
    label: 'Staff',
    sign_in: { scope: 'openid', sign_up: 'open' },
    vault: { enabled: true, offline_idle: 4000 },
  })
  const { name, ...document } = whole
  assert.deepEqual(storedConnection(name, document), whole)
  const older = {
    ...document,
    position: 'first',
    sign_in: { ...document.sign_in, sign_up: 'everyone' },
    vault: { ...document.vault, offline_idle: 1 },
  }
  const mended = { ...whole, sign_in: { ...whole.sign_in, sign_up: 'never' }, vault: { enabled: true, offline_idle: 2_592_000 } }
  assert.deepEqual(storedConnection(name, { ...older, name: 'another' }), mended)
  const { sign_in, vault } = connectionSchema.parse(staff)
  assert.deepEqual(storedConnection(name, { ...staff }), { ...connectionSchema.parse(staff), sign_in, vault })
})

const refused: readonly [what: string, members: object, problem: RegExp][] = [
  ['a name that is no part of a URL', { name: 'Staff!' }, /must be 1 to 63 lower-case letters/],
  ['an issuer that is no URL', { issuer: 'sso.example' }, /must be an absolute https URL/],
  ['an issuer of another scheme', { issuer: 'file:///etc/passwd' }, /must be an absolute https URL/],
  ['an endpoint with a fragment', { token_endpoint: 'https://sso.example/token#x' }, /must have no fragment/],
  ['an issuer with a space', { issuer: 'https://sso.example/a b' }, /must have no spaces/],
  ['a member of sign_in that nobody knows', { sign_in: { other: 1 } }, /Unrecognized key/],
  ['a member of vault that nobody knows', { vault: { other: 1 } }, /Unrecognized key/],
  ['a control character', { client_id: 'a\u0000b' }, /has a character that is not allowed/],
  ['a scope that is none', { sign_in: { scope: 'a"b' } }, /has a character that no scope may have/],
  ...[
    ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce'],
    ...['code_challenge', 'code_challenge_method', 'request', 'request_uri'],
  ].map((name): [string, object, RegExp] => [
    `the parameter ${name}, which is set already`,
    { vault: { params: { [name]: 'x', prompt: 'consent' } } },
    /names a parameter that is set already/,
  ]),
  ['a parameter with a strange name', { vault: { params: { 'a b': 'x' } } }, /must be the name of a parameter/],
  [
    'more parameters than anybody needs',
    { vault: { params: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`p${i}`, 'x'])) } },
    /must not have more than 20 parameters/,
  ],
  ['a domain with a scheme', { sign_in: { email_domains: ['https://example.com'] } }, /must be a domain in lower case/],
  ['a claim of ours that may not be filled', { sign_in: { claims: { role: 'groups' } } }, /unrecognized_keys/],
  ['a claim of theirs that is none', { sign_in: { claims: { name: 'a b' } } }, /must be the name of a claim/],
  ['an unknown member', { client_secret: 'x' }, /client_secret/],
  ['a preset that nobody knows', { preset: 'myspace' }, /Invalid option/],
]

test('sign-up by domain without a domain is told at the domains', () => {
  const told = 'sign_in.email_domains: must not be empty when sign_up is domains'
  assert.deepEqual(problems({ ...staff, sign_in: { sign_up: 'domains' } }), [told])
})

test('the longest that is taken', () => {
  const params = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i}`, 'x']))
  assert.deepEqual(connectionSchema.parse({ ...staff, vault: { params } }).vault.params, params)
})

suite('a connection is refused for', () => {
  for (const [what, members, problem] of refused)
    test(what, () => assert.throws(() => connectionSchema.parse({ ...staff, ...members }), problem))
})

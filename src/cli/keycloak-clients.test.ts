/** How a client of a Keycloak realm comes: one row for each member that is read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assemble } from '../protocol/assemble.ts'
import { catalogue, enabled } from '../protocol/features/index.ts'
import { clientOf } from './keycloak-clients.ts'
import type { Realm } from './keycloak-realm.ts'

const server = assemble(enabled(Object.fromEntries(Object.keys(catalogue).map((name) => [name, true]))))
const usual = { clientId: 'app', protocol: 'openid-connect', redirectUris: ['https://app.example/back'], publicClient: true }
const mapper = (name: string) => ({
  ...{ name, protocolMapper: 'oidc-group-membership-mapper' },
  config: { 'claim.name': name, 'access.token.claim': 'true' },
})
const realm = {
  realm: 'r',
  clientScopes: [
    { name: 'always', protocolMappers: [mapper('a')] },
    { name: 'asked', protocolMappers: [mapper('b')] },
    { name: 'profile', protocolMappers: [mapper('c')] },
  ],
} as Realm
const read = (change: object) => clientOf({ ...usual, ...change }, realm, { server, algs: ['ES256', 'RS256'] })
const message = (key: string) => `\${${key}}`
const attributes = (given: Record<string, string>) => ({ attributes: given })
const secret = 'a secret of at least twenty-two characters'

const base = {
  client_id: 'app',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: ['https://app.example/back'],
  post_logout_redirect_uris: ['https://app.example/back'],
  id_token_scope_claims: true,
  access_token_typ: 'JWT',
  access_token_signed_response_alg: 'RS256',
  scope: 'openid',
}

const rows: [what: string, change: object, entry: Record<string, unknown>, notes?: string[]][] = [
  ['a public client', {}, {}],
  ['its name', { name: 'The app' }, { client_name: 'The app' }],
  ['a name that is a key of a message', { name: message('client_account') }, {}],
  ['its home', { baseUrl: 'https://app.example/start' }, { client_uri: 'https://app.example/start' }],
  ['a home below the root', { rootUrl: 'https://app.example/', baseUrl: '/start' }, { client_uri: 'https://app.example/start' }],
  ['a root alone', { rootUrl: 'https://app.example' }, { client_uri: 'https://app.example' }],
  ['a root of another form', { rootUrl: message('authBaseUrl') }, {}],
  ['redirect URIs below the root', { rootUrl: 'https://app.example', redirectUris: ['/back'] }, { client_uri: 'https://app.example' }],
  [
    'logo, policy and terms',
    attributes({ logoUri: 'https://app.example/l', policyUri: 'https://app.example/p', tosUri: 'https://app.example/t' }),
    { logo_uri: 'https://app.example/l', policy_uri: 'https://app.example/p', tos_uri: 'https://app.example/t' },
  ],
  [
    'an application of a device',
    { redirectUris: ['com.example.app:/back'] },
    { application_type: 'native', redirect_uris: ['com.example.app:/back'], post_logout_redirect_uris: ['com.example.app:/back'] },
  ],
  [
    'no code flow',
    { standardFlowEnabled: false, serviceAccountsEnabled: true, publicClient: false, secret },
    {
      ...{ client_secret: secret, token_endpoint_auth_method: undefined, grant_types: ['client_credentials'] },
      ...{ redirect_uris: undefined, scope: '' },
    },
  ],
  [
    'no redirect URI',
    { redirectUris: [], directAccessGrantsEnabled: true },
    {
      ...{ grant_types: ['password'], redirect_uris: undefined, post_logout_redirect_uris: undefined },
    },
  ],
  ['no refresh tokens', attributes({ 'use.refresh.tokens': 'false' }), { grant_types: ['authorization_code'] }],
  ['refresh tokens', attributes({ 'use.refresh.tokens': 'true' }), {}],
  [
    'the device grant',
    attributes({ 'oauth2.device.authorization.grant.enabled': 'true' }),
    { grant_types: [...base.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'] },
  ],
  ['the implicit flow', { implicitFlowEnabled: true }, {}, ['the implicit flow: let the application use the code flow with PKCE']],
  [
    'authorization services',
    { authorizationServicesEnabled: true },
    {},
    ['authorization services: its resources, policies and permissions'],
  ],
  ['CIBA', attributes({ 'oidc.ciba.grant.enabled': 'true' }), {}, ['the CIBA grant']],
  ['token exchange', attributes({ 'standard.token.exchange.enabled': 'true' }), {}, ['token exchange: see --policy-token-exchange']],
  ['logout: the same addresses', attributes({ 'post.logout.redirect.uris': '+' }), {}],
  ['logout: none', attributes({ 'post.logout.redirect.uris': '-' }), { post_logout_redirect_uris: undefined }],
  [
    'logout: others',
    attributes({ 'post.logout.redirect.uris': 'https://app.example/a##https://app.example/b' }),
    { post_logout_redirect_uris: ['https://app.example/a', 'https://app.example/b'] },
  ],
  [
    'back-channel logout',
    attributes({ 'backchannel.logout.url': 'https://app.example/out' }),
    { backchannel_logout_uri: 'https://app.example/out' },
  ],
  [
    'front-channel logout',
    { frontchannelLogout: true, ...attributes({ 'frontchannel.logout.url': 'https://app.example/out' }) },
    {
      frontchannel_logout_uri: 'https://app.example/out',
    },
  ],
  ['front-channel logout that is off', attributes({ 'frontchannel.logout.url': 'https://app.example/out' }), {}],
  ['a lifetime', attributes({ 'access.token.lifespan': '600' }), { access_token_lifetime: 600 }],
  ['a lifetime of the realm', attributes({ 'access.token.lifespan': '-1' }), {}],
  [
    'algorithms',
    attributes({ 'access.token.signed.response.alg': 'ES256', 'id.token.signed.response.alg': 'ES256' }),
    {
      ...{ access_token_signed_response_alg: 'ES256', id_token_signed_response_alg: 'ES256' },
    },
  ],
  ['signed UserInfo', attributes({ 'user.info.response.signature.alg': 'RS256' }), { userinfo_signed_response_alg: 'RS256' }],
  ['DPoP', attributes({ 'dpop.bound.access.tokens': 'true' }), { dpop_bound_access_tokens: true }],
  ['pushed requests', attributes({ 'require.pushed.authorization.requests': 'true' }), { policy: { pushed_requests: 'required' } }],
  [
    'certificate-bound tokens',
    attributes({ 'tls.client.certificate.bound.access.tokens': 'true' }),
    {
      tls_client_certificate_bound_access_tokens: true,
    },
  ],
  [
    'web origins besides those of redirect URIs',
    { webOrigins: ['+', '-', '', 'https://app.example', 'https://spa.example'] },
    {
      web_origins: ['https://spa.example'],
    },
  ],
  ['every web origin', { webOrigins: ['*'] }, {}, ['the web origin *: register each with --web-origins']],
  [
    'scopes',
    { defaultClientScopes: ['profile', 'roles', 'always'], optionalClientScopes: ['email', 'asked', 'acr'] },
    {
      ...{ scope: 'openid profile email always asked', access_token_claim_sources: { a: 'account.groups' } },
    },
    ['the claim of mapper b in the optional scope asked'],
  ],
  ['its own mapper', { protocolMappers: [mapper('own')] }, { access_token_claim_sources: { own: 'account.groups' } }],
  [
    'a mapper that cannot come',
    { protocolMappers: [{ ...mapper('x'), protocolMapper: 'x' }] },
    {},
    ['protocol mapper x (x): there is nothing like it here'],
  ],
  ['a secret', { publicClient: false, secret }, { client_secret: secret, token_endpoint_auth_method: undefined }],
  [
    'a secret of 22 characters',
    { publicClient: false, secret: 'x1'.repeat(11) },
    {
      ...{ client_secret: 'x1'.repeat(11), token_endpoint_auth_method: undefined },
    },
  ],
  [
    'a short secret',
    { publicClient: false, secret: 'x'.repeat(21) },
    { client_secret: 'generate', token_endpoint_auth_method: undefined },
    ['its secret is shorter than 22 characters: it gets a new one'],
  ],
  ...[undefined, '**********'].map((hidden): (typeof rows)[number] => [
    `a secret that is ${hidden ?? 'absent'}`,
    { publicClient: false, secret: hidden },
    { client_secret: 'generate', token_endpoint_auth_method: undefined },
    ['its secret is not in the export: it gets a new one; "kc.sh export" writes secrets'],
  ]),
  [
    'another way to authenticate',
    { publicClient: false, clientAuthenticatorType: 'federated-jwt' },
    {
      ...{ client_secret: 'generate', token_endpoint_auth_method: undefined },
    },
    ['it authenticates by federated-jwt: here it gets a new secret'],
  ],
  [
    'a key at an address',
    {
      ...{ publicClient: false, clientAuthenticatorType: 'client-jwt' },
      ...attributes({ 'use.jwks.url': 'true', 'jwks.url': 'https://app.example/jwks', 'token.endpoint.auth.signing.alg': 'ES256' }),
    },
    {
      ...{ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://app.example/jwks' },
      token_endpoint_auth_signing_alg: 'ES256',
    },
  ],
  [
    'a redirect URI that is refused',
    { redirectUris: ['https://app.example/back', 'https://app.example/*'] },
    {},
    ['redirect_uris https://app.example/* must not have a wildcard'],
  ],
]

for (const [what, change, members, notes = []] of rows)
  test(what, () => {
    const found = read(change)
    const entry = 'entry' in found ? found.entry : found
    const told = found.notes.map((note) => note.replace(/^(redirect_uris \S+ ).*/, '$1must not have a wildcard'))
    const ofLogout = told.filter((note) => !note.startsWith('post_logout_redirect_uris'))
    assert.deepEqual([JSON.parse(JSON.stringify(entry)), ofLogout], [JSON.parse(JSON.stringify({ ...base, ...members })), notes])
  })

const leftOut: [what: string, value: unknown, why: RegExp][] = [
  ['another protocol', { ...usual, protocol: 'saml' }, /^it speaks saml$/],
  ['an API', { ...usual, bearerOnly: true }, /^it is bearer-only, an API/],
  ['a disabled one', { ...usual, enabled: false }, /^it is disabled$/],
  ['another form', { ...usual, redirectUris: 'x' }, /^it is not as Keycloak exports it$/],
  [
    'more redirect URIs than fit',
    { ...usual, redirectUris: Array.from({ length: 51 }, (_, n) => `https://a.example/${n}`) },
    /^redirect_uris /,
  ],
  ['an id that is refused', { ...usual, clientId: 'a\u0000b' }, /^client_id /],
]
for (const [what, value, why] of leftOut)
  test(`left out: ${what}`, () => {
    const found = clientOf(value, realm, { server, algs: ['ES256', 'RS256'] })
    assert.match('leftOut' in found ? found.leftOut : JSON.stringify(found), why)
    assert.equal(found.id, (value as typeof usual).clientId)
  })

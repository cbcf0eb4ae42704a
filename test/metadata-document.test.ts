/** The whole metadata document of a tenant in which everything is switched on — RFC 8414 §2, OpenID Connect Discovery 1.0 §3. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { variableOf } from '../src/config/settings.ts'
import { catalogue } from '../src/protocol/features/index.ts'
import { testApp } from './app.ts'
import { authority, pem } from './certificates.ts'
import { call } from './journeys/application.ts'

const addresses = {
  jwks_uri: '/.well-known/jwks.json',
  token_endpoint: '/token',
  challenge_endpoint: '/challenge',
  authorization_endpoint: '/authorize',
  pushed_authorization_request_endpoint: '/par',
  userinfo_endpoint: '/userinfo',
  end_session_endpoint: '/logout',
  check_session_iframe: '/check_session',
  introspection_endpoint: '/introspect',
  revocation_endpoint: '/revoke',
  grant_management_endpoint: '/grants',
  device_authorization_endpoint: '/device_authorization',
  backchannel_authentication_endpoint: '/backchannel_authentication',
  registration_endpoint: '/register',
}
const methods = [
  'client_secret_basic',
  'client_secret_post',
  'none',
  'client_secret_jwt',
  'private_key_jwt',
  'attest_jwt_client_auth',
  'self_signed_tls_client_auth',
  'tls_client_auth',
]
const tenantAlgs = ['ES256', 'RS256']
const clientAlgs = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256']
const keyAlgs = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']
const contentAlgs = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM']
const others = {
  grant_types_supported: [
    'client_credentials',
    'password',
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:openid:params:grant-type:ciba',
    'implicit',
  ],
  scopes_supported: [
    'offline_access',
    'openid',
    'profile',
    'email',
    'address',
    'phone',
    'groups',
    'device_sso',
    'grant_management_query',
    'grant_management_revoke',
    'ssf.read',
    'ssf.manage',
  ],
  token_endpoint_auth_methods_supported: methods,
  pushed_authorization_request_endpoint_auth_methods_supported: methods,
  introspection_endpoint_auth_methods_supported: methods.filter((name) => name !== 'none'),
  revocation_endpoint_auth_methods_supported: methods,
  device_authorization_endpoint_auth_methods_supported: methods,
  backchannel_authentication_endpoint_auth_methods_supported: methods.filter((name) => name !== 'none'),
  token_endpoint_auth_signing_alg_values_supported: [...clientAlgs, 'HS256'],
  pushed_authorization_request_endpoint_auth_signing_alg_values_supported: [...clientAlgs, 'HS256'],
  introspection_endpoint_auth_signing_alg_values_supported: [...clientAlgs, 'HS256'],
  revocation_endpoint_auth_signing_alg_values_supported: [...clientAlgs, 'HS256'],
  device_authorization_endpoint_auth_signing_alg_values_supported: [...clientAlgs, 'HS256'],
  backchannel_authentication_endpoint_auth_signing_alg_values_supported: [...clientAlgs, 'HS256'],
  client_attestation_signing_alg_values_supported: clientAlgs,
  client_attestation_pop_signing_alg_values_supported: clientAlgs,
  response_types_supported: ['code', 'none', 'id_token', 'id_token token', 'token', 'code id_token', 'code token', 'code id_token token'],
  response_modes_supported: ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'jwt'],
  prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
  authorization_signing_alg_values_supported: tenantAlgs,
  authorization_encryption_alg_values_supported: keyAlgs,
  authorization_encryption_enc_values_supported: contentAlgs,
  code_challenge_methods_supported: ['S256'],
  require_pushed_authorization_requests: false,
  request_object_signing_alg_values_supported: clientAlgs,
  request_object_encryption_alg_values_supported: ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'],
  request_object_encryption_enc_values_supported: contentAlgs,
  require_signed_request_object: false,
  dpop_signing_alg_values_supported: clientAlgs,
  tls_client_certificate_bound_access_tokens: true,
  authorization_response_iss_parameter_supported: true,
  id_token_signing_alg_values_supported: tenantAlgs,
  id_token_encryption_alg_values_supported: keyAlgs,
  id_token_encryption_enc_values_supported: contentAlgs,
  acr_values_supported: ['aal1', 'aal2'],
  subject_types_supported: ['public', 'pairwise'],
  request_parameter_supported: true,
  request_uri_parameter_supported: false,
  claims_parameter_supported: true,
  userinfo_signing_alg_values_supported: tenantAlgs,
  userinfo_encryption_alg_values_supported: keyAlgs,
  userinfo_encryption_enc_values_supported: contentAlgs,
  claims_supported: [
    'sub',
    'iss',
    'aud',
    'exp',
    'iat',
    'auth_time',
    'nonce',
    'acr',
    'amr',
    'sid',
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
    'email',
    'email_verified',
    'address',
    'phone_number',
    'phone_number_verified',
    'groups',
  ],
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
  introspection_signing_alg_values_supported: tenantAlgs,
  introspection_encryption_alg_values_supported: keyAlgs,
  introspection_encryption_enc_values_supported: contentAlgs,
  native_sso_supported: true,
  identity_chaining_requested_token_types_supported: ['urn:ietf:params:oauth:token-type:id-jag'],
  authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
  grant_management_actions_supported: ['create', 'merge', 'replace', 'query', 'revoke'],
  grant_management_action_required: false,
  backchannel_token_delivery_modes_supported: ['poll', 'ping', 'push'],
  backchannel_authentication_request_signing_alg_values_supported: clientAlgs,
  backchannel_user_code_parameter_supported: false,
}

test('every member of the document has the value that it should have', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'ca.pem'), pem(await authority('CN=Bank')))
  const on = Object.fromEntries(Object.keys(catalogue).map((name) => [variableOf(`features.${name}`).replace('GATEHOUSE_', ''), 'true']))
  const certificates = { MTLS_PROXY: 'rfc9440', MTLS_CA_FILE: join(folder, 'ca.pem'), TRUSTED_PROXIES: '127.0.0.1,::1' }
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256,RS256', ...on, ...certificates })
  t.after(() => gatehouse.close())
  await gatehouse.app.tenants.set('', { federation: true, shared_signals: true, front_channel_tokens: true })
  const { issuer, ...document } = (await call(`${gatehouse.issuer}/.well-known/openid-configuration`)).body
  assert.equal(issuer, gatehouse.issuer)
  const endpoints = Object.entries(addresses).map(([name, path]) => [name, issuer + path])
  assert.deepEqual(document, { ...Object.fromEntries(endpoints), ...others })
})

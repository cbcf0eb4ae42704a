/** What clients, APIs and browsers ask of an authorization server. */
import type { ProtocolOperations } from './protocol-operation.ts'

const text = { type: 'string' }
const number = { type: 'integer' }
const flag = { type: 'boolean' }
const list = { type: 'array' }
const any = { properties: {} }

const tokens = 'Tokens'
const signIn = 'Signing people in'
const metadata = 'Metadata and keys'
const registration = 'Registration'

const authorizationRequest = {
  'client_id*': 'The client',
  response_type: 'code',
  redirect_uri: 'Where the answer goes: exactly as it is registered',
  scope: 'What is asked for, separated by spaces, such as openid profile email',
  state: 'Comes back in the answer',
  nonce: 'Comes back in the ID token',
  code_challenge: 'The S256 hash of the code_verifier, in base64url (RFC 7636)',
  code_challenge_method: 'S256',
  resource: 'The API that the access token is for (RFC 8707)',
  prompt: 'none, login, consent, create or select_account',
  login_hint: 'Who is expected to sign in',
  request_uri: 'What /par has answered; the other parameters are not needed then',
}
const clientMetadata = 'Client metadata, RFC 7591 §2'
const registered = { properties: { client_id: text, client_secret: text, redirect_uris: list }, required: ['client_id'] }
const discovery = {
  properties: { issuer: text, token_endpoint: text, jwks_uri: text, scopes_supported: list },
  required: ['issuer', 'token_endpoint', 'jwks_uri'],
}

/** By method and path. */
export const clientOperations: ProtocolOperations = {
  'POST /token': {
    summary: 'Get tokens',
    spec: 'RFC 6749 §3.2. With `grant_type` = `client_credentials` a machine gets a token for itself; with `authorization_code` an application redeems what /authorize has sent it.',
    tag: tokens,
    form: {
      'grant_type*': 'How the token is asked for',
      scope: 'Fewer scopes than the client may have, separated by spaces',
      resource: 'The API that the access token is for (RFC 8707)',
      code: 'For authorization_code',
      redirect_uri: 'For authorization_code: the same as in the authorization request',
      code_verifier: 'For authorization_code, with PKCE',
      refresh_token: 'For refresh_token',
      device_code: 'For the device grant',
      client_id: 'Of a client that does not use the Authorization header',
      client_secret: 'As the one in the Authorization header',
    },
    answer: {
      properties: { access_token: text, token_type: text, expires_in: number, scope: text, refresh_token: text, id_token: text },
      required: ['access_token', 'token_type', 'expires_in'],
    },
  },
  'POST /introspect': {
    summary: 'Ask whether a token is active, and what it allows',
    spec: 'RFC 7662. An API asks with its own identifier and secret.',
    tag: tokens,
    form: { 'token*': 'The token' },
    answer: { properties: { active: flag, scope: text, client_id: text, sub: text, exp: number }, required: ['active'] },
  },
  'POST /revoke': {
    summary: 'Revoke a token',
    spec: 'RFC 7009. A refresh token is revoked with all tokens of its sign-in.',
    tag: tokens,
    form: { 'token*': 'An access or refresh token of this client' },
    answer: 'nothing',
  },
  'GET /authorize': {
    summary: 'Send a person to sign in',
    spec: 'RFC 6749 §3.1, OpenID Connect Core §3.1.2. For browsers.',
    tag: signIn,
    query: authorizationRequest,
    answer: 'browser',
  },
  'POST /authorize': {
    summary: 'Send a person to sign in, with a form',
    spec: 'OpenID Connect Core §3.1.2.1. For browsers.',
    tag: signIn,
    form: authorizationRequest,
    answer: 'browser',
  },
  'POST /par': {
    summary: 'Push an authorization request',
    spec: 'RFC 9126. The answer has the request_uri for /authorize.',
    tag: signIn,
    form: authorizationRequest,
    answer: { properties: { request_uri: text, expires_in: number }, required: ['request_uri', 'expires_in'] },
  },
  'GET /userinfo': {
    summary: 'Claims about the person who signed in',
    spec: 'OpenID Connect Core §5.3. Which claims depends on the scopes of the token.',
    tag: signIn,
    needs: 'access_token',
    answer: { properties: { sub: text, name: text, email: text, email_verified: flag }, required: ['sub'] },
  },
  'POST /userinfo': {
    summary: 'Claims about the person who signed in, asked for by POST',
    spec: 'OpenID Connect Core §5.3.1',
    tag: signIn,
    needs: 'access_token',
    answer: { properties: { sub: text, name: text, email: text, email_verified: flag }, required: ['sub'] },
  },
  'GET /logout': {
    summary: 'Sign a person out',
    spec: 'OpenID Connect RP-Initiated Logout §2. For browsers.',
    tag: signIn,
    query: {
      id_token_hint: 'An ID token of the person',
      client_id: 'The client, if there is no ID token',
      post_logout_redirect_uri: 'Where to go then: exactly as it is registered',
      state: 'Comes back in the address',
    },
    answer: 'browser',
  },
  'POST /logout': {
    summary: 'Sign a person out, with a form',
    spec: 'OpenID Connect RP-Initiated Logout §2. For browsers.',
    tag: signIn,
    answer: 'browser',
  },
  'POST /device_authorization': {
    summary: 'Begin a sign-in on a device without a browser',
    spec: 'RFC 8628 §3.1',
    tag: signIn,
    form: { scope: 'What is asked for', client_id: 'Of a public client' },
    answer: {
      properties: { device_code: text, user_code: text, verification_uri: text, expires_in: number, interval: number },
      required: ['device_code', 'user_code', 'verification_uri', 'expires_in'],
    },
  },
  'POST /backchannel_authentication': {
    summary: 'Ask a person for approval',
    spec: 'OpenID Connect CIBA Core §7',
    tag: signIn,
    form: {
      'scope*': 'Contains openid',
      login_hint: 'Who is asked',
      binding_message: 'What the person compares',
      requested_expiry: 'Seconds',
    },
    answer: { properties: { auth_req_id: text, expires_in: number, interval: number }, required: ['auth_req_id', 'expires_in'] },
  },
  'GET /grants/:id': { summary: 'Show a grant', spec: 'Grant Management for OAuth 2.0', tag: signIn, needs: 'access_token', answer: any },
  'DELETE /grants/:id': {
    summary: 'Revoke a grant with all its tokens',
    spec: 'Grant Management for OAuth 2.0',
    tag: signIn,
    needs: 'access_token',
    answer: 'nothing',
  },
  'GET /.well-known/openid-configuration': {
    summary: 'The metadata of this issuer',
    spec: 'OpenID Connect Discovery §4',
    tag: metadata,
    answer: discovery,
  },
  'GET /.well-known/oauth-authorization-server': {
    summary: 'The same metadata for OAuth',
    spec: 'RFC 8414 §3',
    tag: metadata,
    answer: discovery,
  },
  'GET /.well-known/jwks.json': {
    summary: 'The public keys that verify tokens',
    spec: 'RFC 7517 §5',
    tag: metadata,
    answer: { properties: { keys: list }, required: ['keys'] },
  },
  'GET /resource-metadata': {
    summary: 'Metadata of a registered API',
    spec: 'RFC 9728 §2',
    tag: metadata,
    query: { 'resource*': 'The identifier of the API' },
    answer: { properties: { resource: text, authorization_servers: list }, required: ['resource'] },
  },
  'POST /register': {
    summary: 'Register a client',
    spec: 'RFC 7591 §3. With an initial access token as bearer token, unless the tenant lets everybody register.',
    tag: registration,
    json: clientMetadata,
    answer: registered,
  },
  'GET /register/:id': {
    summary: 'Read the registration of a client',
    spec: 'RFC 7592 §2.1, with the registration access token',
    tag: registration,
    needs: 'access_token',
    answer: registered,
  },
  'PUT /register/:id': {
    summary: 'Change the registration of a client',
    spec: 'RFC 7592 §2.2, with the registration access token',
    tag: registration,
    needs: 'access_token',
    json: clientMetadata,
    answer: registered,
  },
  'DELETE /register/:id': {
    summary: 'Remove a client',
    spec: 'RFC 7592 §2.3, with the registration access token',
    tag: registration,
    needs: 'access_token',
    answer: 'nothing',
  },
}

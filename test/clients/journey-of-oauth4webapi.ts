/** The whole way of one client with `oauth4webapi`, which checks each answer strictly. */
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { callback } from '../journeys/application.ts'
import type { Travelled } from './every-method.test.ts'
import { attest, type Case, scope, type World } from './every-method.ts'
import { signIn } from './visitor.ts'

function authOf(world: World, { id, method, secret }: Case): oauth.ClientAuth {
  if (method === 'client_secret_basic') return oauth.ClientSecretBasic(secret)
  if (method === 'client_secret_post') return oauth.ClientSecretPost(secret)
  if (method === 'client_secret_jwt') return oauth.ClientSecretJwt(secret)
  if (method === 'private_key_jwt') return oauth.PrivateKeyJwt({ key: world.keys.signing.privateKey, kid: 'one' })
  if (method === 'attest_jwt_client_auth') return attest(world, id)
  return method === 'none' ? oauth.None() : oauth.TlsClientAuth()
}

export async function byOauth4webapi(world: World, one: Case): Promise<Travelled> {
  const issuer = new URL(world.gatehouse.issuer)
  const custom = { [oauth.customFetch]: world.fetch(one) as never }
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, custom))
  const client: oauth.Client = {
    client_id: one.id,
    use_mtls_endpoint_aliases: one.constraint === 'certificate',
    id_token_signed_response_alg: 'ES256',
    authorization_signed_response_alg: 'ES256',
  }
  const auth = authOf(world, one)
  const dpop = one.constraint === 'key' ? { DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) } : {}
  const options = { ...custom, ...dpop }
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const fields = new URLSearchParams({
    client_id: one.id,
    redirect_uri: callback,
    response_type: 'code',
    scope,
    prompt: 'consent',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(one.signed ? { response_mode: 'jwt' } : {}),
  })
  const asked = one.signed ? await signedRequest() : fields
  const query = one.profile === 'fapi1-advanced' ? asked : await pushed()
  const landed = new URL(await signIn(world.gatehouse.browser(), `${as.authorization_endpoint}?${query}`))
  const answer = one.signed
    ? await oauth.validateJwtAuthResponse(as, client, landed, state, custom)
    : oauth.validateAuthResponse(as, client, landed, state)
  const response = await oauth.authorizationCodeGrantRequest(as, client, auth, answer, callback, verifier, options)
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true })
  await oauth.validateApplicationLevelSignature(as, response, custom)
  const { sub } = oauth.getValidatedIdTokenClaims(tokens)!
  const refreshed = await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token!, options)
  const next = await oauth.processRefreshTokenResponse(as, client, refreshed)
  const infos = [await userInfo(tokens.access_token), await userInfo(next.access_token)]
  if (one.method !== 'none') {
    const told = await oauth.introspectionRequest(as, client, auth, next.access_token, custom)
    assert.equal((await oauth.processIntrospectionResponse(as, client, told)).active, true)
  }
  return {
    access: tokens.access_token,
    next: next.access_token,
    refresh: tokens.refresh_token!,
    nextRefresh: next.refresh_token ?? tokens.refresh_token!,
    subjects: [sub, ...infos],
    response: landed.searchParams,
  }

  async function signedRequest(): Promise<URLSearchParams> {
    const request = await oauth.issueRequestObject(as, client, fields, { key: world.keys.signing.privateKey, kid: 'one' })
    return new URLSearchParams({ client_id: one.id, request })
  }

  async function pushed(): Promise<URLSearchParams> {
    const reply = await oauth.pushedAuthorizationRequest(as, client, auth, asked, options)
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, reply)
    return new URLSearchParams({ client_id: one.id, request_uri })
  }

  async function userInfo(token: string): Promise<string> {
    const reply = await oauth.userInfoRequest(as, client, token, options)
    return (await oauth.processUserInfoResponse(as, client, sub, reply)).sub
  }
}

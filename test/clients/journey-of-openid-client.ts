/** The whole way of one client with `openid-client`. */
import assert from 'node:assert/strict'
import * as oidc from 'openid-client'
import { callback } from '../journeys/application.ts'
import type { Travelled } from './every-method.test.ts'
import { attest, type Case, scope, type World } from './every-method.ts'
import { signIn } from './visitor.ts'

function authOf(world: World, { id, method, secret }: Case): oidc.ClientAuth {
  if (method === 'client_secret_basic') return oidc.ClientSecretBasic(secret)
  if (method === 'client_secret_post') return oidc.ClientSecretPost(secret)
  if (method === 'client_secret_jwt') return oidc.ClientSecretJwt(secret)
  if (method === 'private_key_jwt') return oidc.PrivateKeyJwt({ key: world.keys.signing.privateKey, kid: 'one' })
  if (method === 'attest_jwt_client_auth') return attest(world, id)
  return method === 'none' ? oidc.None() : oidc.TlsClientAuth()
}

export async function byOpenidClient(world: World, one: Case): Promise<Travelled> {
  const metadata = {
    use_mtls_endpoint_aliases: one.constraint === 'certificate',
    id_token_signed_response_alg: 'ES256',
    authorization_signed_response_alg: 'ES256',
  }
  const custom = { [oidc.customFetch]: world.fetch(one) }
  const config = await oidc.discovery(new URL(world.gatehouse.issuer), one.id, metadata, authOf(world, one), custom)
  if (one.signed) oidc.useJwtResponseMode(config)
  const options = one.constraint === 'key' ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) } : {}
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
  const fields = {
    redirect_uri: callback,
    scope,
    prompt: 'consent',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const plain = oidc.buildAuthorizationUrl(config, fields)
  if (one.profile !== 'oauth21')
    assert.match((await world.gatehouse.browser().open(plain.href)).url.href, /error=|response=/, 'plain requests are refused')
  const signing = { key: world.keys.signing.privateKey, kid: 'one' }
  const request = one.signed ? await oidc.buildAuthorizationUrlWithJAR(config, plain.searchParams, signing) : plain
  const url = one.profile === 'fapi1-advanced' ? request : await oidc.buildAuthorizationUrlWithPAR(config, request.searchParams, options)
  const landed = new URL(await signIn(world.gatehouse.browser(), url.href))
  const tokens = await oidc.authorizationCodeGrant(config, landed, checks, undefined, options)
  const { sub } = tokens.claims()!
  const info = await oidc.fetchUserInfo(config, tokens.access_token, sub, options)
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token!, undefined, options)
  const again = await oidc.fetchUserInfo(config, next.access_token, sub, options)
  if (one.method !== 'none') assert.equal((await oidc.tokenIntrospection(config, next.access_token)).active, true)
  return {
    access: tokens.access_token,
    next: next.access_token,
    refresh: tokens.refresh_token!,
    nextRefresh: next.refresh_token ?? tokens.refresh_token!,
    subjects: [sub, info.sub, again.sub],
    response: landed.searchParams,
  }
}

/** A client of the FAPI profiles: signed assertions, request objects, DPoP proofs and certificates, each of which a test can change. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { thumbprint } from '../../src/protocol/codec/public-key.ts'
import { type ProfileName, profiles } from '../../src/protocol/features/profiles.ts'
import { type Identity, selfSigned } from '../certificates.ts'
import { alice, challenge, claimsOf, shows, told, verifier } from '../journeys/application.ts'
import { type Answer, call, type Setup } from '../journeys/mutual-tls-setup.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'

export interface FapiKey {
  alg: string
  privateKey: CryptoKey
  jwk: Record<string, unknown>
  jkt: string
}

export async function fapiKey(alg = 'ES256'): Promise<FapiKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)) }
  return { alg, privateKey, jwk, jkt: thumbprint(jwk as never) }
}

/** A JWT. Members that are undefined are left out. */
export function jwt({ alg, privateKey }: FapiKey, claims: object, header: object = {}): Promise<string> {
  return new SignJWT(claims as JWTPayload).setProtectedHeader({ alg, ...header }).sign(privateKey)
}

type Fields = Record<string, string | undefined>

/** How a request differs from a good one. null: without it. */
export interface Change {
  assertion?: string | null
  proof?: string | null
  identity?: Identity | null
  headers?: Record<string, string>
}

export interface FapiClient {
  id: string
  redirectUri: string
  key: FapiKey
  dpop: FapiKey
  identity: Identity
  assertion(claims?: object, how?: { header?: object; key?: FapiKey }): Promise<string>
  proof(method: string, path: string, claims?: object, how?: { header?: object; key?: FapiKey }): Promise<string>
  object(claims?: object, how?: { header?: object; key?: FapiKey; without?: readonly string[] }): Promise<string>
  post(path: string, fields: Fields, change?: Change): Promise<Answer>
  push(fields?: Fields, change?: Change): Promise<Answer>
  visit(browser: TinyBrowser, fields: Fields): Promise<Landing>
  /** Signs in and allows, where asked to. */
  arrive(browser: TinyBrowser, fields: Fields, answer?: 'allow' | 'deny'): Promise<Landing>
  /** By way of a pushed request. */
  code(fields?: Fields, change?: Change): Promise<string>
  redeem(code: string, fields?: Fields, change?: Change): Promise<Answer>
  refresh(token: string, change?: Change): Promise<Answer>
  tokens(fields?: Fields): Promise<Answer['body']>
  userinfo(token: string, headers?: Record<string, string>, query?: string): Promise<Answer>
}

let count = 0

/** Registers it. `by`: how it authenticates, and what its tokens are bound to. */
export async function fapiClient(
  server: Setup,
  { id, profile, by, more = {} }: { id: string; profile: ProfileName; by: 'key' | 'certificate'; more?: object },
): Promise<FapiClient> {
  const { gatehouse, ca } = server
  const { issuer } = gatehouse
  const [key, dpop, identity] = [await fapiKey(), await fapiKey(), await selfSigned()]
  const byKey = by === 'key'
  const redirectUri = `https://${id}.example/callback`
  const members = profiles[profile].members
  await gatehouse.addClient({
    ...members,
    client_id: id,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: 'openid email offline_access',
    token_endpoint_auth_method: byKey ? 'private_key_jwt' : 'self_signed_tls_client_auth',
    jwks: { keys: [key.jwk, { ...identity.jwk, x5c: [identity.der.toString('base64')] }] },
    ...(byKey ? {} : { tls_client_certificate_bound_access_tokens: true }),
    ...more,
  })

  const request = { response_type: 'code', redirect_uri: redirectUri, scope: 'openid offline_access' }
  const withPkce = { ...request, code_challenge: challenge, code_challenge_method: 'S256' }
  const signedRequests = 'signed_requests' in (members as { policy?: object }).policy!

  const client: FapiClient = {
    ...{ id, redirectUri, key, dpop, identity },
    assertion(claims = {}, { header = {}, key: signer = key } = {}) {
      const now = gatehouse.now()
      return jwt(signer, { iss: id, sub: id, aud: issuer, jti: `a${++count}`, iat: now, exp: now + 60, ...claims }, header)
    },
    proof(method, path, claims = {}, { header = {}, key: signer = dpop } = {}) {
      const usual = { jti: `p${++count}`, htm: method, htu: issuer + path, iat: gatehouse.now() }
      return jwt(signer, { ...usual, ...claims }, { typ: 'dpop+jwt', jwk: signer.jwk, ...header })
    },
    object(claims = {}, { header = {}, key: signer = key, without = [] } = {}) {
      const now = gatehouse.now()
      const all = { ...withPkce, response_mode: 'jwt', client_id: id, iss: id, aud: issuer, nbf: now, exp: now + 300, ...claims }
      return jwt(signer, Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name))), header)
    },
    async post(path, fields, { assertion, proof, identity: shown, headers = {} } = {}) {
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      const signed =
        byKey && assertion !== null ? { client_assertion: assertion ?? (await client.assertion()), client_assertion_type: type } : {}
      const proven: Record<string, string> = byKey && proof !== null ? { dpop: proof ?? (await client.proof('POST', path)) } : {}
      const form = Object.fromEntries(Object.entries({ client_id: id, ...fields, ...signed }).filter(([, value]) => value !== undefined))
      const certificate = shown === null ? undefined : (shown ?? (byKey ? undefined : identity))
      const base = certificate || !byKey ? server.origin : issuer
      return call(base + path, { form: form as Record<string, string>, headers: { ...proven, ...headers }, identity: certificate }, ca)
    },
    push: async (fields = {}, change) =>
      client.post('/par', signedRequests ? { request: await client.object(), ...fields } : { ...withPkce, ...fields }, change),
    visit: (browser, fields) =>
      browser.open(`${issuer}/authorize?${new URLSearchParams({ client_id: id, ...fields } as Record<string, string>)}`),
    async arrive(browser, fields, answer = 'allow') {
      let landing = await client.visit(browser, fields)
      if (shows(landing, 'sign-in')) landing = await browser.submit('sign-in', { ...alice })
      return shows(landing, 'consent') ? browser.submit('consent', { answer }) : landing
    },
    async code(fields, change) {
      const { status, body } = await client.push(fields, change)
      if (status !== 201) throw new Error(JSON.stringify(body))
      const landed = told(await client.arrive(gatehouse.browser(), { request_uri: body.request_uri }))
      const { code } = landed['response'] === undefined ? landed : claimsOf(landed['response'])
      if (code === undefined) throw new Error(JSON.stringify(landed))
      return code
    },
    redeem: (code, fields = {}, change) =>
      client.post(
        '/token',
        { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, ...fields },
        change,
      ),
    refresh: (token, change) => client.post('/token', { grant_type: 'refresh_token', refresh_token: token }, change),
    async tokens(fields) {
      const { status, body } = await client.redeem(await client.code(fields))
      if (status !== 200) throw new Error(JSON.stringify(body))
      return body
    },
    async userinfo(token, headers, query = '') {
      const bound = byKey
        ? { authorization: `DPoP ${token}`, dpop: await client.proof('GET', '/userinfo', { ath: sha256(token) }) }
        : { authorization: `Bearer ${token}` }
      const base = byKey ? issuer : server.origin
      return call(`${base}/userinfo${query}`, { headers: { ...bound, ...headers }, identity: byKey ? undefined : identity }, ca)
    },
  }
  return client
}

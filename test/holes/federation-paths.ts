/** Ways of a relying party that nobody registered, because a trust chain vouches for it. */
import { type Signer, signer } from '../federation.ts'
import { call, callback, challenge, encode, verifier } from '../journeys/application.ts'
import { browserOutcome, type Path, programOutcome, type World } from './world.ts'

let count = 0

interface Member extends Signer {
  id: string
  /** The address of an authorization request with a request object. */
  url(more?: object): Promise<string>
  /** At an endpoint where it authenticates with its key. */
  post(path: string, fields: Record<string, string>): ReturnType<typeof call>
  /** Its entity configuration for this server. */
  configuration(): string
}

/** It becomes one of the clients once it is registered. */
async function member({ anchor, issuer, gatehouse, federation, clients }: World): Promise<Member> {
  const keys = signer()
  const registered = {
    ...{ client_registration_types: ['automatic', 'explicit'], redirect_uris: [callback], grant_types: ['authorization_code'] },
    ...{ scope: 'openid profile', jwks: { keys: [keys.jwk] }, token_endpoint_auth_method: 'private_key_jwt' },
    id_token_signed_response_alg: 'ES256',
  }
  const entity = await federation.entity({ superiors: [anchor], metadata: { openid_relying_party: registered } })
  const asked = { response_type: 'code', redirect_uri: callback, scope: 'openid profile', code_challenge: challenge }
  clients.push(entity.id)
  return {
    ...keys,
    id: entity.id,
    async url(more = {}) {
      const times = { iat: gatehouse.now(), exp: gatehouse.now() + 300, jti: `request ${++count}` }
      const claims = { ...asked, code_challenge_method: 'S256', client_id: entity.id, iss: entity.id, aud: issuer, ...times, ...more }
      return `${issuer}/authorize?${encode({ client_id: entity.id, request: keys.sign('oauth-authz-req+jwt', claims) })}`
    },
    post(path, fields) {
      const claims = { iss: entity.id, sub: entity.id, aud: issuer, exp: gatehouse.now() + 60, jti: `assertion ${++count}` }
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      const own = { client_id: entity.id, client_assertion_type: type, client_assertion: keys.sign('JWT', claims) }
      return call(issuer + path, { body: encode({ ...own, ...fields }) })
    },
    configuration() {
      entity.configuration = { aud: issuer, nonce: `${++count}` }
      const jwt = entity.configurationJwt()
      entity.configuration = {}
      return jwt
    },
  }
}

/** Alice has allowed it what it asks for, which registered it. */
async function allowed(world: World): Promise<Member> {
  const its = await member(world)
  const landing = await world.browser.open(await its.url())
  if (browserOutcome(landing) === 'signs in') await world.browser.submit('sign-in', { ...world.alice })
  if (browserOutcome(await world.browser.open(await its.url())) === 'consents') await world.browser.submit('consent', { answer: 'allow' })
  return its
}

const pushed = { response_type: 'code', redirect_uri: callback, scope: 'openid profile' }

export const federationPaths: Record<string, Path> = {
  'request object of an entity that nobody registered': async (world) => {
    const its = await allowed(world)
    return async () => browserOutcome(await world.browser.open(await its.url({ prompt: 'none' })))
  },
  'pushing a request, as an entity that nobody registered': async (world) => {
    const its = await allowed(world)
    return async () => programOutcome(await its.post('/par', pushed))
  },
  'authorization code of an entity that nobody registered': async (world) => {
    const its = await allowed(world)
    const landing = await world.browser.open(await its.url({ prompt: 'none' }))
    const code = landing.url.searchParams.get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }
    return async () => programOutcome(await its.post('/token', fields), 'openid profile')
  },
  'explicit registration of an entity': async (world) => {
    const its = await member(world)
    const register = async () => {
      const headers = { 'content-type': 'application/entity-statement+jwt' }
      const { status, body } = await call(`${world.issuer}/federation/register`, { body: its.configuration(), headers })
      return status < 300 ? 'works' : (body?.error ?? `${status}`)
    }
    await register()
    return register
  },
}

/** A federation on one machine: anchor, two intermediates, relying parties and this server, each on a listener of its own. */
import assert from 'node:assert/strict'
import { type Engine, testApp } from '../app.ts'
import { type Entity, federation, signer } from '../federation.ts'
import type { Landing } from '../tiny-browser.ts'
import { alice, call, callback, encode, type Fields, shows, told } from './application.ts'
import { type Claims, claimsOf, fetched, joined, usual } from './federation-setup.ts'

export async function federationStage(engine: Engine) {
  const gatehouse = await testApp(engine, { LIMITS_FLOWS_PER_ADDRESS: '1000', REGISTRATION_PER_ADDRESS: '1000' })
  await gatehouse.addAccount({ username: alice.username }, alice.password)
  const tenant = await joined(gatehouse)
  const world = federation(gatehouse.now)
  const anchor = await world.entity()
  const second = await world.entity({ superiors: [anchor] })
  const first = await world.entity({ superiors: [second] })
  await tenant.store.federation.put({ ...usual, role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] as never } })
  /** Its keys as a relying party. */
  const keys = signer()
  let count = 0
  const metadata = (more: Claims = {}) => ({
    openid_relying_party: {
      ...{ client_name: 'Registry', client_registration_types: ['automatic', 'explicit'], redirect_uris: [callback] },
      ...{ grant_types: ['authorization_code'], response_types: ['code', 'unheard-of'], scope: 'openid profile unheard-of' },
      ...{ jwks: { keys: [keys.jwk] }, token_endpoint_auth_method: 'private_key_jwt', ...more },
    },
  })
  const relyingParty = (more: Claims = {}) => world.entity({ superiors: [first], metadata: metadata(more) })
  const rp = await relyingParty()
  const requestOf = (entity: Entity, change: Claims = {}, header: Claims = {}, by = keys) => {
    const now = gatehouse.now()
    const claims = {
      ...{ iss: entity.id, aud: gatehouse.issuer, iat: now, exp: now + 300, jti: `jti-${++count}` },
      ...{ client_id: entity.id, response_type: 'code', redirect_uri: callback, scope: 'openid profile', nonce: 'n', state: 's' },
      ...change,
    }
    return by.sign('oauth-authz-req+jwt', claims, header)
  }
  const chainOf = (entity: Entity) => [
    entity.configurationJwt(),
    first.statementJwt(entity.id),
    second.statementJwt(first.id),
    anchor.statementJwt(second.id),
  ]
  const url = (entity: Entity, request: string, more: Fields = {}) =>
    `${gatehouse.issuer}/authorize?${encode({ client_id: entity.id, response_type: 'code', scope: 'openid', redirect_uri: callback, request, ...more })}`
  const assertion = (entity: Entity, change: Claims = {}, by = keys) => {
    const claims = {
      iss: entity.id,
      sub: entity.id,
      aud: gatehouse.issuer,
      exp: gatehouse.now() + 60,
      jti: `assertion-${++count}`,
      ...change,
    }
    return { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: by.sign('JWT', claims) }
  }
  const post = (path: string, fields: Fields) => call(gatehouse.issuer + path, { body: encode(fields) })

  async function arrive(landing: Landing, browser = gatehouse.browser()): Promise<Landing> {
    let at = landing
    if (shows(at, 'sign-in')) at = await browser.submit('sign-in', { ...alice })
    return shows(at, 'consent') ? browser.submit('consent', { answer: 'allow' }) : at
  }
  async function signIn(address: string) {
    const browser = gatehouse.browser()
    return told(await arrive(await browser.open(address), browser))
  }
  const said = ({ html }: Landing) => [/id="error-code">([^<]*)</.exec(html)?.[1], /id="error-description">([^<]*)</.exec(html)?.[1]]
  async function redeemed(entity: Entity, code: unknown): Promise<Claims> {
    const { status, body } = await post('/token', {
      grant_type: 'authorization_code',
      code: String(code),
      redirect_uri: callback,
      ...assertion(entity),
    })
    assert.equal(status, 200, JSON.stringify(body))
    return claimsOf(body.id_token)
  }

  const explicit = (entity: Entity, change: Claims = {}) => {
    entity.configuration = { aud: gatehouse.issuer, ...change }
    const jwt = entity.configurationJwt()
    entity.configuration = {}
    return jwt
  }
  const register = (entity: Entity, change: Claims = {}, path = '/federation/register') =>
    fetched(gatehouse.issuer + path, {
      method: 'POST',
      headers: { 'content-type': 'application/entity-statement+jwt' },
      body: explicit(entity, change),
    })

  return {
    ...{ gatehouse, tenant, world, anchor, second, first, rp, metadata, relyingParty, keys },
    ...{ requestOf, chainOf, url, assertion, post, signIn, arrive, said, redeemed, explicit, register },
    close: async () => {
      await world.close()
      await gatehouse.close()
    },
  }
}

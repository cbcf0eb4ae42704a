/** Further paths of the matrix: requests and tokens that are tied to a key, exchanged tokens, and stored tokens of other providers. */
import { SignJWT } from 'jose'
import { connectionSchema } from '../../src/connections/connection.ts'
import { keepTokens } from '../../src/vault/keep.ts'
import { type Answer, call, callback, challenge, encode, verifier } from '../journeys/application.ts'
import { bearer } from '../journeys/json.ts'
import { active, browserOutcome, exchangeGrant, type Path, programOutcome, stock, type World } from './world.ts'

const requestObject = ({ app, key, issuer, gatehouse }: World): Promise<string> =>
  new SignJWT({
    client_id: app.id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid',
    prompt: 'none',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
    .setProtectedHeader({ alg: key.alg, typ: 'oauth-authz-req+jwt', kid: 'app' })
    .setIssuer(app.id)
    .setAudience(issuer)
    .setIssuedAt(gatehouse.now())
    .setExpirationTime(gatehouse.now() + 300)
    .sign(key.privateKey)

const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const exchanged = ({ app }: World, token: string, fields: Record<string, string>): Promise<Answer> =>
  app.post('/token', { grant_type: exchangeGrant, subject_token: token, subject_token_type: accessToken, ...fields })
const forStock = { resource: stock, scope: 'stock:read' }

/** Alice's, at a provider that nobody asks, because the token that is kept stays valid. */
async function storeUpstreamToken({ tenant, people }: World): Promise<void> {
  const { connections, vault } = tenant
  const name = 'files'
  const issuer = 'https://files.example'
  const connection = connectionSchema.parse({ name, issuer, client_id: 'gatehouse', vault: { enabled: true, scope: 'read' } })
  await tenant.store.connections.add(connection, connections.secrets.seal(name, 'secret'))
  const expiresAt = tenant.ctx.now() + 3600
  const tokens = { accessToken: 'upstream-token', refreshToken: undefined, expiresAt, refreshExpiresAt: undefined, session: undefined }
  await keepTokens(vault, {
    connection: (await tenant.store.connections.find(name))!,
    owner: { type: 'account', id: people[0]!.subject },
    kind: 'offline',
    tokens: { ...tokens, scope: 'read' },
    person: undefined,
    scope: 'read',
    session: undefined,
  })
}

export const atAuthorizationByKey: Record<string, Path> = {
  'signed request object': async (world) => {
    const { app, browser, issuer } = world
    const request = await requestObject(world)
    return async () => browserOutcome(await browser.open(`${issuer}/authorize?${encode({ client_id: app.id, request })}`))
  },
}

export const byKey: Record<string, Path> = {
  'refresh token, bound to a certificate': async ({ bound, browser, alice, certificate }) => {
    const post = (fields: Record<string, string>) => bound.post('/token', fields, { ...bound.header, ...certificate })
    const code = await bound.code(browser, {}, alice)
    const { body } = await post({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier })
    return async () => programOutcome(await post({ grant_type: 'refresh_token', refresh_token: body.refresh_token }))
  },
  'certificate-bound token at UserInfo': async ({ bound, browser, alice, certificate, issuer }) => {
    const code = await bound.code(browser, {}, alice)
    const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }
    const { access_token } = (await bound.post('/token', fields, { ...bound.header, ...certificate })).body
    const headers = { ...bearer(access_token), ...certificate }
    return async () => programOutcome(await call(`${issuer}/userinfo`, { headers }))
  },
  'exchange of a token': async (world) => {
    const { access_token } = await world.tokens(world.app, forStock)
    return async () => programOutcome(await exchanged(world, access_token, forStock), 'stock:read')
  },
  'exchanged token at introspection': async (world) => {
    const { access_token } = await world.tokens(world.app, forStock)
    const { access_token: token } = (await exchanged(world, access_token, forStock)).body
    return async () => active(await world.stockApi.post('/introspect', { token }))
  },
  'stored token of another provider': async (world) => {
    await storeUpstreamToken(world)
    const { access_token } = await world.tokens(world.app)
    return async () => programOutcome(await exchanged(world, access_token, { audience: 'files' }), 'read')
  },
}

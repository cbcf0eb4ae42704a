/** Every way to get or use a token, code, link, session or device: what is handed out before a change, and how it fares afterwards. */

import { type Answer, type Application, call, callback, challenge, encode, shows, told, verifier } from '../journeys/application.ts'
import { bearer } from '../journeys/json.ts'
import { browser } from '../tiny-browser.ts'
import { credentialPaths } from './credential-paths.ts'
import { documentPaths } from './document-paths.ts'
import { federationPaths } from './federation-paths.ts'
import { grantPaths } from './grant-paths.ts'
import { atAuthorizationByKey, byKey } from './key-paths.ts'
import { linkPaths } from './link-paths.ts'
import { pushPaths } from './push-paths.ts'
import { upstreamPaths } from './upstream-paths.ts'
import { active, browserOutcome, bye, deviceGrant, type Path, password, programOutcome, scope, stock, type World } from './world.ts'

const silent = { prompt: 'none' }
const inResponse = { response_type: 'code id_token token', nonce: 'n' }
const authorization = { response_type: 'code', redirect_uri: callback, code_challenge: challenge, code_challenge_method: 'S256' }

const atAuthorization: Record<string, Path> = {
  'session, at the authorization endpoint':
    async ({ app, browser }) =>
    async () =>
      browserOutcome(await browser.open(app.url(silent))),
  'session, for an API': async ({ app, browser }) => {
    const url = app.url({ scope: 'stock:read', resource: stock })
    await app.arrive(browser, { scope: 'stock:read', resource: stock })
    return async () => browserOutcome(await browser.open(`${url}&prompt=none`))
  },
  'session, for tokens in the response': async ({ hybrid, browser, alice }) => {
    await hybrid.arrive(browser, inResponse, alice)
    return async () => browserOutcome(await browser.open(hybrid.url({ ...inResponse, ...silent })))
  },
  'sign-in page': async ({ app, alice, issuer }) => {
    const own = browser(issuer)
    await own.open(app.url())
    return async () => browserOutcome(await own.submit('sign-in', { ...alice }))
  },
  'consent page': async ({ app, person, issuer }) => {
    const [own, who] = [browser(issuer), await person('consenting')]
    await own.open(app.url())
    if (!shows(await own.submit('sign-in', { ...who }), 'consent')) throw new Error('there is no consent page')
    return async () => browserOutcome(await own.submit('consent', { answer: 'allow' }))
  },
  'ID token as a hint': async ({ app, browser, tokens }) => {
    const { id_token } = await tokens(app)
    return async () => browserOutcome(await browser.open(app.url({ ...silent, id_token_hint: id_token })))
  },
  'pushed request': async ({ app, browser, issuer }) => {
    const { request_uri } = (await app.post('/par', { ...authorization, scope: 'openid' })).body
    return async () => browserOutcome(await browser.open(`${issuer}/authorize?${encode({ client_id: app.id, request_uri })}`))
  },
  'pushing a request':
    async ({ app }) =>
    async () =>
      programOutcome(await app.post('/par', { ...authorization, scope: 'openid' })),
}

const atToken: Record<string, Path> = {
  'authorization code': async ({ app, browser, alice }) => {
    const code = await app.code(browser, {}, alice)
    return async () => programOutcome(await app.redeem(code))
  },
  'authorization code, for an API': async ({ app, browser, alice }) => {
    const code = await app.code(browser, { resource: stock, scope: 'stock:read' }, alice)
    return async () => programOutcome(await app.redeem(code, { resource: stock }), 'stock:read')
  },
  'refresh token': async ({ app, tokens }) => {
    const { refresh_token } = await tokens(app)
    return async () => programOutcome(await app.refresh(refresh_token))
  },
  'refresh token, bound by DPoP': async ({ app, browser, alice, proof }) => {
    const post = async (fields: Record<string, string>) =>
      app.post('/token', fields, { ...app.header, dpop: await proof('POST', '/token') })
    const code = await app.code(browser, {}, alice)
    const { body } = await post({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier })
    return async () => programOutcome(await post({ grant_type: 'refresh_token', refresh_token: body.refresh_token }))
  },
  'refresh token of the sign-in API': async ({ json, alice }) => {
    const { refresh_token } = (await json('POST', '/api/v1/auth/login', { email: alice.username, password })).body
    return async () => programOutcome(await json('POST', '/api/v1/auth/refresh', { refresh_token }))
  },
  'client credentials':
    async ({ app }) =>
    async () =>
      programOutcome(await app.post('/token', { grant_type: 'client_credentials', scope: 'stock:read' }), 'stock:read'),
  'client credentials, of an attested instance':
    async ({ issuer, attestation }) =>
    async () => {
      const body = encode({ grant_type: 'client_credentials', scope: 'stock:read' })
      return programOutcome(await call(`${issuer}/token`, { body, headers: await attestation() }), 'stock:read')
    },
  'client credentials, for an API':
    async ({ app }) =>
    async () =>
      programOutcome(await app.post('/token', { grant_type: 'client_credentials', scope: 'stock:read', resource: stock }), 'stock:read'),
  'password grant':
    async ({ app, alice }) =>
    async () =>
      programOutcome(await app.post('/token', { grant_type: 'password', ...alice, scope: 'openid' }), 'openid'),
  'password at the sign-in API':
    async ({ json, alice }) =>
    async () =>
      programOutcome(await json('POST', '/api/v1/auth/login', { email: alice.username, password })),
}

async function allowDevice({ browser }: World, uri: string): Promise<string> {
  const page = await browser.open(uri)
  if (page.status !== 200) return `${page.status}`
  const typed = await browser.submit('device', { user_code: / name="user_code" value="([^"]+)"/.exec(page.html)![1]! })
  if (!shows(typed, 'consent')) return browserOutcome(typed)
  const done = await browser.submit('consent', { answer: 'allow' })
  return done.html.includes('id="device-allowed"') ? 'works' : browserOutcome(done)
}

const atDevice: Record<string, Path> = {
  'starting at a device':
    async ({ app }) =>
    async () =>
      programOutcome(await app.post('/device_authorization', { scope }), scope),
  'code of a device that a person has still to allow': async (world) => {
    const { verification_uri_complete: uri } = (await world.app.post('/device_authorization', { scope })).body
    return () => allowDevice(world, uri)
  },
  'code of a device that a person has allowed': async (world) => {
    const { device_code, verification_uri_complete: uri } = (await world.app.post('/device_authorization', { scope })).body
    const allowed = await allowDevice(world, uri)
    if (allowed !== 'works') throw new Error(allowed)
    return async () => programOutcome(await world.app.post('/token', { grant_type: deviceGrant, device_code }))
  },
}

const asClient: Record<string, Path> = {
  'registration access token': async ({ json, clients, issuer }) => {
    const metadata = { redirect_uris: [callback], scope: 'openid', id_token_signed_response_alg: 'ES256' }
    const { client_id, registration_access_token: token, registration_client_uri: uri } = (await json('POST', '/register', metadata)).body
    clients.push(client_id)
    return async () => programOutcome(await json('GET', uri.slice(issuer.length), undefined, bearer(token)), 'openid')
  },
}

const withoutRefresh = 'openid profile'

async function ofEndedSession({ issuer, alice }: World, client: Application): Promise<Answer['body']> {
  const own = browser(issuer)
  const tokens = await client.tokens(own, { scope: withoutRefresh }, alice)
  await own.open(`${issuer}/logout?${encode({ id_token_hint: tokens.id_token })}`)
  if (!shows(await own.open(`${issuer}/account`), 'sign-in')) throw new Error('the session has not ended')
  return tokens
}

const withToken: Record<string, Path> = {
  'JWT at UserInfo': async ({ app, tokens, userinfo }) => {
    const { access_token } = await tokens(app)
    return async () => programOutcome(await userinfo(bearer(access_token)))
  },
  'JWT of a session that has ended, at UserInfo': async (world) => {
    const { access_token } = await ofEndedSession(world, world.app)
    return async () => programOutcome(await world.userinfo(bearer(access_token)), withoutRefresh)
  },
  'opaque token of a session that has ended, at UserInfo': async (world) => {
    const { access_token } = await ofEndedSession(world, world.opaque)
    return async () => programOutcome(await world.userinfo(bearer(access_token)), withoutRefresh)
  },
  'opaque token at UserInfo': async ({ opaque, tokens, userinfo }) => {
    const { access_token } = await tokens(opaque)
    return async () => programOutcome(await userinfo(bearer(access_token)))
  },
  'token of an authorization response at UserInfo': async ({ hybrid, browser, alice, userinfo }) => {
    const { access_token: token = '' } = told(await hybrid.arrive(browser, inResponse, alice))
    return async () => programOutcome(await userinfo(bearer(token)))
  },
  'DPoP-bound token at UserInfo': async ({ app, browser, alice, proof, userinfo }) => {
    const code = await app.code(browser, {}, alice)
    const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }
    const { access_token: token } = (await app.post('/token', fields, { ...app.header, dpop: await proof('POST', '/token') })).body
    return async () => programOutcome(await userinfo({ authorization: `DPoP ${token}`, dpop: await proof('GET', '/userinfo', token) }))
  },
  'JWT at introspection': async ({ app, api, tokens }) => {
    const { access_token: token } = await tokens(app)
    return async () => active(await api.post('/introspect', { token }))
  },
  'opaque token at introspection': async ({ opaque, api, tokens }) => {
    const { access_token: token } = await tokens(opaque)
    return async () => active(await api.post('/introspect', { token }))
  },
  'token for an API at its introspection': async ({ app, stockApi, tokens }) => {
    const { access_token: token } = await tokens(app, { resource: stock, scope: 'stock:read' })
    return async () => active(await stockApi.post('/introspect', { token }))
  },
  'token of a machine at introspection': async ({ app, stockApi }) => {
    const { access_token: token } = (await app.post('/token', { grant_type: 'client_credentials', scope: 'stock:read', resource: stock }))
      .body
    return async () => active(await stockApi.post('/introspect', { token }))
  },
  'introspection by the client': async ({ app, tokens }) => {
    const { access_token: token } = await tokens(app)
    return async () => active(await app.post('/introspect', { token }))
  },
  'revocation by the client': async ({ app, tokens }) => {
    const { refresh_token: token } = await tokens(app)
    return async () => programOutcome(await app.post('/revoke', { token }))
  },
  'token of a person at the administration API': async ({ console, tokens, json, issuer }) => {
    const { access_token } = await tokens(console, { resource: `${issuer}/api/v1/admin` })
    return async () => programOutcome(await json('GET', '/api/v1/admin/users', undefined, bearer(access_token)))
  },
  'token of a machine at the administration API': async ({ console, json, issuer }) => {
    const fields = { grant_type: 'client_credentials', scope: 'admin:users:read', resource: `${issuer}/api/v1/admin` }
    const { access_token } = (await console.post('/token', fields)).body
    return async () => programOutcome(await json('GET', '/api/v1/admin/users', undefined, bearer(access_token)))
  },
  'token of the sign-in API': async ({ json, alice }) => {
    const { access_token } = (await json('POST', '/api/v1/auth/login', { email: alice.username, password })).body
    return async () => programOutcome(await json('GET', '/api/v1/auth/me', undefined, bearer(access_token)))
  },
  'API key of a person at UserInfo': async ({ apiKey, userinfo }) => {
    const text = await apiKey('person')
    return async () => programOutcome(await userinfo({ 'x-api-key': text }))
  },
  'API key of a service at introspection': async ({ apiKey, stockApi }) => {
    const token = await apiKey('service')
    return async () => active(await stockApi.post('/introspect', { token }))
  },
}

const byBrowser: Record<string, Path> = {
  'session, at the account page':
    async ({ browser, issuer }) =>
    async () => {
      const landing = await browser.open(`${issuer}/account`)
      return landing.status === 200 && landing.url.pathname.endsWith('/account') ? 'works' : browserOutcome(landing)
    },
  'logout with a hint': async ({ app, alice, issuer }) => {
    const own = browser(issuer)
    const { id_token } = (await app.redeem(await app.code(own, {}, alice))).body
    return async () => {
      const fields = { id_token_hint: id_token, post_logout_redirect_uri: bye }
      const landing = await own.open(`${issuer}/logout?${encode(fields)}`)
      if (landing.url.href === bye) return 'works'
      return /You are signed out/.test(landing.html) ? 'stays here' : browserOutcome(landing)
    }
  },
  'browser that the account knows': async ({ person, issuer, json }) => {
    const who = await person('known')
    const own = browser(issuer)
    await own.open(`${issuer}/account`)
    await own.submit('sign-in', { ...who })
    const cookie = [...own.cookies].find(([name]) => name.includes('device'))!.join('=')
    return async () => {
      const login = (headers: Record<string, string>) =>
        json('POST', '/api/v1/auth/login', { email: who.username, password: 'a guess' }, headers)
      let answer = await login({})
      for (let guesses = 0; guesses < 20 && answer.status === 401; guesses++) answer = await login({})
      const own = await login({ cookie })
      return answer.status === 429 ? (own.status === 401 ? 'works' : `${own.status}`) : `${answer.status}`
    }
  },
}

/** In the order in which they are used: what ends a session or fills a count comes last. */
export const paths = {
  ...atAuthorization,
  ...atAuthorizationByKey,
  ...atToken,
  ...grantPaths,
  ...atDevice,
  ...asClient,
  ...withToken,
  ...byKey,
  ...credentialPaths,
  ...federationPaths,
  ...documentPaths,
  ...linkPaths,
  ...upstreamPaths,
  ...byBrowser,
  ...pushPaths,
} as const

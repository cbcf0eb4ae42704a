/** What certification as a dynamic OpenID provider demands, one test for each demand: OpenID Connect Discovery, Registration, Core. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type DocumentHost, documentHost } from '../document-host.ts'
import { alice, application, call, callback, challenge, encode, type Fields, told } from '../journeys/application.ts'
import { type Asked, asked, bearer } from '../journeys/json.ts'
import { aClientKey, type ClientKey, signedWith } from '../journeys/signed-by-clients.ts'
import { engines } from '../postgres.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const [withQuery, other] = [`${callback}?dummy1=lorem&dummy2=ipsum`, 'https://app.example/other']

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`dynamic OpenID provider, on ${engine}`, () => {
    let gatehouse: TestApp
    let host: DocumentHost
    let [key, next]: ClientKey[] = []
    let count = 0
    before(async () => {
      host = await documentHost()
      gatehouse = await testApp(engine, { ...host.settings, REGISTRATION_PER_ADDRESS: '1000' })
      await gatehouse.app.tenants.set('', { request_uri: true, front_channel_tokens: true })
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      ;[key, next] = [await aClientKey('RS256', 'first'), await aClientKey('RS256', 'second')]
    })
    after(async () => {
      await gatehouse.close()
      await host.close()
    })

    const register = (members: object, token?: string): Promise<Asked> =>
      asked(`${gatehouse.issuer}/register`, 'POST', { redirect_uris: [callback], ...members }, bearer(token))
    async function registered(members: object = {}): Promise<Asked['body']> {
      const { status, body } = await register(members)
      assert.equal(status, 201, JSON.stringify(body))
      return body
    }
    const appOf = (client: Asked['body'], redirectUri = callback) =>
      application(gatehouse, { id: client.client_id, ...(client.client_secret && { secret: client.client_secret }), redirectUri })
    const discovery = async () => (await call(`${gatehouse.issuer}/.well-known/openid-configuration`)).body
    const keys = async () => (await call((await discovery()).jwks_uri)).body
    async function proof(id: string, by = key!): Promise<Fields> {
      const now = gatehouse.now()
      const claims = { iss: id, sub: id, aud: gatehouse.issuer, jti: `${++count}`, iat: now, exp: now + 60 }
      return { client_assertion_type: assertionType, client_assertion: await signedWith(by, claims) }
    }

    test('discovery has the members that are looked for, at the issuer, and none that do not work', async () => {
      const { status, headers, body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`)
      assert.deepEqual([status, headers.get('content-type'), body.issuer], [200, 'application/json', gatehouse.issuer])
      for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint', 'registration_endpoint'])
        assert.ok(body[name].startsWith(`${gatehouse.issuer}/`), name)
      for (const [name, value] of [
        ['response_types_supported', 'code'],
        ['response_types_supported', 'id_token'],
        ['response_types_supported', 'id_token token'],
        ['grant_types_supported', 'authorization_code'],
        ['grant_types_supported', 'implicit'],
        ['subject_types_supported', 'public'],
        ['id_token_signing_alg_values_supported', 'RS256'],
        ['request_object_signing_alg_values_supported', 'RS256'],
        ['userinfo_signing_alg_values_supported', 'RS256'],
        ['scopes_supported', 'openid'],
        ['claims_supported', 'sub'],
        ['code_challenge_methods_supported', 'S256'],
      ] as const)
        assert.ok(body[name].includes(value), name)
      assert.deepEqual([body.request_uri_parameter_supported ?? true, body.request_parameter_supported], [true, true])
      for (const locale of body.ui_locales_supported ?? []) assert.equal(new Intl.Locale(locale).toString(), locale)
    })

    test('the ID token is signed with RS256 by a published key', async () => {
      const client = await registered()
      const { id_token } = await appOf(client).tokens(gatehouse.browser())
      const { kid, alg } = decodeProtectedHeader(id_token)
      const published = await keys()
      assert.equal(alg, 'RS256')
      assert.ok(published.keys.some((one: { kid: string }) => one.kid === kid))
      const options = { issuer: gatehouse.issuer, audience: client.client_id, currentDate: new Date(gatehouse.now() * 1000) }
      await jwtVerify(id_token, createLocalJWKSet(published), options)
    })

    test('UserInfo is a signed JWT for a client that registers userinfo_signed_response_alg', async () => {
      const client = await registered({ userinfo_signed_response_alg: 'RS256' })
      const { access_token } = await appOf(client).tokens(gatehouse.browser())
      const { headers, text } = await call((await discovery()).userinfo_endpoint, { headers: bearer(access_token) })
      assert.equal(headers.get('content-type'), 'application/jwt')
      const { payload } = await jwtVerify(text, createLocalJWKSet(await keys()), { algorithms: ['RS256'] })
      assert.deepEqual([payload.iss, payload.aud, 'nonce' in payload], [gatehouse.issuer, client.client_id, false])
    })

    test('a request without redirect_uri is refused on a page where the client registered two', async () => {
      const client = await registered({ redirect_uris: [callback, other] })
      const page = await gatehouse.browser().open(appOf(client).url({ redirect_uri: undefined }))
      assert.equal(page.status, 400)
      assert.match(page.html, /redirect_uri is missing/)
    })

    test('a redirect URI with a query keeps it, and another or a further query is refused on a page', async () => {
      const app = appOf(await registered({ redirect_uris: [withQuery] }), withQuery)
      const { url } = await app.arrive(gatehouse.browser())
      assert.deepEqual(
        ['dummy1', 'dummy2'].map((name) => url.searchParams.get(name)),
        ['lorem', 'ipsum'],
      )
      assert.ok(url.searchParams.get('code'))
      for (const wrong of [`${callback}?dummy1=lorem&dummy2=other`, `${withQuery}&dummy3=x`, callback]) {
        const page = await gatehouse.browser().open(app.url({ redirect_uri: wrong }))
        assert.deepEqual([page.status, /redirect_uri is not registered/.test(page.html)], [400, true], wrong)
      }
    })

    test('a redirect URI with a fragment is not registered', async () => {
      const { status, body } = await register({ redirect_uris: [`${callback}#fragment`] })
      assert.deepEqual([status, body.error], [400, 'invalid_redirect_uri'])
    })

    test('logo, policy and terms are shown to people once the client is no longer unknown', async () => {
      const site = 'https://app.example'
      const client = await registered({ logo_uri: `${site}/logo.png`, policy_uri: `${site}/policy`, tos_uri: `${site}/terms` })
      await appOf(client).tokens(gatehouse.browser())
      const browser = gatehouse.browser()
      await browser.open(appOf(client).url({ prompt: 'consent' }))
      const { html } = await browser.submit('sign-in', { ...alice })
      for (const path of ['logo.png', 'policy', 'terms']) assert.ok(html.includes(`${site}/${path}`), path)
    })

    test('a sector identifier is accepted when it lists the redirect URIs, and refused when it does not', async () => {
      assert.ok((await discovery()).subject_types_supported.includes('pairwise'))
      host.published['/good'] = [callback, other]
      host.published['/bad'] = [other]
      const sectorial = (path: string) => register({ subject_type: 'pairwise', sector_identifier_uri: host.origin + path })
      assert.equal((await sectorial('/good')).status, 201)
      const { status, body } = await sectorial('/bad')
      assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
    })

    test('the server rotates its key on demand: the new one signs, and the one before is still published', async () => {
      const app = appOf(await registered())
      const kidOf = async () => decodeProtectedHeader((await app.tokens(gatehouse.browser())).id_token).kid
      const [before, old] = [(await keys()).keys.map(({ kid }: { kid: string }) => kid), await kidOf()]
      const made = await gatehouse.root.keyring.rotate('RS256', { immediately: true }) // as `gatehouse keys rotate --immediately`
      const kids = (await keys()).keys.map(({ kid }: { kid: string }) => kid)
      assert.ok(!before.includes(made) && kids.includes(made) && kids.includes(old))
      assert.equal(new Set(kids).size, kids.length)
      assert.equal(await kidOf(), made)
    })

    test('the client rotates its key: its jwks_uri is read again for a key ID that is not known', async () => {
      host.published['/client-keys'] = { keys: [key!.jwk] }
      const client = await registered({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: `${host.origin}/client-keys` })
      const app = appOf(client)
      const redeemed = async (by: ClientKey) =>
        (await app.redeem(await app.code(gatehouse.browser()), await proof(client.client_id, by))).status
      assert.equal(await redeemed(key!), 200)
      host.published['/client-keys'] = { keys: [next!.jwk] }
      gatehouse.advance(60)
      assert.equal(await redeemed(next!), 200)
      assert.equal(host.asked('/client-keys'), 2)
      assert.equal(await redeemed(key!), 401)
    })

    test('a signed request is fetched from a request_uri that was registered with a fragment', async () => {
      const uri = `${host.origin}/request.jwt`
      const client = await registered({
        request_uris: [`${uri}#fragment`],
        jwks: { keys: [key!.jwk] },
        request_object_signing_alg: 'RS256',
      })
      const claims = { client_id: client.client_id, iss: client.client_id, aud: gatehouse.issuer, response_type: 'code', scope: 'openid' }
      const object = await signedWith(key!, {
        ...{ ...claims, redirect_uri: callback, state: 'signed' },
        ...{ code_challenge: challenge, code_challenge_method: 'S256' },
      })
      host.published['/request.jwt'] = (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/oauth-authz-req+jwt' }).end(object)
      const answer = told(await appOf(client).arrive(gatehouse.browser(), { request_uri: `${uri}#fragment` }))
      assert.equal(answer['state'], 'signed')
      assert.equal((await appOf(client).redeem(answer['code'] as string)).status, 200)
    })

    test('a client assertion that names the issuer as audience authenticates', async () => {
      const client = await registered({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key!.jwk] } })
      const app = appOf(client)
      assert.equal((await app.redeem(await app.code(gatehouse.browser()), await proof(client.client_id))).status, 200)
    })

    test('a sign-in that others initiate: initiate_login_uri is registered, told back, and must be https', async () => {
      const initiate_login_uri = 'https://app.example/start'
      const client = await registered({ initiate_login_uri })
      const read = await asked(client.registration_client_uri, 'GET', undefined, bearer(client.registration_access_token))
      assert.deepEqual(
        [client.initiate_login_uri, read.status, read.body.initiate_login_uri],
        [initiate_login_uri, 200, initiate_login_uri],
      )
      const { status, body } = await register({ initiate_login_uri: 'http://app.example/start' })
      assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
    })

    test('a sign-in that others initiate begins at the account page, with the issuer', async () => {
      const client = await registered({ initiate_login_uri: 'https://app.example/start?tab=1' })
      const browser = gatehouse.browser()
      await appOf(client).tokens(browser)
      const { html } = await browser.open(`${gatehouse.issuer}/account/applications`)
      assert.ok(html.includes(`https://app.example/start?tab=1&amp;${encode({ iss: gatehouse.issuer })}`), html)
    })

    test('a registration is deleted by its client', async () => {
      const client = await registered()
      const remove = () => asked(client.registration_client_uri, 'DELETE', undefined, bearer(client.registration_access_token))
      assert.deepEqual([(await remove()).status, (await remove()).status], [204, 401])
    })
  })
}

/** Proof of possession: every check of a proof at every place that reads one — RFC 9449 §4.3. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { exportJWK, importJWK, SignJWT } from 'jose'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Answer, type Application, alice, application, call, callback, challenge, claimsOf } from './application.ts'
import { aKey, type Change, type Key, wrongProofs } from './dpop-proofs.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`DPoP, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let open: Application
    let key: Key
    let other: Key
    let count = 0
    before(async () => {
      gatehouse = await testApp(engine)
      ;[key, other] = [await aKey(), await aKey()]
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const people = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope: 'openid offline_access' }
      await gatehouse.addClient({ ...people, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...people, client_id: 'open', token_endpoint_auth_method: 'none' })
      const machine = { grant_types: ['client_credentials'], scope: '' }
      await gatehouse.addClient({ ...machine, client_id: 'bound', dpop_bound_access_tokens: true }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'strict', policy: { sender_constraint: 'required' } }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'fresh', policy: { dpop_nonce: 'required' } }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'es256', policy: { allowed_algs: ['ES256'] } }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'fapi2', policy: { allowed_algs: ['PS256', 'ES256', 'EdDSA'] } }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'api', resource_server: gatehouse.issuer }, 'secret')
      app = application(gatehouse, { id: 'app', secret: 'secret', scope: 'openid offline_access' })
      open = application(gatehouse, { id: 'open', scope: 'openid offline_access' })
    })
    after(() => gatehouse.close())

    const proof = (path: string, { header, claims, key: signer = key }: Change = {}, method = 'POST'): Promise<string> => {
      const body = { jti: `proof ${++count}`, htm: method, htu: gatehouse.issuer + path, iat: gatehouse.now(), ...claims }
      return new SignJWT(body as never)
        .setProtectedHeader({ alg: signer.alg, typ: 'dpop+jwt', jwk: signer.jwk, ...header } as never)
        .sign(signer.privateKey)
    }
    const machine = (id: string, dpop?: string): Promise<Answer> => {
      const client = application(gatehouse, { id, secret: 'secret' })
      return client.post('/token', { grant_type: 'client_credentials' }, { ...client.header, ...(dpop === undefined ? {} : { dpop }) })
    }
    const userinfo = (token: string, dpop?: string, scheme = 'DPoP'): Promise<Answer> =>
      call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `${scheme} ${token}`, ...(dpop === undefined ? {} : { dpop }) } })
    const push = (dpop: string, fields = {}): Promise<Answer> =>
      app.post(
        '/par',
        {
          response_type: 'code',
          redirect_uri: callback,
          scope: 'openid',
          code_challenge: challenge,
          code_challenge_method: 'S256',
          ...fields,
        },
        { ...app.header, dpop },
      )

    let bound: string
    before(async () => {
      bound = (await machine('bound', await proof('/token'))).body.access_token
    })

    test('a token is bound to the key of the proof, and good with it alone', async () => {
      const { body } = await machine('bound', await proof('/token'))
      assert.deepEqual([body.token_type, claimsOf(body.access_token)['cnf']], ['DPoP', { jkt: key.jkt }])
      const ath = sha256(body.access_token)
      assert.equal((await userinfo(body.access_token, await proof('/userinfo', { claims: { ath } }, 'GET'))).status, 200)
      const foreign = await userinfo(body.access_token, await proof('/userinfo', { claims: { ath }, key: other }, 'GET'))
      assert.deepEqual([foreign.status, foreign.body.error_description], [401, 'a DPoP proof with the key of the access token is needed'])
      assert.match(foreign.headers.get('www-authenticate') ?? '', /^DPoP error="invalid_dpop_proof".* algs="ES256 /)
      assert.equal((await userinfo(body.access_token)).status, 401)
      const plain = await userinfo(body.access_token, undefined, 'Bearer')
      assert.equal(plain.body.error_description, 'the access token is bound to a key; send it with the DPoP scheme and a proof')
    })

    test('an unbound token is not sent with the DPoP scheme', async () => {
      const { access_token: token } = (await machine('es256')).body
      const refused = await userinfo(token, await proof('/userinfo', { claims: { ath: sha256(token) } }, 'GET'))
      assert.equal(refused.body.error_description, 'the access token is not bound to a key; send it with the Bearer scheme')
    })

    test('introspection returns the binding', async () => {
      const api = application(gatehouse, { id: 'api', secret: 'secret' })
      const { body } = await api.post('/introspect', { token: bound })
      assert.deepEqual([body.active, body.token_type, body.cnf], [true, 'DPoP', { jkt: key.jkt }])
      assert.deepEqual(['scope' in body, 'scope' in claimsOf(bound)], [false, false], 'a token without scope does not name an empty one')
    })

    test('a client that is bound by its registration or its policy gets nothing without a proof', async () => {
      assert.equal((await machine('bound')).body.error_description, 'this client must send a DPoP proof')
      assert.equal((await machine('strict')).body.error_description, 'this client must prove possession of a key')
      assert.equal((await machine('strict', await proof('/token'))).status, 200)
    })

    for (const alg of ['EdDSA', 'Ed25519', 'PS256', 'RS256'])
      test(`${alg} signs proofs, where the client may`, async () => {
        const signer = { ...(await aKey(alg === 'EdDSA' ? 'Ed25519' : alg)), alg }
        assert.equal((await machine('bound', await proof('/token', { key: signer }))).status, 200)
        const refused = (await machine('es256', await proof('/token', { key: signer }))).body
        assert.equal(refused.error, 'invalid_dpop_proof')
        assert.equal(refused.error_description, 'alg of the DPoP proof is not one that this client may sign with: policy.allowed_algs')
        assert.equal((await machine('fapi2', await proof('/token', { key: signer }))).status, alg === 'RS256' ? 400 : 200)
      })

    test('an algorithm that the policy of the client excludes is refused where its token is sent, too', async () => {
      const signer = await aKey('PS256')
      const { access_token: token } = (await machine('fapi2', await proof('/token', { key: signer }))).body
      const privateKey = (await importJWK({ ...(await exportJWK(signer.privateKey)), alg: 'RS256' })) as CryptoKey
      const send = async (by: Key) => userinfo(token, await proof('/userinfo', { claims: { ath: sha256(token) }, key: by }, 'GET'))
      assert.equal((await send(signer)).status, 200)
      const { body } = await send({ ...signer, alg: 'RS256', privateKey })
      assert.equal(body.error_description, 'alg of the DPoP proof is not one that this client may sign with: policy.allowed_algs')
    })

    const wrong = wrongProofs({ proof, key: () => key, other: () => other, now: () => gatehouse.now(), issuer: () => gatehouse.issuer })
    const places: Record<string, { path: string; status: number; send(dpop: string): Promise<Answer> }> = {
      'the token endpoint': { path: '/token', status: 400, send: (dpop) => machine('bound', dpop) },
      'the pushed request endpoint': { path: '/par', status: 400, send: push },
    }
    for (const [place, { path, status, send }] of Object.entries(places)) {
      for (const [name, [description, make]] of Object.entries(wrong)) {
        test(`${place} refuses ${name}`, async () => {
          const answer = await send(await make(path))
          assert.deepEqual([answer.status, answer.body.error, answer.body.error_description], [status, 'invalid_dpop_proof', description])
        })
      }
    }
    test('what is just within the limits is accepted', async () => {
      const htu = `${gatehouse.issuer}/token?query#fragment`
      for (const claims of [{ iat: gatehouse.now() - 120 }, { iat: gatehouse.now() + 60 }, { jti: 'x'.repeat(255) }, { htu }])
        assert.equal((await machine('bound', await proof('/token', { claims }))).status, 200, JSON.stringify(claims))
    })

    for (const [name, [description, make]] of Object.entries(wrong)) {
      test(`UserInfo refuses ${name}`, async () => {
        const answer = await call(`${gatehouse.issuer}/userinfo`, {
          method: 'POST',
          headers: { authorization: `DPoP ${bound}`, dpop: await make('/userinfo') },
        })
        assert.equal(answer.status, 401)
        const early = ['iat', 'ath'].some((claim) => description.startsWith(claim))
        assert.equal(answer.body.error_description, early ? 'ath of the DPoP proof is not the hash of the access token' : description)
      })
    }

    suite('at an address with an id', () => {
      let issuer: string
      let tokens: { grants: string; api: string }
      before(async () => {
        await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
        const acme = await gatehouse.app.tenant('acme')
        issuer = `${gatehouse.issuer}/t/acme`
        const scope = 'grant_management_query admin:users:read admin:resources:read'
        await gatehouse.addClient({ client_id: 'manager', grant_types: ['client_credentials'], scope }, 'secret', acme)
        const tokenFor = async (fields: object) => {
          const all = { grant_type: 'client_credentials', client_id: 'manager', client_secret: 'secret', ...fields }
          const headers = { dpop: await proof('/t/acme/token'), 'content-type': 'application/x-www-form-urlencoded' }
          return (await call(`${issuer}/token`, { method: 'POST', headers, body: `${new URLSearchParams(all)}` })).body.access_token
        }
        tokens = {
          grants: await tokenFor({ scope: 'grant_management_query' }),
          api: await tokenFor({ resource: `${issuer}/api/v1/admin` }),
        }
      })
      const ask = async (path: string, htu: string) => {
        const token = path.startsWith('/grants') ? tokens.grants : tokens.api
        const dpop = await proof('', { claims: { htu: issuer + htu, ath: sha256(token) } }, 'GET')
        return call(issuer + path, { headers: { authorization: `DPoP ${token}`, dpop } })
      }
      const api = '/api/v1/admin'
      const rows: [path: string, another: string][] = [
        ['/grants/some', '/grants/:id'],
        [`${api}/users/some`, `${api}/users/:id`],
        [`${api}/users/some/factors`, `${api}/users/other/factors`],
        [`${api}/resources/https%3A%2F%2Fsome.example?a=/b/c`, `${api}/resources/https://some.example`],
      ]
      for (const [path, another] of rows)
        test(`the proof for ${path} is not that for ${another}`, async () => {
          assert.equal((await ask(path, path)).status, 404)
          const { status, headers } = await ask(path, another)
          assert.equal(status, 401)
          assert.match(
            headers.get('www-authenticate') ?? '',
            /^DPoP error="invalid_dpop_proof", error_description="htu of the DPoP proof is not the URL of this request"/,
          )
        })

      test('a request line holds no other address than the one that it leads to', async () => {
        const rows: [target: string, htu: string, status: number][] = [
          ['/grants/some#/other', '/grants/other', 401],
          ['/grants/some#/other', '/grants/some', 404],
          ['/grants/some\\other', '/grants/some/other', 401],
          ['/grants/some\\other', '/grants/some%5Cother', 404],
          ['/grants/..', '/some', 404], // nothing has such a name, whatever the proof
          ['/grants/%2e', '/some', 404],
        ]
        for (const [path, htu, status] of rows) {
          const dpop = await proof('', { claims: { htu: issuer + htu, ath: sha256(tokens.grants) } }, 'GET')
          const headers = { authorization: `DPoP ${tokens.grants}`, dpop }
          const [answer] = await once(get(issuer, { path: `/t/acme${path}`, headers, agent: false }), 'response')
          assert.equal(answer.resume().statusCode, status, `${path} with the proof for ${htu}`)
        }
      })

      test('the same address may be encoded otherwise', async () => {
        assert.equal((await ask(`${api}/users/%3asome`, `${api}/users/%3A%73ome`)).status, 404)
      })
    })

    test('a proof is good once, on every endpoint, also when twenty race with it', async () => {
      const one = await proof('/token')
      const answers = await Promise.all(Array.from({ length: 20 }, () => machine('bound', one)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      const replayed = answers.find(({ status }) => status === 400)
      assert.equal(replayed?.body.error_description, 'the DPoP proof was used before; make a new one for each request')
    })

    test('a proof that was refused is not used up', async () => {
      const one = await proof('/token')
      assert.equal(
        (await application(gatehouse, { id: 'bound', secret: 'wrong' }).post('/token', { grant_type: 'client_credentials' }, { dpop: one }))
          .status,
        401,
      )
      assert.equal((await machine('bound', one)).status, 200)
    })

    test('where a nonce is demanded, the answer brings one that is good for five minutes', async () => {
      const first = await machine('fresh', await proof('/token'))
      assert.deepEqual([first.status, first.body.error], [400, 'use_dpop_nonce'])
      assert.equal(first.body.error_description, 'the DPoP proof needs the nonce of the DPoP-Nonce header')
      const nonce = first.headers.get('dpop-nonce') as string
      const { body } = await machine('fresh', await proof('/token', { claims: { nonce } }))
      const ath = sha256(body.access_token)
      const lacking = await userinfo(body.access_token, await proof('/userinfo', { claims: { ath } }, 'GET'))
      assert.match(lacking.headers.get('www-authenticate') ?? '', /^DPoP error="use_dpop_nonce"/)
      const again = lacking.headers.get('dpop-nonce') as string
      assert.equal((await userinfo(body.access_token, await proof('/userinfo', { claims: { ath, nonce: again } }, 'GET'))).status, 200)
      assert.equal((await machine('fresh', await proof('/token', { claims: { nonce: 'of my own' } }))).body.error, 'use_dpop_nonce')
      gatehouse.advance(301)
      assert.equal((await machine('fresh', await proof('/token', { claims: { nonce } }))).body.error, 'use_dpop_nonce')
    })

    const verifier = 'the-verifier-of-an-application-under-test-0123456789'
    const byCode = (code: string) => ({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier })
    test('a code that was asked for with dpop_jkt, or pushed with a proof, is good with that key alone', async () => {
      const redeem = async (code: string, signer: Key) =>
        app.post('/token', byCode(code), { ...app.header, dpop: await proof('/token', { key: signer }) })
      const code = await app.code(gatehouse.browser(), { dpop_jkt: key.jkt })
      const refused = await redeem(code, other)
      assert.equal(refused.body.error_description, 'code is bound to another key than that of the DPoP proof')
      assert.equal((await redeem(code, key)).status, 200)

      const { request_uri } = (await push(await proof('/par'))).body
      const browser = gatehouse.browser()
      const url = `${gatehouse.issuer}/authorize?client_id=app&request_uri=${encodeURIComponent(request_uri)}`
      await browser.open(url)
      const landing = await browser.submit('sign-in', { ...alice })
      const pushed = landing.url.searchParams.get('code') ?? (await codeIn(landing))
      assert.equal((await redeem(pushed as string, other)).body.error, 'invalid_grant')
      assert.equal((await redeem(pushed as string, key)).status, 200)
      const both = await push(await proof('/par'), { dpop_jkt: other.jkt })
      assert.equal(both.body.error_description, 'dpop_jkt is not the key of the DPoP proof')
    })
    const codeIn = async (landing: { html: string }) => /[?&](?:amp;)?code=([\w]+)/.exec(landing.html)?.[1]

    test('dpop_jkt must be a thumbprint', async () => {
      const landing = await gatehouse.browser().open(app.url({ dpop_jkt: 'short' }))
      const description = landing.url.searchParams.get('error_description') ?? ''
      assert.match(description, /dpop_jkt must be the SHA-256 thumbprint of a key: 43 characters/)
    })

    test('the refresh token of a public client is bound to the key, that of another follows its client', async () => {
      for (const [client, expected] of [
        [open, 400],
        [app, 200],
      ] as const) {
        const code = await client.code(gatehouse.browser())
        const { body } = await client.post('/token', byCode(code), { ...client.header, dpop: await proof('/token') })
        const refresh = async (signer: Key) =>
          client.post(
            '/token',
            { grant_type: 'refresh_token', refresh_token: body.refresh_token },
            { ...client.header, dpop: await proof('/token', { key: signer }) },
          )
        assert.equal((await refresh(other)).status, expected)
        assert.equal((await refresh(key)).body.token_type, 'DPoP')
      }
    })
  })
}

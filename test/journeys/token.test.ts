/** What is refused at the endpoints of programs, and how — RFC 6749 §2.3, §3.2, §5.2; RFC 6750 §3; RFC 7009 §2.2; RFC 7662 §2.3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, basic, call, callback, encode, type Fields } from './application.ts'

/** Of the client `odd`: every character that form-encoding changes. RFC 6749 Appendix B. */
const oddSecret = 'a+b %c:d&=é%2B'
const good = { authorization: basic('worker', 'secret') }
const grant = { grant_type: 'client_credentials' }
const withBody = (body: string, headers: Readonly<Record<string, string>> = good) => ({ body, headers })
const form = (fields: Fields, headers: Readonly<Record<string, string>> = good) => withBody(encode(fields), headers)
const auth = (authorization: string) => form(grant, { authorization })

type Row = [ask: { body: string; headers: Readonly<Record<string, string>> }, status: number, error: string]

const atToken: Record<string, Row> = {
  'no grant_type': [form({}), 400, 'invalid_request'],
  'empty grant_type': [form({ grant_type: '' }), 400, 'invalid_request'],
  'grant_type twice': [form({ grant_type: ['client_credentials', 'client_credentials'] }), 400, 'invalid_request'],
  'grant_type unknown': [form({ grant_type: 'password' }), 400, 'unsupported_grant_type'],
  'grant_type with NUL': [form({ grant_type: 'client_credentials\0' }), 400, 'invalid_request'],
  'grant_type not registered': [form({ grant_type: 'refresh_token', refresh_token: 'x' }), 400, 'unauthorized_client'],
  'scope twice': [form({ ...grant, scope: ['read', 'write'] }), 400, 'invalid_request'],
  'scope not registered': [form({ ...grant, scope: 'read admin' }), 400, 'invalid_scope'],
  'scope of persons': [form({ ...grant, scope: 'openid' }), 400, 'invalid_scope'],
  'scope offline_access': [form({ ...grant, scope: 'offline_access' }), 400, 'invalid_scope'],
  'scope in another case': [form({ ...grant, scope: 'READ' }), 400, 'invalid_scope'],
  'scope that is not UTF-8': [withBody('grant_type=client_credentials&scope=%FF'), 400, 'invalid_scope'],
  'scope of broken percent encoding': [withBody('grant_type=client_credentials&scope=%ZZ%'), 400, 'invalid_scope'],
  'an unknown parameter twice': [form({ ...grant, x: ['1', '2'] }), 400, 'invalid_request'],
  'resource unknown': [form({ ...grant, resource: 'https://nobody.example' }), 400, 'invalid_target'],
  'resource relative': [form({ ...grant, resource: 'api' }), 400, 'invalid_target'],
  'resource with NUL': [form({ ...grant, resource: 'https://api.example/\0' }), 400, 'invalid_target'],
  'no body': [withBody(''), 400, 'invalid_request'],
  'a body of JSON': [
    withBody('{"grant_type":"client_credentials"}', { ...good, 'content-type': 'application/json' }),
    400,
    'invalid_request',
  ],
  'a body of plain text': [withBody('grant_type=client_credentials', { ...good, 'content-type': 'text/plain' }), 400, 'invalid_request'],
  'a body of parts': [withBody('--x--', { ...good, 'content-type': 'multipart/form-data; boundary=x' }), 400, 'invalid_request'],
  'a content type that is none': [withBody('grant_type=client_credentials', { ...good, 'content-type': ';;' }), 400, 'invalid_request'],
  'a body beyond 64 KiB': [form({ ...grant, x: 'x'.repeat(65_536) }), 413, 'content_too_large'],
  'a code that is none': [
    form({ grant_type: 'authorization_code', code: 'x', redirect_uri: callback }, { authorization: basic('app', 'secret') }),
    400,
    'invalid_grant',
  ],
  'no code': [form({ grant_type: 'authorization_code' }, { authorization: basic('app', 'secret') }), 400, 'invalid_request'],
  'no refresh token': [form({ grant_type: 'refresh_token' }, { authorization: basic('app', 'secret') }), 400, 'invalid_request'],
  'a refresh token that is none': [
    form({ grant_type: 'refresh_token', refresh_token: 'gth_rt_x' }, { authorization: basic('app', 'secret') }),
    400,
    'invalid_grant',
  ],
}

/** At every endpoint where clients authenticate. */
const asClient: Record<string, Row> = {
  'no authentication': [form(grant, {}), 401, 'invalid_client'],
  'a wrong secret': [auth(basic('worker', 'wrong')), 401, 'invalid_client'],
  'an empty secret': [auth(basic('worker', '')), 401, 'invalid_client'],
  'a client of nobody': [auth(basic('nobody', 'secret')), 401, 'invalid_client'],
  'a client id of nothing': [auth(basic('', 'secret')), 401, 'invalid_client'],
  'a client id in another case': [auth(basic('WORKER', 'secret')), 401, 'invalid_client'],
  'a confidential client by name alone': [form({ ...grant, client_id: 'worker' }, {}), 401, 'invalid_client'],
  'a public client with a secret': [form({ ...grant, client_id: 'public', client_secret: 'x' }, {}), 401, 'invalid_client'],
  'a method not registered: post': [form({ ...grant, client_id: 'worker', client_secret: 'secret' }, {}), 401, 'invalid_client'],
  'a method not registered: basic': [auth(basic('poster', 'secret')), 401, 'invalid_client'],
  'two methods': [form({ ...grant, client_id: 'poster', client_secret: 'secret' }), 400, 'invalid_request'],
  'two methods, for one client': [form({ ...grant, client_id: 'worker', client_secret: 'secret' }), 400, 'invalid_request'],
  'a secret in the body, but no client_id': [form({ ...grant, client_secret: 'secret' }, {}), 400, 'invalid_request'],
  'a secret twice': [form({ ...grant, client_id: 'poster', client_secret: ['secret', 'secret'] }, {}), 400, 'invalid_request'],
  'client_id twice': [form({ ...grant, client_id: ['worker', 'worker'] }), 400, 'invalid_request'],
  'client_id of another': [form({ ...grant, client_id: 'app' }), 400, 'invalid_request'],
  'client_id with NUL': [form({ ...grant, client_id: 'worker\0' }), 400, 'invalid_request'],
  'Basic without a colon': [auth(`Basic ${btoa('worker')}`), 400, 'invalid_request'],
  'Basic of nothing': [auth('Basic '), 401, 'invalid_client'],
  'Basic that is not base64': [auth('Basic %%%'), 400, 'invalid_request'],
  'Basic with rubbish between': [auth(`Basic ${btoa('worker:secret').replace(/^../, '$&!*')}`), 400, 'invalid_request'],
  'Basic with a second word': [auth(`Basic ${btoa('worker:secret')} x`), 400, 'invalid_request'],
  'Basic in base64url': [auth(`Basic ${Buffer.from('worker:???>>>').toString('base64url')}`), 400, 'invalid_request'],
  'Basic that is not UTF-8': [
    auth(`Basic ${Buffer.from([...Buffer.from('worker:'), 0xff, 0xfe]).toString('base64')}`),
    400,
    'invalid_request',
  ],
  'Basic with NUL': [auth(`Basic ${btoa('worker\0:secret')}`), 400, 'invalid_request'],
  'Basic with encoded NUL': [auth(`Basic ${btoa('worker%00:secret')}`), 400, 'invalid_request'],
  'Basic with broken percent encoding': [auth(`Basic ${btoa('worker%ZZ:secret')}`), 400, 'invalid_request'],
  'Basic with percent-encoded bytes that are not UTF-8': [auth(`Basic ${btoa('worker%FF:secret')}`), 400, 'invalid_request'],
  'Basic of 10 KB': [auth(basic('worker', 'x'.repeat(7_000))), 401, 'invalid_client'],
  'Bearer instead': [auth('Bearer x'), 401, 'invalid_client'],
  'an unknown scheme': [auth('Negotiate x'), 401, 'invalid_client'],
  'an unknown scheme and a client_id': [form({ ...grant, client_id: 'public' }, { authorization: 'Negotiate x' }), 401, 'invalid_client'],
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`refusals to programs, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let browser: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine, { FEATURES_PASSWORD_GRANT: 'false', API_WITHOUT_CLIENT: 'false' })
      const worker = {
        grant_types: ['client_credentials'],
        scope: 'openid offline_access read write',
        policy: { client_secret_method: 'registered' },
      }
      await gatehouse.addClient({ ...worker, client_id: 'worker' }, 'secret')
      await gatehouse.addClient({ ...worker, client_id: 'poster', token_endpoint_auth_method: 'client_secret_post' }, 'secret')
      await gatehouse.addClient({ ...worker, client_id: 'odd' }, oddSecret)
      await gatehouse.addClient({ ...worker, client_id: 'nothing', scope: '' }, 'secret')
      const web = {
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid offline_access read',
        policy: { consent: 'skip' },
      }
      await gatehouse.addClient({ ...web, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...web, client_id: gatehouse.issuer }, 'secret')
      await gatehouse.addClient({ ...web, client_id: 'public', token_endpoint_auth_method: 'none' })
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
      browser = gatehouse.browser()
      await app.arrive(browser)
    })
    after(() => gatehouse.close())

    const ask = (path: string, [{ body, headers }]: Row) => call(gatehouse.issuer + path, { body, headers })

    function isRefusal({ status, headers, body }: Answer, expected: number, error: string) {
      assert.deepEqual([status, body.error], [expected, error])
      assert.match(body.error_description, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/) // RFC 6749 §5.2
      assert.deepEqual(Object.keys(body), ['error', 'error_description'])
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.match(headers.get('content-type') as string, /^application\/json/)
      assert.equal(headers.get('set-cookie'), null)
      const challenge = headers.get('www-authenticate')
      assert.ok(status === 401 ? challenge !== null : challenge === null || challenge.includes('error="invalid_request"'))
    }

    for (const [name, row] of Object.entries(atToken))
      test(`token: ${name}`, async () => isRefusal(await ask('/token', row), row[1], row[2]))
    for (const path of ['/token', '/introspect', '/revoke']) {
      for (const [name, row] of Object.entries(asClient)) {
        test(`${path}: ${name}`, async () => {
          const [{ body, headers }, status, error] = row
          const answer = await call(gatehouse.issuer + path, { body: `${body}&token=x`, headers })
          isRefusal(answer, status, error)
          if (status === 401) assert.equal(answer.headers.get('www-authenticate'), `Basic realm="${gatehouse.issuer}", charset="UTF-8"`)
        })
      }
      test(`${path}: other methods`, async () => {
        for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
          const answer = await call(gatehouse.issuer + path, { method, headers: good })
          assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST'])
          isRefusal(answer, 405, 'method_not_allowed')
        }
      })
      test(`${path}: the query of a post is not read`, async () => {
        const query = encode({ ...grant, token: 'x', client_id: 'poster', client_secret: 'secret' })
        const answer = await call(`${gatehouse.issuer}${path}?${query}`, { body: 'a=b', headers: {} })
        assert.ok([400, 401].includes(answer.status))
      })
      test(`${path}: unknown client and wrong secret cannot be distinguished`, async () => {
        const [one, other] = [await ask(path, auth2('nobody')), await ask(path, auth2('worker'))]
        const seen = ({ status, headers, text }: Answer) => [
          status,
          text,
          [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
        ]
        assert.deepEqual(seen(one), seen(other))
      })
    }
    const auth2 = (id: string): Row => [form({ ...grant, token: 'x' }, { authorization: basic(id, 'wrong') }), 401, 'invalid_client']

    test('introspection is not for public clients, and not by name alone', async () => {
      isRefusal(await call(`${gatehouse.issuer}/introspect`, { body: encode({ client_id: 'public', token: 'x' }) }), 401, 'invalid_client')
    })
    for (const path of ['/introspect', '/revoke']) {
      for (const [name, fields] of Object.entries<Fields>({
        'no token': {},
        'token twice': { token: ['x', 'x'] },
        'token with NUL': { token: '\0' },
      }))
        test(`${path}: ${name}`, async () => isRefusal(await call(gatehouse.issuer + path, form(fields)), 400, 'invalid_request'))
      for (const token of ['x', 'a.b.c', `gth_at_${'0'.repeat(49)}`, `gth_rt_${'0'.repeat(49)}`, '\u{1f600}', 'x'.repeat(60_000)]) {
        test(`${path}: a token that is none, ${token.slice(0, 20)}`, async () => {
          const { status, body, text } = await call(gatehouse.issuer + path, form({ token, token_type_hint: 'whatever' }))
          assert.equal(status, 200)
          if (path === '/introspect') assert.deepEqual(body, { active: false })
          else assert.equal(text, '')
        })
      }
    }

    test('a secret of odd characters, form-encoded in the header', async () => {
      assert.equal((await call(`${gatehouse.issuer}/token`, auth(basic('odd', oddSecret)))).status, 200)
      const percent = `Basic ${btoa(`odd:${encodeURIComponent(oddSecret)}`)}`
      assert.equal((await call(`${gatehouse.issuer}/token`, auth(percent))).status, 200)
      const scheme = auth(basic('odd', oddSecret).replace('Basic', 'bAsIc'))
      assert.equal((await call(`${gatehouse.issuer}/token`, scheme)).status, 200)
    })
    test('a right answer is not cached either', async () => {
      const { status, headers, body } = await call(`${gatehouse.issuer}/token`, form(grant))
      assert.equal(status, 200)
      assert.deepEqual([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache'])
      assert.equal(body.scope, 'read write') // RFC 6749 §3.3: scope that was not requested is returned
      assert.equal('refresh_token' in body, false) // §4.4.3
      assert.equal('id_token' in body, false)
    })
    test('without any scope there is no scope member', async () => {
      const { status, body } = await call(`${gatehouse.issuer}/token`, form(grant, { authorization: basic('nothing', 'secret') }))
      assert.equal(status, 200)
      assert.equal('scope' in body, false) // RFC 6749 §3.3: a scope has at least one character
    })
    test('public clients get no tokens for themselves', async () => {
      const { status, body } = await call(`${gatehouse.issuer}/token`, { body: encode({ ...grant, client_id: 'public' }) })
      assert.deepEqual([status, body.error], [400, 'unauthorized_client'])
      await assert.rejects(gatehouse.addClient({ client_id: 'x', grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' }))
    })

    test('cookies make no difference to programs', async () => {
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      isRefusal(await call(`${gatehouse.issuer}/token`, form(grant, { cookie })), 401, 'invalid_client')
      isRefusal(await call(`${gatehouse.issuer}/userinfo`, { headers: { cookie } }), 401, 'invalid_token')
      assert.equal(
        (await call(`${gatehouse.issuer}/token`, form(grant, { ...good, cookie: '\x80=\xff; gatehouse-session=%00;;;=' }))).status,
        200,
      )
    })

    const bearers: Record<string, [headers: Readonly<Record<string, string>>, body: string | undefined, status: number, error: string]> = {
      'no token': [{}, undefined, 401, 'invalid_token'],
      'an unknown scheme': [{ authorization: 'Basic eDp5' }, undefined, 401, 'invalid_token'],
      'nothing after Bearer': [{ authorization: 'Bearer' }, undefined, 401, 'invalid_token'],
      'two words after Bearer': [{ authorization: 'Bearer a b' }, undefined, 401, 'invalid_token'],
      'a token that is none': [{ authorization: 'Bearer x' }, undefined, 401, 'invalid_token'],
      'a JWT that is none': [{ authorization: 'Bearer a.b.c' }, undefined, 401, 'invalid_token'],
      'a token of 12 KB': [{ authorization: `Bearer ${'x'.repeat(12_000)}` }, undefined, 401, 'invalid_token'],
      'in the body, a token that is none': [{}, 'access_token=x', 401, 'invalid_token'],
      'in the body, with NUL': [{}, 'access_token=%00', 400, 'invalid_request'],
      'in the body twice': [{}, 'access_token=x&access_token=x', 400, 'invalid_request'],
      'in header and body': [{ authorization: 'Bearer x' }, 'access_token=x', 400, 'invalid_request'],
      'a body of JSON': [{ 'content-type': 'application/json' }, '{"access_token":"x"}', 400, 'invalid_request'],
      'a body beyond 64 KiB': [{}, `access_token=${'x'.repeat(65_536)}`, 413, 'content_too_large'],
    }
    for (const [name, [headers, body, status, error]] of Object.entries(bearers)) {
      test(`/userinfo: ${name}`, async () => {
        const answer = await call(`${gatehouse.issuer}/userinfo`, { headers, ...(body === undefined ? {} : { body }) })
        isRefusal(answer, status, error)
        const challenge = answer.headers.get('www-authenticate')
        if (status === 401) assert.match(challenge as string, /^Bearer realm="/)
        if (status === 401) assert.equal(challenge?.includes('error='), /that is none|12 KB/.test(name)) // RFC 6750 §3.1
        const misplaced = /NUL|twice|header and body/.test(name)
        if (status !== 401) assert.equal(challenge?.includes('error="invalid_request"') ?? false, misplaced)
      })
    }
    test('/userinfo: in the URL', async () => {
      const { access_token } = await app.tokens(browser)
      isRefusal(await call(`${gatehouse.issuer}/userinfo?${encode({ access_token })}`), 400, 'invalid_request')
      assert.equal((await call(`${gatehouse.issuer}/userinfo`, { body: encode({ access_token }) })).status, 200)
    })
    test('/userinfo: a token without openid, an ID token, a refresh token', async () => {
      const { access_token, id_token, refresh_token } = await app.tokens(browser, { scope: 'openid offline_access' })
      const plain = await app.tokens(browser, { scope: 'read' })
      const show = (token: string) => call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
      const { status, body, headers } = await show(plain.access_token)
      assert.deepEqual([status, body.error], [403, 'insufficient_scope'])
      assert.match(headers.get('www-authenticate') as string, /error="insufficient_scope"/)
      for (const token of [id_token, refresh_token]) isRefusal(await show(token), 401, 'invalid_token')
      const [head, payload, signature = ''] = access_token.split('.')
      isRefusal(await show(`${head}.${payload}.${signature.slice(0, -4)}AAAA`), 401, 'invalid_token')
      isRefusal(await show(`${head}.${payload}.`), 401, 'invalid_token')
    })

    test('/userinfo: an ID token, though its audience is the issuer', async () => {
      const named = application(gatehouse, { id: gatehouse.issuer, secret: 'secret' })
      const { id_token } = await named.tokens(browser)
      isRefusal(await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${id_token}` } }), 401, 'invalid_token') // RFC 9068 §4
    })
    test('a header beyond what is read', async () => {
      for (const path of ['/token', '/userinfo']) {
        const { status } = await call(gatehouse.issuer + path, { headers: { authorization: `Bearer ${'x'.repeat(20_000)}` } })
        assert.equal(status, 431) // RFC 6585 §5
      }
    })
    test('unknown addresses, and a tenant of no name', async () => {
      for (const path of ['/nothing', '/token/', '/TOKEN', '//token', '/t//token', '/t/', '/%00', '/token%2f', '/%', '/t/%ff/token'])
        isRefusal(await call(gatehouse.issuer + path, form(grant)), 404, 'not_found')
    })
  })
}

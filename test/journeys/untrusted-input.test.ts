/** Malicious text, JSON and ids: refused by name at every route, never a fault, and in the audit log. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { json as jsonOf } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { problemsOf } from '../../src/cli/problems.ts'
import { withErrorReply } from '../../src/protocol/error-reply.ts'
import type { Reply } from '../../src/protocol/request-reply.ts'
import { problemDocument } from '../../src/web/api/problem.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { aResource } from '../tenant-content.ts'
import { alice, application, callback, shows } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const password = 'a long password'

/** Characters that no text may hold, as JSON writes them. */
const odd: Readonly<Record<string, string>> = {
  NUL: '\\u0000',
  'half a surrogate pair': '\\ud83d',
  'the other half': '\\ude00',
  'a terminal escape': '\\u001b[2J',
  'a C1 control': '\\u009b2J',
  DEL: '\\u007f',
  'a bidirectional override': '\\u202e',
  'a bidirectional isolate': '\\u2066',
}

/** Bodies with a place for a text, and the member it is in. */
const bodies: [method: string, path: string, body: string, field: string][] = [
  ['POST', '/api/v1/admin/groups', '{"name":"abc","description":"TEXT"}', 'description'],
  ['POST', '/api/v1/admin/groups', '{"name":"TEXT"}', 'name'],
  ['POST', '/api/v1/admin/tenants', '{"id":"x","name":"TEXT"}', 'name'],
  ['PATCH', '/api/v1/admin/tenants/root', '{"name":"TEXT"}', 'name'],
  ['POST', '/api/v1/admin/users', '{"username":"eve","claims":{"name":"TEXT"}}', 'claims.name'],
  ['POST', '/api/v1/admin/users', '{"username":"eve","claims":{"website":"https://x.example/TEXT"}}', 'claims.website'],
  ['POST', '/api/v1/admin/users', '{"username":"eve","claims":{"address":{"street_address":"TEXT"}}}', 'claims.address.street_address'],
  ['PUT', '/api/v1/admin/attributes/motto', '{"type":"string","title":"TEXT"}', 'title'],
  ['POST', '/api/v1/admin/clients', '{"client_name":"TEXT","redirect_uris":["https://app.example/cb"]}', 'client_name'],
  ['POST', '/api/v1/admin/clients', '{"redirect_uris":["https://app.example/TEXT"]}', 'redirect_uris'],
  ['POST', '/api/v1/admin/resources', '{"identifier":"https://x.example","name":"x","scopes":{"read":"TEXT"}}', 'scopes.read'],
  ['POST', '/api/v1/auth/login', '{"email":"TEXT","password":"x"}', 'email'],
  ['POST', '/api/v1/auth/register', '{"email":"a@b.example","password":"x","display_name":"TEXT"}', 'display_name'],
  ['POST', '/api/v1/auth/register', '{"email":"a@b.example","password":"x","attributes":{"a":["TEXT"]}}', 'attributes.a'],
  ['POST', '/tenant', '{"slug":"a1","name":"TEXT","email":"a@b.example"}', 'name'],
  ['POST', '/register', '{"tenant_slug":"a1","username":"TEXT","email":"a@b.example","password":"x"}', 'username'],
  ['POST', '/login', '{"identifier":"TEXT","password":"x"}', 'identifier'],
  ['POST', '/token/refresh', '{"refresh_token":"TEXT"}', 'refresh_token'],
  ['POST', '/logout', '{"id_token_hint":"TEXT"}', 'id_token_hint'],
]

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`malicious input, on ${engine}`, () => {
    let gatehouse: TestApp
    let token: string
    before(async () => {
      gatehouse = await testApp(engine, {
        KEYS_ALGS: 'ES256,RS256',
        LIMITS_SIGN_IN_ADDRESS: '1000000',
        FEATURES_DYNAMIC_REGISTRATION: 'false', // it shares the address of the sign-up
        FEATURES_REGISTRATION_MANAGEMENT: 'false',
      })
      await gatehouse.addAccount({ sub: 'boss-sub', username: 'boss', role: 'superadmin' }, password)
      token = (await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'boss', password })).body.access_token
    })
    after(() => gatehouse.close())

    const send = (method: string, path: string, raw: string, headers = bearer(token)): Promise<Asked> =>
      asked(gatehouse.issuer + path, method, {}, headers, raw)
    const admin = (method: string, path: string, body?: unknown): Promise<Asked> =>
      asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(token))

    test('point 13: odd characters are refused with the name of the member', async () => {
      for (const [method, path, body, field] of bodies) {
        for (const [name, text] of Object.entries(odd)) {
          const { status, body: problem } = await send(method, path, body.replace('TEXT', `x${text}y`))
          assert.deepEqual(
            [status, problem.errors],
            [400, [{ field, rule: 'has a character that is not allowed' }]],
            `${path} ${field} ${name}`,
          )
        }
      }
    })

    test('point 13: depth, number of members, duplicate names, __proto__ and toString are refused with 400, before anything looks at them', async () => {
      const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
      const wrong: [body: string, detail: RegExp, field?: string][] = [
        [`{"email":"a@b.example","password":"x","attributes":{"a":${deep(2000)}}}`, /more than 32 levels/],
        [deep(30_000), /more than 32 levels/],
        [`[${Array(5000).fill('1').join()}]`, /more than 4096 members/],
        ['{"email":"a@b.example","email":"c@d.example","password":"x"}', /not accepted/, 'email'],
        ['{"attributes":{"__proto__":{"role":"superadmin"}}}', /not accepted/, 'attributes.__proto__'],
        ['{"email":{"length":{"toString":"x"}},"name":{"length":{"toString":"x"}}}', /not accepted/, 'email.length.toString'],
        ['{"email":', /is not JSON/],
      ]
      for (const path of ['/api/v1/auth/register', '/tenant', '/register', '/login', '/logout', '/api/v1/admin/users']) {
        for (const [body, detail, field] of wrong) {
          const { status, body: problem } = await send('POST', path, body)
          assert.equal(status, 400, `${path} ${body.slice(0, 80)}`)
          assert.match(problem.detail, detail)
          assert.equal(problem.errors?.[0].field, field)
        }
      }
    })

    test('point 13: what only the database refuses is a fault of the request, for programs, people and JSON APIs', async () => {
      const { store } = gatehouse.root
      const description = 'a value has a character that is not allowed: NUL, or half a surrogate pair'
      const past: Record<string, () => Promise<unknown>> = {
        'NUL in an insert': () => store.usedOnce.first('dpop-proof', 'a\0b', gatehouse.now()),
        'half a pair in an update': () => store.clientsAdmin.setSigningSecret('app', '\ud83d'),
        'NUL in a transaction': () => store.resourcesAdmin.add(aResource('1'), { id: 'a\0b', hash: 'x', createdAt: 0 }),
      }
      for (const [name, work] of Object.entries(past))
        for (const audience of ['program', 'person', 'api'] as const) {
          const { reply, error } = await withErrorReply<unknown>({ audience }, gatehouse.issuer, work)
          const document = error && problemDocument(error, reply as Reply, gatehouse.issuer)
          assert.deepEqual(
            [(reply as { status?: number }).status, (document as { status?: number }).status, error?.description],
            [400, 400, description],
            name,
          )
          const problems = problemsOf(error?.cause)
          assert.deepEqual(
            [problems?.status, problems?.sentences],
            [1, ['nothing was changed: a text holds NUL or half a surrogate pair, which cannot be stored']],
          )
        }
    })

    test('point 13: line breaks are for texts of several lines, and web addresses have a limit', async () => {
      const post = (path: string, body: object) => admin('POST', path, body)
      assert.equal((await post('/groups', { name: 'lines', description: 'one\ntwo' })).status, 201)
      const refused: [path: string, body: object, field: string][] = [
        ['/tenants', { id: 'lines', name: 'one\ntwo' }, 'name'],
        ['/users', { username: 'lines', claims: { name: 'one\ntwo' } }, 'claims.name'],
        ['/clients', { client_name: 'one\ntwo', redirect_uris: ['https://app.example/cb'] }, 'client_name'],
        ['/users', { username: 'long', claims: { website: `https://x.example/${'x'.repeat(40_000)}` } }, 'claims.website'],
      ]
      for (const [path, body, field] of refused) {
        const { status, body: problem } = await post(path, body)
        assert.deepEqual([status, problem.errors[0].field], [422, field])
      }
      const street = await post('/users', { username: 'street', claims: { address: { street_address: '1 High Street\nFlat 2' } } })
      assert.equal(street.status, 201, street.text)
    })

    test('point 13: unauthenticated callers learn nothing about what is wrong with a body', async () => {
      for (const body of ['{"name":"\\u0000"}', '{', '['.repeat(2000)])
        assert.equal((await send('POST', '/api/v1/admin/groups', body, {})).status, 401)
    })

    test('point 13: acts that were refused are in the audit log, whatever the id in the path', async () => {
      for (const id of ['a%00b', 'a%1b%5b2Jb', '%e2%80%aeb', 'x'.repeat(900)])
        assert.equal((await admin('DELETE', `/users/${id}`)).status, 404, id)
      const { items } = (await admin('GET', '/audit?act=user.remove&outcome=failure')).body
      assert.deepEqual(
        items.map(({ target }: { target: { id: string } }) => target.id).sort(),
        ['\\u202eb', 'a\\u0000b', 'a\\u001b[2Jb', 'x'.repeat(900)].sort(),
      )
      assert.equal((await send('POST', '/api/v1/admin/groups', '{"name":"\\u0000"}')).status, 400)
      assert.equal((await admin('GET', '/audit?act=group.create&outcome=failure')).body.items.length > 0, true)
    })

    test('point 13: a form on a page refuses the same characters', async () => {
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
      const browser = gatehouse.browser()
      await browser.open(application(gatehouse, { id: 'app', secret: 'secret' }).url())
      const answer = await browser.submit('sign-in', { ...alice, username: 'alice\u001b[2J' })
      assert.equal(answer.status, 400)
      assert.match(answer.html, /username has a character that is not allowed/)
      assert.ok(shows(await browser.open(application(gatehouse, { id: 'app', secret: 'secret' }).url()), 'sign-in'))
    })

    /** As it is: `fetch` would take dot segments away. */
    async function raw(method: string, path: string, body: string): Promise<[status: number, detail: string]> {
      const headers = { ...bearer(token), 'content-type': 'application/json' }
      const [response] = await once(request(`${gatehouse.issuer}/`, { method, path, headers }).end(body), 'response')
      return [response.statusCode, ((await jsonOf(response)) as { detail: string }).detail]
    }

    test('point 12: no empty, dot or odd id reaches a rule', async () => {
      const suspend = JSON.stringify({ status: 'suspended' })
      const nothing = [404, 'there is nothing at this URL']
      for (const id of ['', '.', '..', '%2e', '%2e%2e', '%00', '%1b', '%e2%80%ae'])
        for (const kind of ['tenants', 'users'])
          assert.deepEqual(await raw('PUT', `/api/v1/admin/${kind}/${id}/status`, suspend), nothing, `${kind} ${id}`)
      assert.deepEqual(await raw('PUT', '/api/v1/admin/users/%0a/status', suspend), [404, 'there is no such account here'])
      assert.equal((await admin('GET', '/tenants/root')).body.status, 'active')
      assert.deepEqual(await raw('DELETE', '/api/v1/admin/users//sessions', ''), nothing)
      assert.deepEqual(await raw('PUT', '/api/v1/auth/users//role', '"viewer"'), nothing)
    })

    test('point 12: nothing gets . or .. as its id', async () => {
      for (const id of ['.', '..']) {
        const user = await admin('POST', '/users', { id, username: `dots${id.length}` })
        assert.deepEqual([user.status, user.body.errors[0].field], [422, 'id'])
        await assert.rejects(gatehouse.addAccount({ sub: id, username: `dots${id.length}` }), /must not be \. or \.\./)
        const client = await admin('POST', '/clients', { client_id: id, redirect_uris: ['https://app.example/cb'] })
        assert.deepEqual([client.status, client.body.errors[0].field], [422, 'client_id'])
      }
    })

    test('point 12: of two superadmins who demote or suspend each other at once, one stays', async () => {
      for (let round = 0; round < 10; round++) {
        const pair = [`first${round}`, `second${round}`]
        for (const username of pair) await gatehouse.addAccount({ sub: username, username, role: 'superadmin' })
        const { accounts } = gatehouse.root.store
        const [first, second] = await Promise.all(pair.map((subject) => accounts.bySubject(subject)))
        const change = round % 2 === 0 ? () => ({ role: 'viewer' as const }) : () => ({ status: 'suspended' as const })
        const act = (by: typeof first, subject: string) =>
          accounts.administer({ by, subject, within: ['superadmin'], change, now: gatehouse.now() })
        const outcomes = await Promise.all([act(first, pair[1] as string), act(second, pair[0] as string)])
        assert.deepEqual(outcomes.sort(), ['changed', 'refused'], `round ${round}`)
      }
    })
  })
}

/** Trusted issuers at the administration API. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { asked, bearer } from './json.ts'

let gatehouse: TestApp
let headers: Record<string, string>
before(async () => {
  gatehouse = await testApp('sqlite')
  const { ctx } = gatehouse.root
  const scope = 'admin:trusted-issuers:read admin:trusted-issuers:write'
  await gatehouse.addClient({ client_id: 'machine', scope, grant_types: ['client_credentials'] }, 'secret')
  const claims = { iss: ctx.issuer, sub: 'machine', client_id: 'machine', jti: ctx.id(), iat: gatehouse.now(), exp: gatehouse.now() + 3600 }
  headers = bearer(await ctx.keys.sign('ES256', 'at+jwt', { ...claims, aud: `${ctx.issuer}/api/v1/admin`, scope }))
})
after(() => gatehouse.close())

const idp = 'https://idp.example'
const trusted = { issuer: idp, jwks_uri: `${idp}/jwks`, clients: ['wiki'], subject_kind: 'login' }
const one = `/${encodeURIComponent(idp)}`
const ask = (method: string, below = '', body?: unknown) =>
  asked(`${gatehouse.issuer}/api/v1/admin/trusted-issuers${below}`, method, body, headers)

test('an issuer is trusted, listed, changed in part, and trusted no longer', async () => {
  const made = await ask('POST', '', trusted)
  assert.deepEqual([made.status, made.body.max_lifetime], [201, 300], made.text)
  assert.equal((await ask('POST', '', trusted)).status, 409)
  assert.deepEqual((await ask('GET')).body, { items: [made.body], next: null })
  assert.equal((await ask('PATCH', one, { max_lifetime: 60 })).body.max_lifetime, 60)
  assert.equal((await ask('PATCH', one, { max_lifetime: null })).body.max_lifetime, 300)
  assert.deepEqual((await ask('GET', one)).body, made.body)
  assert.equal((await ask('DELETE', one)).status, 204)
  assert.equal((await ask('GET', one)).status, 404)
  const events = await gatehouse.root.store.audit.search({ limit: 20, newestFirst: false })
  assert.deepEqual(
    events.map(({ act, outcome, target }) => `${act} ${outcome} ${target}`),
    [
      `trusted-issuer.create success ${idp}`,
      'trusted-issuer.create failure undefined',
      `trusted-issuer.change success ${idp}`,
      `trusted-issuer.change success ${idp}`,
      `trusted-issuer.remove success ${idp}`,
    ],
  )
})

const nobody = `/${encodeURIComponent('https://nobody.example')}`
const refused: readonly [what: string, method: string, below: string, body: unknown, status: number, text: RegExp][] = [
  ['no body', 'POST', '', undefined, 422, /Invalid input/],
  ['an unknown member', 'POST', '', { ...trusted, magic: true }, 422, /"magic","rule":"is not known here"/],
  ['no keys', 'POST', '', { ...trusted, jwks_uri: undefined }, 422, /"jwks","rule":"or jwks_uri is needed, and not both"/],
  [
    'keys in two ways',
    'POST',
    '',
    { ...trusted, jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] } },
    422,
    /"jwks","rule":"or jwks_uri is needed, and not both"/,
  ],
  ['no clients', 'POST', '', { ...trusted, clients: [] }, 422, /"clients"/],
  ['a sign-in', 'POST', '', { ...trusted, scope: 'openid' }, 422, /cannot have openid: nobody signs in/],
  ['an issuer that is changed', 'PATCH', one, { issuer: 'https://other.example' }, 422, /"issuer","rule":"is not known here"/],
  ['a change of none', 'PATCH', nobody, { enabled: false }, 404, /this issuer is not trusted here/],
  ['a removal of none', 'DELETE', nobody, undefined, 404, /this issuer is not trusted here/],
]
suite('refused', () => {
  for (const [what, method, below, body, status, text] of refused)
    test(what, async () => {
      const answer = await ask(method, below, body)
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.text, text)
    })
})

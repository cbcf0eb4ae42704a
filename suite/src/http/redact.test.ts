import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Target } from '../target/target.ts'
import type { Exchange } from './exchange.ts'
import { redact } from './redact.ts'

const secrets = {
  password: 'correct horse & battery',
  clientSecret: 'client/secret+with=signs',
  code: 'code-SplxlOBeZQQYbYS6WxSbIA',
  access: 'access-2YotnFZFEjr1zCsicMWpAA',
  refresh: 'refresh-tGzv3JOkF0XG5Qx2TlKWIA',
  session: 'session-cookie-value-91',
  flow: 'hidden-field-of-a-form',
}

const target: Target = {
  name: 'test',
  issuer: 'https://issuer.example',
  people: [{ username: 'ada', password: secrets.password }],
  clients: {
    web: {
      client_id: 'web',
      client_secret: secrets.clientSecret,
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [],
      post_logout_redirect_uris: [],
      scope: '',
    },
  },
  resources: [],
  pages: { steps: [] },
}

const form = (params: Record<string, string>) => new URLSearchParams(params).toString()
const json = { 'content-type': 'application/json' }

const exchanges: Exchange[] = [
  {
    from: 'Browser',
    to: 'server',
    request: {
      method: 'POST',
      url: 'https://issuer.example/sign-in',
      headers: {},
      body: form({ username: 'ada', password: secrets.password, flow: secrets.flow }),
    },
    response: {
      status: 303,
      headers: { location: `https://web.example/callback?code=${secrets.code}&state=af0ifjsldkj` },
      cookies: [`sid=${secrets.session}; HttpOnly`],
      body: '',
    },
    milliseconds: 1,
  },
  {
    from: 'web',
    to: 'server',
    request: {
      method: 'POST',
      url: 'https://issuer.example/token',
      headers: { cookie: `sid=${secrets.session}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: form({ grant_type: 'authorization_code', code: secrets.code, client_id: 'web', client_secret: secrets.clientSecret }),
    },
    response: {
      status: 200,
      headers: json,
      cookies: [],
      body: JSON.stringify({ access_token: secrets.access, refresh_token: secrets.refresh, scope: 'openid' }),
    },
    milliseconds: 1,
  },
  {
    from: 'API client',
    to: 'server',
    request: { method: 'GET', url: 'https://issuer.example/userinfo', headers: { authorization: `Bearer ${secrets.access}` } },
    response: { status: 200, headers: json, cookies: [], body: '{"sub":"ada"}' },
    milliseconds: 1,
  },
]

test('no secret is shown, in any encoding', () => {
  const shown = JSON.stringify(redact(exchanges, target))
  for (const [name, secret] of Object.entries(secrets)) {
    for (const form of [secret, encodeURIComponent(secret), new URLSearchParams({ a: secret }).toString().slice(2)]) {
      assert.ok(!shown.includes(form), `${name} is shown`)
    }
  }
})

test('the same secret has the same label wherever it was, and what is no secret stays', () => {
  const [first, second, third] = redact(exchanges, target).exchanges
  assert.match(first!.response!.headers['location']!, /code=«code 1»&state=af0ifjsldkj$/)
  assert.match(second!.request.body!, /^grant_type=authorization_code&code=«code 1»&client_id=web&client_secret=«client_secret 1»$/)
  assert.equal(JSON.parse(second!.response!.body).access_token, '«access_token 1»')
  assert.equal(third!.request.headers['authorization'], 'Bearer «access_token 1»')
})

/** Every refusal that people and their browsers can meet: the one thing that is wrong, and the sentence that says so. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, callback, challenge, type Fields, told } from './application.ts'

const bob = { username: 'bob', password: 'builder' }

/** How an authorization request differs from the usual one, and the error that its application gets. */
const toApplication: [fields: Fields, error: string, description: string][] = [
  [{ response_type: undefined }, 'invalid_request', 'response_type is missing'],
  [{ nonce: ['a', 'a'] }, 'invalid_request', 'nonce is repeated; send it once'],
  [{ nonce: 'a\0' }, 'invalid_request', 'nonce has a character that is not allowed'],
  [{ 'a b': ['1', '2'] }, 'invalid_request', 'a parameter is repeated; send each once'],
  [{ response_type: 'token' }, 'unsupported_response_type', 'response_type is not offered here'],
  [{ response_mode: 'pigeon' }, 'invalid_request', 'response_mode is not offered here'],
  [{ client_id: 'machine' }, 'unauthorized_client', 'this client is not registered for the grant type of this request'],
  [{ client_id: 'silent' }, 'unauthorized_client', 'this client is not registered for this response_type'],
  [{ response_type: 'none' }, 'unauthorized_client', 'this client is not registered for this response_type'],
  [{ client_id: 'pushing' }, 'invalid_request', 'this client must push its authorization requests'],
  [{ client_id: 'signing' }, 'invalid_request', 'this client must sign its authorization requests'],
  [{ display: 'tv' }, 'invalid_request', 'display must be page, popup, touch or wap'],
  [{ request_uri: 'urn:x' }, 'request_uri_not_supported', 'the request_uri parameter is not offered; send plain parameters'],
  [{ registration: '{}' }, 'registration_not_supported', 'the registration parameter is not offered'],
  [{ scope: 'openid phone' }, 'invalid_scope', 'scope has a value that this client is not registered for: phone'],
  [{ prompt: 'register' }, 'invalid_request', 'prompt has a value that is not offered here; see prompt_values_supported'],
  [{ prompt: 'none login' }, 'invalid_request', 'prompt=none must stand alone'],
  [{ prompt: 'none' }, 'login_required', 'the user must act, but prompt=none forbids asking'],
  [{ max_age: '-1' }, 'invalid_request', 'max_age must be a whole number of seconds'],
  [{ id_token_hint: 'a.b.c' }, 'invalid_request', 'id_token_hint is not an ID token of this issuer'],
  [{ code_challenge: undefined }, 'invalid_request', 'code_challenge_method was sent without code_challenge'],
  [
    { code_challenge: undefined, code_challenge_method: undefined },
    'invalid_request',
    'code_challenge is missing; send the S256 hash of a code_verifier, or register the client with policy.pkce optional',
  ],
  [{ code_challenge_method: 'plain' }, 'invalid_request', 'code_challenge_method must be S256'],
  [{ code_challenge: `${challenge}=` }, 'invalid_request', 'code_challenge must be a SHA-256 hash in base64url: 43 characters'],
  [{ resource: '/api' }, 'invalid_target', 'resource must be an absolute URI without fragment'],
]

suite('refusals that people meet', () => {
  let gatehouse: TestApp
  let app: Application
  let browser: TinyBrowser
  before(async () => {
    gatehouse = await testApp('sqlite')
    const scope = 'openid email'
    const first = { redirect_uris: [callback, 'https://app.example/second'], post_logout_redirect_uris: ['https://app.example/bye'], scope }
    await gatehouse.addClient({ ...first, client_id: 'app' }, 'secret')
    await gatehouse.addClient({ ...first, client_id: 'other' }, 'secret')
    await gatehouse.addClient({ ...first, client_id: 'machine', grant_types: ['client_credentials'] }, 'secret')
    await gatehouse.addClient({ ...first, client_id: 'silent', response_types: ['none'] }, 'secret')
    await gatehouse.addUnservedClient({ ...first, client_id: 'pushing', policy: { pushed_requests: 'required' } })
    await gatehouse.addUnservedClient({ ...first, client_id: 'signing', policy: { signed_requests: 'required' } })
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    await gatehouse.addAccount({ username: bob.username }, bob.password)
    app = application(gatehouse, { id: 'app', secret: 'secret' })
    browser = gatehouse.browser()
  })
  after(() => gatehouse.close())

  /** The value of a hidden field. */
  const fieldOf = ({ html }: Landing, name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] as string
  function shown({ html, url }: Landing): string {
    const found = /id="error-description">([^<]*)</.exec(html)?.[1]
    return found ?? assert.fail(`no error page, but ${url.pathname}`)
  }

  for (const [fields, error, description] of toApplication) {
    test(`the application gets: ${description}`, async () => {
      const answer = told(await gatehouse.browser().open(app.url(fields)))
      assert.deepEqual([answer['error'], answer['error_description']], [error, description])
    })
  }

  const toPerson: [fields: Fields, description: string][] = [
    [{ client_id: undefined }, 'client_id is missing'],
    [{ client_id: 'nobody' }, 'client_id is not registered here'],
    [{ redirect_uri: 'https://evil.example/' }, 'redirect_uri is not registered for this client'],
    [{ redirect_uri: undefined }, 'redirect_uri is missing'],
  ]
  for (const [fields, description] of toPerson) {
    test(`the person sees: ${description}`, async () => assert.equal(shown(await gatehouse.browser().open(app.url(fields))), description))
  }

  const expired = 'this sign-in has expired or belongs to another browser; go back to the application and start again'
  test(expired, async () => {
    await browser.open(app.url())
    const flowToken = gatehouse.root.tokens.make('fl')
    assert.equal(shown(await browser.open(`${gatehouse.issuer}/authorize/continue?flow=${flowToken}`)), expired)
  })

  const wayOf = ({ html }: Landing) => / id="([a-z-]+)" class="button" href="([^"]+)"/.exec(html)?.slice(1)

  test('who comes back too late, to the same browser, is led back to the application; for an hour', async () => {
    const late = gatehouse.browser()
    const page = await late.open(app.url())
    const url = `${gatehouse.issuer}/authorize/continue?flow=${fieldOf(page, 'flow')}`
    gatehouse.advance(gatehouse.root.ctx.tenant.lifetimes.flow + 1)
    const refused = await late.open(url)
    assert.deepEqual([shown(refused), wayOf(refused)], [expired, ['application', 'https://app.example/']])
    assert.equal(wayOf(await gatehouse.browser().open(url)), undefined, 'another browser')
    gatehouse.advance(3600)
    assert.equal(wayOf(await late.open(url)), undefined)
  })

  test('a refusal leads on: back to the application that is known, and to signing out where that was the wish', async () => {
    const wrong = await gatehouse.browser().open(app.url({ redirect_uri: 'https://evil.example/' }))
    assert.deepEqual(wayOf(wrong), ['application', 'https://app.example/'])
    assert.equal(wayOf(await gatehouse.browser().open(app.url({ client_id: 'nobody' }))), undefined)
    const logout = await gatehouse.browser().open('/logout?id_token_hint=a.b.c')
    assert.deepEqual([logout.status, wayOf(logout)], [400, ['sign-out', '/logout']])
    assert.equal((await gatehouse.browser().open('/logout')).status, 200)
  })

  const finished = 'this sign-in was already finished'
  /** Sends a form of a flow many times at once: one succeeds, the others learn that the flow has ended. */
  async function race(path: string, fields: Record<string, string>, isHeard: (answer: Record<string, string>) => boolean) {
    const landings = await Promise.all(Array.from({ length: 8 }, () => browser.post(path, fields)))
    const late = landings.filter((landing) => !isHeard(told(landing)))
    assert.equal(late.length, 7)
    for (const landing of late) {
      const description = told(landing)['error_description'] ?? shown(landing)
      assert.ok(description === finished || description === expired, description)
    }
  }

  test(`${finished}: of many that cancel at once, one`, async () => {
    const flow = fieldOf(await browser.open(app.url({ prompt: 'login' })), 'flow')
    await race('/authorize/cancel', { flow }, (answer) => answer['error_description'] === 'the user refused')
  })

  test(`${finished}: of many that allow at once, one`, async () => {
    const page = await arriveAtConsent()
    const fields = { flow: fieldOf(page, 'flow'), sid: fieldOf(page, 'sid'), answer: 'allow' }
    await race('/authorize/consent', fields, (answer) => answer['code'] !== undefined)
  })

  async function arriveAtConsent(): Promise<Landing> {
    await browser.open(app.url({ prompt: 'login consent' }))
    return browser.submit('sign-in', { ...alice })
  }

  const gone = 'you are no longer signed in as the person who was asked; go back and start again'
  test(gone, async () => {
    await arriveAtConsent()
    assert.equal(shown(await browser.submit('consent', { sid: 'another', answer: 'allow' })), gone)
    await arriveAtConsent()
    browser.cookies.delete('gatehouse-session')
    assert.equal(shown(await browser.submit('consent', { answer: 'allow' })), gone)
  })

  test('another user than the one of id_token_hint signed in', async () => {
    const { id_token } = await app.tokens(browser)
    const other = gatehouse.browser()
    await other.open(app.url({ id_token_hint: id_token }))
    const answer = told(await other.submit('sign-in', bob))
    assert.deepEqual(
      [answer['error'], answer['error_description']],
      ['login_required', 'another user than the one of id_token_hint signed in'],
    )
  })

  const steps: [path: string, fields: Record<string, string>, headers: Record<string, string>, description: string][] = [
    ['choose-account', { sid: 'nobody' }, {}, 'that account is no longer signed in here; go back and choose again'],
    ['new-password', { password: 'x' }, {}, 'there is no password to change; go back and start again'],
    ...['sign-in', 'choose-account', 'new-password', 'consent', 'cancel'].map((path): (typeof steps)[number] => [
      path,
      {},
      { 'sec-fetch-site': 'cross-site' },
      'this form was sent from another site; go back to the application and start again',
    ]),
  ]
  for (const [path, fields, headers, description] of steps) {
    test(`at ${path}: ${description}`, async () => {
      const flow = fieldOf(await browser.open(app.url({ prompt: 'login' })), 'flow')
      const landing = await browser.post(`/authorize/${path}`, { flow, ...fields }, headers)
      assert.equal(shown(landing), description)
      assert.equal(landing.status, 400)
    })
  }

  const bye = 'https://app.example/bye'
  const logouts: [fields: Record<string, string>, description: string][] = [
    [{ id_token_hint: 'a.b.c' }, 'id_token_hint is not an ID token of this issuer'],
    [{ client_id: 'nobody' }, 'client_id is not registered here'],
    [{ post_logout_redirect_uri: bye }, 'post_logout_redirect_uri needs id_token_hint or client_id'],
    [{ client_id: 'app', post_logout_redirect_uri: `${bye}/` }, 'post_logout_redirect_uri is not registered for this client'],
  ]
  for (const [fields, description] of logouts) {
    test(`signing out: ${description}`, async () => {
      assert.equal(shown(await browser.open(`${gatehouse.issuer}/logout?${new URLSearchParams(fields)}`)), description)
    })
  }

  test('signing out: client_id is not the client of id_token_hint', async () => {
    const { id_token } = await app.tokens(browser)
    const query = new URLSearchParams({ id_token_hint: id_token, client_id: 'other' })
    assert.equal(shown(await browser.open(`${gatehouse.issuer}/logout?${query}`)), 'client_id is not the client of id_token_hint')
  })

  test('signing out: this page is out of date; please sign out again', async () => {
    await app.arrive(browser)
    await browser.open(`${gatehouse.issuer}/logout`)
    const landing = await browser.submit('sign-out', { token: 'of-another-browser', answer: 'yes' })
    assert.equal(shown(landing), 'this page is out of date; please sign out again')
  })
})

/** What the browser is sent away with, and what is taken from the answer that it brings back. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Answer, aConnection, issuer, metadata, NOW, scriptedProvider, sign, token } from '../../test/scripted-provider.ts'
import { sha256 } from '../protocol/codec/digest.ts'
import { authorizationUrl, redeem } from './authorization.ts'
import type { UpstreamFailure } from './upstream-error.ts'

const [verifier, redirectUri] = ['v'.repeat(43), 'https://id.example/callback']
const binding = { state: 'state', nonce: 'nonce', verifier, redirectUri, scope: 'openid read' }
const plain = {
  ...{ preset: 'oauth2', issuer: undefined, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
  userinfo_endpoint: `${issuer}/me`,
}
const github = { preset: 'github', issuer: undefined }
const apple = { preset: 'apple', issuer, team_id: 'T', key_id: 'K', token_endpoint_auth_method: 'client_secret_post' }

suite('the browser is sent away', () => {
  const usual = {
    ...{ client_id: 'us', response_type: 'code', redirect_uri: redirectUri, state: 'state' },
    ...{ code_challenge: sha256(verifier), code_challenge_method: 'S256' },
  }
  const rows: [what: string, connection: object, scope: string, sent: object][] = [
    ['with a nonce for an ID token', {}, 'openid read', { scope: 'openid read', nonce: 'nonce' }],
    ['without one where none was asked for', {}, 'read openids', { scope: 'read openids' }],
    ['without a nonce at a server of plain OAuth', plain, 'openid', { scope: 'openid' }],
    ['without a scope where none is asked for', plain, '', {}],
    ['with the response mode of the preset', apple, 'openid', { scope: 'openid', nonce: 'nonce', response_mode: 'form_post' }],
  ]
  for (const [what, connection, scope, sent] of rows)
    test(what, async () => {
      const url = new URL(
        await authorizationUrl(scriptedProvider().deps, apple === connection ? withSecret(connection) : aConnection(connection), {
          ...binding,
          scope,
        }),
      )
      assert.equal(url.origin + url.pathname, `${issuer}/authorize`)
      assert.deepEqual(Object.fromEntries(url.searchParams), { ...usual, ...sent })
    })

  test('with further parameters, which replace none of its own, and those of the address', async () => {
    const { deps } = scriptedProvider()
    const connection = aConnection({ ...plain, authorization_endpoint: `${issuer}/authorize?tenant=x` })
    const url = new URL(await authorizationUrl(deps, connection, binding, { prompt: 'consent', state: 'other' }))
    const { tenant, prompt, state } = Object.fromEntries(url.searchParams)
    assert.deepEqual([tenant, prompt, state], ['x', 'consent', 'state'])
  })
})

/** The preset apple without a key file. */
const withSecret = (connection: object) => ({
  ...aConnection(connection),
  preset: 'apple' as const,
  token_endpoint_auth_method: 'none' as const,
})

const idToken = (claims: object = {}) =>
  sign({ iss: issuer, aud: 'us', sub: 'ada', iat: NOW, exp: NOW + 60, nonce: 'nonce', sid: 'session', ...claims })
const back = (more: Record<string, string> = {}) => new URLSearchParams({ code: 'code', state: 'state', ...more })
async function redeemed(
  answers: Parameters<typeof scriptedProvider>[0],
  { connection = aConnection(), params = back(), scope = 'openid' } = {},
) {
  const { deps, asked } = scriptedProvider(answers)
  const outcome = await redeem(deps, connection, params, { ...binding, scope })
  return { ...outcome, asked }
}

test('a code is redeemed with what it is bound to, and the person is who the ID token says', async () => {
  const answer = token({ id_token: await idToken({ name: 'of the ID token' }), refresh_token: 'rt', expires_in: 60 })
  const { tokens, person, asked } = await redeemed({ '/token': answer, '/me': { body: { sub: 'ada', name: 'x', email: 'a@example.org' } } })
  const sent = { grant_type: 'authorization_code', code: 'code', redirect_uri: redirectUri, code_verifier: verifier }
  assert.deepEqual(asked.find(({ path }) => path === '/token')?.params, sent)
  assert.deepEqual([tokens.accessToken, tokens.refreshToken, tokens.expiresAt, tokens.session], ['at', 'rt', NOW + 60, 'session'])
  const { subject, claims } = person!
  assert.deepEqual([subject, claims['name'], claims['email'], claims['sid']], ['ada', 'of the ID token', 'a@example.org', 'session'])
})

test('the clock of a provider may differ by a minute', async () => {
  const answers = { '/token': token({ id_token: await idToken({ exp: NOW - 50 }) }), '/me': { body: { sub: 'ada' } } }
  assert.equal((await redeemed(answers)).person?.subject, 'ada')
})

test('the keys of a provider are read once', async () => {
  const { deps, asked } = scriptedProvider({ '/token': token({ id_token: await idToken() }), '/me': { body: { sub: 'ada' } } })
  for (let n = 0; n < 2; n++) await redeem(deps, aConnection(), back(), { ...binding, scope: 'openid' })
  assert.equal(asked.filter(({ path }) => path === '/jwks').length, 1)
})

test('a provider without userinfo endpoint tells all in its ID token', async () => {
  const discovery = { body: { ...metadata, userinfo_endpoint: undefined } }
  const { person, asked } = await redeemed({
    '/.well-known/openid-configuration': discovery,
    '/token': token({ id_token: await idToken() }),
  })
  assert.equal(person?.subject, 'ada')
  assert.ok(!asked.some(({ path }) => path === '/me'))
})

suite('the name that Apple sends at the first sign-in', () => {
  const rows: [user: string, name: object][] = [
    [
      JSON.stringify({ name: { firstName: 'Ada', lastName: 'Lovelace' } }),
      { given_name: 'Ada', family_name: 'Lovelace', name: 'Ada Lovelace' },
    ],
    [JSON.stringify({ name: { firstName: '', lastName: 'Lovelace' } }), { given_name: '', family_name: 'Lovelace', name: 'Lovelace' }],
    [JSON.stringify({ name: { firstName: 7, lastName: 'Lovelace' } }), { given_name: 7, family_name: 'Lovelace', name: 'Lovelace' }],
    [JSON.stringify({ name: { firstName: '', lastName: '' } }), {}],
    [JSON.stringify({ name: null }), {}],
    ['{}', {}],
    ['no JSON', {}],
    [`{"name":{"firstName":"Ada"}}${' '.repeat(1972)}`, { given_name: 'Ada', name: 'Ada' }],
    [`{"name":{"firstName":"Ada"${' '.repeat(2000)}}}`, {}],
  ]
  const names = ({ given_name, family_name, name }: Readonly<Record<string, unknown>>) => ({ given_name, family_name, name })
  for (const [user, name] of rows)
    test(`${user.slice(0, 60)}: ${JSON.stringify(name)}`, async () => {
      const answers = { '/token': token({ id_token: await idToken() }), '/me': { body: { sub: 'ada' } } }
      const { person } = await redeemed(answers, { connection: withSecret(apple), params: back({ user }) })
      assert.deepEqual(names(person!.claims), names(name as never))
    })

  test('is not taken from others, nor in place of a signed one', async () => {
    const answers = async (more: object) => ({ '/token': token({ id_token: await idToken(more) }), '/me': { body: { sub: 'ada' } } })
    const params = back({ user: JSON.stringify({ name: { firstName: 'Eve' } }) })
    assert.equal((await redeemed(await answers({}), { params })).person?.claims['name'], undefined)
    const signed = await redeemed(await answers({ name: 'Ada' }), { params, connection: withSecret(apple) })
    assert.equal(signed.person?.claims['name'], 'Ada')
  })
})

suite('at a server of plain OAuth the person is', () => {
  const of = async (me: unknown, connection: object = plain, more: Parameters<typeof scriptedProvider>[0] = {}) =>
    await redeemed(
      { '/token': token(), '/login/oauth/access_token': token(), '/me': { body: me }, '/user': { body: me }, ...more },
      { connection: aConnection(connection), scope: 'openid' },
    )

  test('who its userinfo endpoint names', async () => {
    const { person, asked } = await of({ sub: 'ada', name: 'Ada' })
    assert.deepEqual(person, { subject: 'ada', claims: { sub: 'ada', name: 'Ada' } })
    const { method, headers } = asked.find(({ path }) => path === '/me')!
    assert.deepEqual([method, headers['authorization'], headers['accept']], ['GET', 'Bearer at', 'application/json'])
  })

  test('nobody without one, and without an ID token', async () => {
    const { person, tokens } = await of({}, { ...plain, userinfo_endpoint: undefined })
    assert.deepEqual([person, tokens.accessToken], [undefined, 'at'])
  })

  for (const [me, subject] of [
    [{ sub: 7 }, '7'],
    [{ sub: 0 }, '0'],
    [{ sub: 'x'.repeat(255) }, 'x'.repeat(255)],
  ] as const)
    test(`${subject.slice(0, 9)}, as it is named`, async () => assert.equal((await of(me)).person?.subject, subject))

  const unnamed = /^the provider does not tell who it was: its answer has no sub$/
  for (const me of [{}, { sub: '' }, { sub: true }, { sub: null }, ['ada'], 'null', { id: 7 }])
    test(`nobody by ${JSON.stringify(me)}`, () => assert.rejects(of(me), { failure: 'answer', message: unnamed }))
  for (const sub of ['ä', 'x'.repeat(256), 'a\nb'])
    test(`nobody by the subject ${JSON.stringify(sub).slice(0, 9)}`, () =>
      assert.rejects(of({ sub }), { failure: 'answer', message: 'the subject is not of 1 to 255 ASCII characters' }))

  const statuses: [status: number, failure: UpstreamFailure][] = [
    [201, 'answer'],
    [403, 'answer'],
    [499, 'answer'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ]
  for (const [status, failure] of statuses)
    test(`not told by status ${status}: ${failure}`, () =>
      assert.rejects(of({}, plain, { '/me': { status, body: { sub: 'ada' } } }), {
        failure,
        message: `the provider answered with status ${status}`,
      }))
  test('not told by what is no JSON', () =>
    assert.rejects(of({}, plain, { '/me': { body: '<html>' } }), { failure: 'answer', message: 'the provider did not answer with JSON' }))

  const address = (email: unknown, verified: unknown, primary: unknown = true) => ({ email, verified, primary })
  const none = { email_verified: false }
  const emails: [what: string, answer: Answer, told: object][] = [
    ['the primary one', { body: [address('b@x', true, false), address('a@x', true)] }, { email: 'a@x', email_verified: true }],
    ['one that is not verified', { body: [address('a@x', false)] }, { email: 'a@x', email_verified: false }],
    ['one of which it is not said', { body: [address('a@x', 'yes')] }, { email: 'a@x', email_verified: false }],
    ['no primary one', { body: [address('a@x', true, 1)] }, none],
    ['one that is no text', { body: [null, address(7, true)] }, none],
    ['no list', { body: {} }, none],
    ['no right to read them', { status: 404 }, none],
  ]
  for (const [what, answer, told] of emails)
    test(`at GitHub, with ${what} among the addresses`, async () => {
      const { person } = await of({ id: 7, email: 'public@x', email_verified: true }, github, { '/user/emails': answer })
      assert.deepEqual(person, { subject: '7', claims: { id: 7, email: 'public@x', email_verified: true, ...told } })
    })
})

suite('an answer is not taken', () => {
  const several = back()
  several.append('code', 'another')
  const without = back()
  without.delete('code')
  const rows: [what: string, params: URLSearchParams, failure: UpstreamFailure, message: RegExp][] = [
    ['of another state', back({ state: 'other' }), 'response', /"state"/],
    ['of another provider', back({ iss: 'https://evil.example' }), 'response', /"iss"/],
    ['without a code', without, 'response', /^it has no code, or several$/],
    ['with several codes', several, 'response', /"code"|several/],
    ['that is a refusal', new URLSearchParams({ error: 'access_denied', state: 'state' }), 'denied', /access_denied/],
  ]
  for (const [what, params, failure, message] of rows)
    test(what, async () => {
      const { deps, asked } = scriptedProvider({ '/token': token() })
      await assert.rejects(redeem(deps, aConnection(), params, binding), { name: 'UpstreamError', failure, message })
      assert.ok(!asked.some(({ path }) => path === '/token'), 'the provider is not asked')
    })

  const tokens: [what: string, claims: object | undefined, message: RegExp][] = [
    ['without an ID token', undefined, /"id_token"/],
    ['with an ID token that ended more than a minute ago', { exp: NOW - 70 }, /"exp"/],
    ['with the nonce of another', { nonce: 'other' }, /"nonce"/],
    ['without a nonce', { nonce: undefined }, /"nonce"|nonce/],
    ['for another client', { aud: 'other' }, /"aud"/],
    ['of a subject that is none', { sub: 'ä' }, /^the subject is not of 1 to 255 ASCII characters$/],
  ]
  for (const [what, claims, message] of tokens)
    test(what, async () => {
      const answer = token(claims === undefined ? {} : { id_token: await idToken(claims) })
      await assert.rejects(redeemed({ '/token': answer, '/me': { body: { sub: 'ada' } } }), { failure: 'answer', message })
    })

  test('with the signature of another key', async () => {
    const [header, , signature] = (await idToken()).split('.')
    const forged = [
      header,
      Buffer.from(JSON.stringify({ iss: issuer, aud: 'us', sub: 'eve', iat: NOW, exp: NOW + 60, nonce: 'nonce' })).toString('base64url'),
      signature,
    ]
    await assert.rejects(redeemed({ '/token': token({ id_token: forged.join('.') }), '/me': { body: { sub: 'eve' } } }), {
      failure: 'answer',
    })
  })
})

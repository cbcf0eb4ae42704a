/** What is taken from the answer of a token endpoint. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokensFrom } from './authorization.ts'

const now = () => 1000
const from = (answer: object, claims?: Readonly<Record<string, unknown>>) =>
  tokensFrom({ now }, { access_token: 'access', token_type: 'bearer', ...answer } as never, claims)

test('tokens and their scope, which GitHub separates by commas', () => {
  const { accessToken, refreshToken, scope } = from({ refresh_token: 'refresh', scope: 'repo,user:email read' })
  assert.deepEqual([accessToken, refreshToken, scope], ['access', 'refresh', 'repo user:email read'])
  assert.deepEqual([from({}).refreshToken, from({}).scope], [undefined, undefined])
})

test('a lifetime is a number of seconds below a hundred years', () => {
  const hundredYears = 3_153_600_000
  const rows: [said: unknown, seconds: number | undefined][] = [
    [300, 300],
    ['300', 300],
    [1.9, 1],
    [hundredYears - 1, hundredYears - 1],
    [hundredYears, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [0, undefined],
    [-1, undefined],
    ['soon', undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
  ]
  for (const [said, seconds] of rows) {
    const end = seconds === undefined ? undefined : 1000 + seconds
    assert.equal(from({ expires_in: said }).expiresAt, end, String(said))
    for (const name of ['refresh_expires_in', 'refresh_token_expires_in'])
      assert.equal(from({ [name]: said }).refreshExpiresAt, end, `${name} ${String(said)}`)
  }
  assert.equal(from({ refresh_expires_in: 5, refresh_token_expires_in: 7 }).refreshExpiresAt, 1005)
})

test('the session is that of the ID token, or of the answer', () => {
  const rows: [answer: object, claims: Record<string, unknown> | undefined, session: string | undefined][] = [
    [{ session_state: 'state' }, { sid: 'sid' }, 'sid'],
    [{ session_state: 'state' }, {}, 'state'],
    [{ session_state: 'state' }, undefined, 'state'],
    [{}, { sid: 'x'.repeat(255) }, 'x'.repeat(255)],
    [{}, { sid: 'x'.repeat(256) }, undefined],
    [{}, { sid: 5 }, undefined],
    [{}, undefined, undefined],
  ]
  for (const [answer, claims, session] of rows) assert.equal(from(answer, claims).session, session)
})

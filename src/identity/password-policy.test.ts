import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPopular } from '../crypto/popular-passwords.ts'
import { leastProblem, passwordProblem } from './password-policy.ts'

const account = { username: 'ada.lovelace', email: 'countess.of.lovelace@example.com', claims: { name: 'Ada King Lovelace' } }
const judge = (password: string, repeated = password) => passwordProblem(password, { repeated, account, isPopular })

const good = [
  'an own long password',
  'ordinary lowercase words',
  '🗝️🗝️🗝️ three keys to it',
  'пароль, который длинный',
  'ada.lovelace and more',
  'x'.repeat(20) + 'y',
]
const bad: [password: string, problem: RegExp][] = [
  ['fourteen chars', /at least 15 characters/],
  ['🗝'.repeat(14), /at least 15 characters/],
  ['PasswordPassword', /Many people/],
  ['passwordpasswordpassw', /Many people/],
  ['Correct Horse Battery Staple', /Many people/],
  ['ThisIsMyPassword', /Many people/],
  ['aaaaaaaaaaaaaaaaaa', /Many people/],
  ['abcabcabcabcabcabc', /Many people/],
  ['1234567890123456', /Many people/],
  ['qwertyuiopasdfghj', /Many people/],
  ['zyxwvutsrqponmlkjihgf', /Many people/],
  ['QWERTZUIOPasdfghj', /Many people/],
  ['lkjhgfdsqpoiuytreza', /Many people/],
  ['2wsx3edc4rfv5tgb6yhn', /Many people/],
  ['q1w2e3r4t5y6u7i8', /Many people/],
  ['0o9i8u7y6t5r4e3w2q1', /Many people/],
  ['5678901234567890', /Many people/],
  ['9876543210987654', /Many people/],
  ['0987654321098765', /Many people/],
  ['0123456789012345', /Many people/],
  ['Ada-Lovelace Ada-Lovelace', /not your name or email address/],
  ['Ada King Lovelace', /not your name or email address/],
  ['countess.of.lovelace@example.com', /not your name or email address/],
  ['countessoflovelace', /not your name or email address/],
]

for (const password of good) test(`"${password}" will do`, () => assert.equal(judge(password), undefined))
for (const [password, problem] of bad) test(`"${password}" will not do`, () => assert.match(judge(password) ?? '', problem))
test('hole 14: a repetition is found in time that grows with the length alone', () => {
  const ownUnit = (text: string) => [1, 2, 3, 4].some((length) => text.slice(0, length).repeat(text.length).startsWith(text))
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('x', 'w'), minLength: 5, maxLength: 30 }), (text) => isPopular(text) === ownUnit(text)),
  )
  const long = Array.from({ length: 150_000 }, (_, i) => i).join(' ')
  assert.deepEqual([isPopular(long), isPopular(long + long), isPopular('abcd'.repeat(250_000))], [false, false, true])
})
test('what is typed twice must be the same', () =>
  assert.match(judge('an own long password', 'an own long passwort') ?? '', /not the same/))
test('of an account that is gone nothing is its own', () =>
  assert.equal(passwordProblem('Ada King Lovelace', { repeated: 'Ada King Lovelace', account: undefined, isPopular }), undefined))
test('of one that is good for a single sign-in less is asked', () => {
  assert.equal(leastProblem('8 chars!', { isPopular }), undefined)
  assert.match(leastProblem('7 chars', { isPopular }) ?? '', /at least 8 characters/)
  assert.match(leastProblem('password1', { isPopular }) ?? '', /Many people/)
})

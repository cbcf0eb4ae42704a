/** When a kept refresh token is used although nobody asks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueAt } from './tokens.ts'

const [now, refreshToken] = [1000, 'token']
const rows: [what: string, ask: Parameters<typeof dueAt>[1], chance: number, due: number | undefined][] = [
  ['after half of its idle lifetime', { refreshToken, refreshExpiresAt: undefined, idle: 400 }, 0, 1200],
  ['or as late as after three quarters', { refreshToken, refreshExpiresAt: undefined, idle: 400 }, 1, 1300],
  ['of what the provider grants it, if that is less', { refreshToken, refreshExpiresAt: 1200, idle: 400 }, 0, 1100],
  ['of its idle lifetime, if that is less', { refreshToken, refreshExpiresAt: 9000, idle: 400 }, 0, 1200],
  ['a second from now, if it has expired', { refreshToken, refreshExpiresAt: 900, idle: 400 }, 0, 1001],
  ['in whole seconds', { refreshToken, refreshExpiresAt: undefined, idle: 5 }, 0, 1002],
  ['never, if there is none', { refreshToken: undefined, refreshExpiresAt: 1200, idle: 400 }, 0, undefined],
]
for (const [what, ask, chance, due] of rows)
  test(`a refresh token is due ${what}`, () => assert.equal(dueAt({ now: () => now, chance: () => chance }, ask), due))

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksForJwt } from './jwt-introspection.ts'

const jwt = 'application/token-introspection+jwt'
const cases: [accept: string | undefined, isJwt: boolean][] = [
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['application/*', false],
  ['application/json', false],
  ['application/jwt', false],
  [jwt, true],
  [jwt.toUpperCase(), true],
  [`${jwt};q=0`, false],
  [`${jwt}; q=0.5`, true],
  [`${jwt}, application/json`, true],
  [`application/json;q=0.9, ${jwt}`, true],
  [`application/json, ${jwt};q=0.9`, false],
  [`text/html, ${jwt}; charset=utf-8, */*`, true],
  [`${jwt};q=nonsense`, false],
]
for (const [accept, isJwt] of cases) test(`Accept: ${accept}`, () => assert.equal(asksForJwt(accept), isJwt))

/** Which tenant and which rest of a path a URL names. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { issuerPaths } from './router.ts'

const cases: [base: string, url: string, slug: string, rest: string | undefined][] = [
  ['', '/', '', '/'],
  ['', '/token', '', '/token'],
  ['', '/authorize?client_id=a/t/b', '', '/authorize?client_id=a/t/b'],
  ['', '/t/acme', 'acme', '/'],
  ['', '/t/acme/', 'acme', '/'],
  ['', '/t/acme?x=1', 'acme', '/?x=1'],
  ['', '/t/acme/token', 'acme', '/token'],
  ['', '/t/ac%6De/token', 'acme', '/token'],
  ['', '/t/%2E%2E/token', '..', '/token'],
  ['', '/t/ac%ZZ/token', '', undefined],
  ['', '/t//token', '', '/t//token'],
  ['', `/t/${'a'.repeat(1000)}/token`, 'a'.repeat(1000), '/token'],
  ['', `/t/${'a'.repeat(1001)}/token`, '', `/t/${'a'.repeat(1001)}/token`],
  ['', '/t/a/t/b/token', 'a', '/t/b/token'],
  ['', '/.well-known/openid-configuration', '', '/.well-known/openid-configuration'],
  ['', '/.well-known/openid-configuration/t/acme', 'acme', '/.well-known/openid-configuration'],
  ['', '/t/acme/.well-known/openid-configuration?x', 'acme', '/.well-known/openid-configuration?x'],
  ['', '/.well-known/openid-configuration/t/acme/x', '', '/.well-known/openid-configuration/t/acme/x'],
  ['/auth', '/auth', '', '/'],
  ['/auth', '/auth/token', '', '/token'],
  ['/auth', '/authority/token', '', undefined],
  ['/auth', '/token', '', undefined],
  ['/auth', '/auth/t/acme/token', 'acme', '/token'],
  ['/auth', '/.well-known/openid-configuration/auth/t/acme', 'acme', '/.well-known/openid-configuration'],
  ['/auth', '/.well-known/openid-configuration/auth?x', '', '/.well-known/openid-configuration?x'],
  ['/auth', '/.well-known/openid-configuration', '', undefined],
  ['/a.b', '/axb/token', '', undefined],
  ['', 'http://a.example/t/acme/token', 'acme', '/token'],
  ['', 'https://a.example?x', '', '/?x'],
  ['', 'a.example:443', '', undefined],
  ['', '*', '', undefined],
  ['', '', '', '/'],
]

suite('the issuer in a URL', () => {
  for (const [base, url, slug, rest] of cases) {
    test(`${JSON.stringify(url).slice(0, 80)} below ${JSON.stringify(base)}`, () =>
      assert.deepEqual(issuerPaths(base)(url), { slug, rest }))
  }
})

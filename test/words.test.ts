/** What the server says: specifications, error codes, and the sentence of every refusal, each of which a test provokes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codes } from '../src/protocol/errors.ts'
import { refusals, sources, tests } from './sources.ts'

/** Refusals that put a name into their text, and why that is safe. */
const templates: Readonly<Record<string, string>> = {
  'protocol/params.ts': 'the name is a literal of the caller, or made only of letters, digits and _',
  'protocol/refused-scope.ts': 'the scopes are made only of letters, digits, _, : and -, and has at most 40 characters',
}

/** Refusals that no test provokes, and why. This table must shrink. */
const unprovoked: Readonly<Record<string, string>> = {
  'the account no longer exists': 'only when it is removed between two statements of one request',
}

test('every error code is sent somewhere, and says which clause defines it', () => {
  const code = sources.map(({ path, code }) => (path === 'protocol/errors.ts' ? code.slice(code.indexOf('asOAuthError')) : code)).join('\n')
  assert.deepEqual(
    Object.keys(codes).filter((name) => !code.includes(`'${name}'`)),
    [],
  )
  for (const [name, [status, clause]] of Object.entries(codes)) {
    assert.match(
      clause,
      /^(?:RFC \d{4}|OpenID (?:Connect Core|Connect CIBA Core|Federation|for Verifiable Credential Issuance)|OAuth 2\.0 (?:Grant Management|Attestation-Based Client Authentication)) §\d+(?:\.\d+)*$/,
      name,
    )
    assert.ok(status >= 400 && status < 600, name)
  }
})

test('every refusal is a text of the source, in the characters of RFC 6749 §5.2', () => {
  assert.ok(refusals.length > 60, 'the refusals are found')
  const wrong = refusals.filter(
    ({ path, text, template }) => !/^[\x20\x21\x23-\x5b\x5d-\x7e]{8,}$/.test(text) || (template && !(path in templates)),
  )
  assert.deepEqual(wrong, [])
  assert.deepEqual(
    Object.keys(templates).filter((path) => !refusals.some((r) => r.path === path && r.template)),
    [],
  )
})

test('every refusal is provoked by a test', () => {
  const others = tests.filter(({ path }) => path !== 'test/words.test.ts')
  const missing = [...new Set(refusals.map(({ text }) => text))].filter((text) => !others.some((t) => t.text.includes(text)))
  assert.deepEqual(missing.toSorted(), Object.keys(unprovoked).toSorted())
})

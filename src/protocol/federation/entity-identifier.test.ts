/** What is an entity identifier — OpenID Federation 1.0 §1.2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configurationUrl, isEntityIdentifier } from './entity-identifier.ts'

const accepted = [
  ...['https://a.example', 'https://a.example/', 'https://a.example:8443/path', 'http://localhost:3000', 'http://127.0.0.1/path'],
  `https://a.example/${'x'.repeat(2030)}`,
]
const refused = [
  ...[
    '',
    'a',
    'https://',
    'http://a.example',
    'ftp://a.example',
    'ftp://localhost',
    'https:a b',
    ' https://a.example',
    'https://ä.example',
  ],
  ...['https://user@a.example', 'https://:password@a.example', 'https://a.example?query', 'https://a.example#part', 'https:\\\\a.example'],
  ...['https://a.example/\n', 'https://a.example/ä', `https://a.example/${'x'.repeat(2031)}`, undefined, 7, ['https://a.example']],
]

test('an https URL of a host, with at most a port and a path, or one of this machine', () => {
  for (const text of accepted) assert.equal(isEntityIdentifier(text), true, text)
  for (const value of refused) assert.equal(isEntityIdentifier(value), false, String(value))
})

test('the configuration is below the identifier, whether that ends with a slash or not', () => {
  for (const entity of ['https://a.example/b', 'https://a.example/b/'])
    assert.equal(configurationUrl(entity), 'https://a.example/b/.well-known/openid-federation')
})

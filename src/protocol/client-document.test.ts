/** Which client identifiers can be those of metadata documents, and at which hosts — draft-ietf-oauth-client-id-metadata-document-02 §3. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAtHost, isDocumentUrl } from './client-document.ts'

test('an https URL with a path', () => {
  const longest = `https://a.example/${'x'.repeat(255 - 'https://a.example/'.length)}`
  for (const id of [
    'https://a.example/',
    'https://a.example:8443/client.json?v=1',
    'https://A.example/b/.c/...',
    'https://a.example/b?x=/../',
    longest,
  ])
    assert.equal(isDocumentUrl(id), true, id)
  for (const id of [
    ...['', 'a', 'https://a.example', 'http://a.example/', 'https://u@a.example/', 'https://u:p@a.example/', 'https://a.example/#b'],
    ...['https://a.example/./b', 'https://a.example/b/..', 'https://a.example/%2e/b', 'https://a.example/.%2E?x', 'https://a.example/b\\c'],
    ...[
      'https://a.example/b c',
      'https://a.example:123456/',
      'https://a.example:99999/',
      'https://ä.example/',
      ` ${longest}`,
      `${longest}x`,
    ],
  ])
    assert.equal(isDocumentUrl(id), false, id)
})

test('a host is named itself, by the domain above it, or with all others', () => {
  const rows: [hosts: string[], id: string, expected: boolean][] = [
    [[], 'https://a.example/', false],
    [['b.example', 'a.example'], 'https://a.example/', true],
    [['A.example'], 'https://a.EXAMPLE:8443/', true],
    [['a.example'], 'https://b.a.example/', false],
    [['*.a.example'], 'https://b.a.example/', true],
    [['*.A.example'], 'https://c.b.a.example/', true],
    [['*.a.example'], 'https://a.example/', false],
    [['*.a.example'], 'https://ba.example/', false],
    [['*'], 'https://a.example/', true],
    [['*'], 'http://a.example/', false],
    [['*'], 'app', false],
    [['*'], 'https://', false],
  ]
  for (const [hosts, id, expected] of rows) assert.equal(isAtHost(hosts, id), expected, `${hosts} ${id}`)
})

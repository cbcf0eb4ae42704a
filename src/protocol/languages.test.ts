/** A client in the languages of who looks at it — RFC 7591 §2.2, RFC 4647 §3.4. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientSchema } from './client.ts'
import { inLanguages } from './languages.ts'

const uri = 'https://app.example'
const client = clientSchema.parse({
  client_id: 'app',
  client_name: 'App',
  client_uri: uri,
  redirect_uris: [`${uri}/callback`],
  localizations: {
    'client_name#de': 'Anwendung',
    'client_name#de-AT': 'Programm',
    'client_uri#fr': `${uri}/fr`,
    'logo_uri#de': `${uri}/de.png`,
    'policy_uri#de': `${uri}/de/policy`,
    'tos_uri#de': `${uri}/de/tos`,
  },
}) as unknown as Parameters<typeof inLanguages>[0]
const named = (...languages: string[]) => inLanguages(client, languages).client_name

test('each member is in the first language that it has, exactly or wider', () => {
  const rows: [languages: string[], name: string][] = [
    [[], 'App'],
    [['en'], 'App'],
    [['de'], 'Anwendung'],
    [['DE'], 'Anwendung'],
    [['de-AT'], 'Programm'],
    [['de-at-1996'], 'Programm'],
    [['de-CH'], 'Anwendung'],
    [['en', 'de-AT', 'de'], 'Programm'],
    [['d'], 'App'],
    [[...Array(9).fill('en'), 'de'], 'Anwendung'],
    [[...Array(10).fill('en'), 'de'], 'App'],
  ]
  for (const [languages, name] of rows) assert.equal(named(...languages), name, String(languages))
})

test('every member that people see has a language of its own', () => {
  const { client_name, client_uri, logo_uri, policy_uri, tos_uri } = inLanguages(client, ['fr', 'de'])
  assert.deepEqual(
    [client_name, client_uri, logo_uri, policy_uri, tos_uri],
    ['Anwendung', `${uri}/fr`, `${uri}/de.png`, `${uri}/de/policy`, `${uri}/de/tos`],
  )
})

test('names and addresses have a member and a language tag', () => {
  const read = (name: string, value = uri) =>
    clientSchema.safeParse({ client_id: 'app', redirect_uris: [uri], localizations: { [name]: value } }).success
  for (const name of ['client_name#de', 'client_uri#zh-Hant-TW', 'logo_uri#ast', 'policy_uri#de', 'tos_uri#abcdefgh'])
    assert.ok(read(name), name)
  for (const name of [
    'client_name',
    'client_name#',
    'contacts#de',
    'x client_name#de',
    'client_name#d',
    'client_name#de-',
    'client_name#de_AT',
    'client_name#abcdefghi',
  ])
    assert.equal(read(name), false, name)
  assert.deepEqual(
    [read('client_name#de', 'Anwendung'), read('tos_uri#de', 'Anwendung'), read('tos_uri#de', 'ftp://app.example')],
    [true, false, false],
  )
})

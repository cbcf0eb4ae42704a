/** Where a page that cannot go on leads back to: one row for each thing that a client says of itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aClient } from '../../test/stored.ts'
import { leadingBack } from './application-home.ts'
import type { Client } from './client.ts'
import { OAuthError, refuse } from './errors.ts'

const issuer = 'https://id.example/t/one'
const site = 'https://app.example'
const native = { application_type: 'native' } as const

const rows: [what: string, client: Partial<Client>, url: string | undefined, name?: string][] = [
  ['the site of its redirect URI', {}, `${site}/`],
  [
    'a site without TLS, after URIs of no site',
    { ...native, redirect_uris: ['com.app:/x', 'http://127.0.0.1:9/x'] },
    'http://127.0.0.1:9/',
  ],
  ['no site', { ...native, redirect_uris: ['com.app:/x'] }, undefined],
  ['its home', { client_uri: `${site}/home` }, `${site}/home`],
  ['its home, where it has no site', { ...native, redirect_uris: ['com.app:/x'], client_uri: `${site}/home` }, `${site}/home`],
  [
    'where a sign-in begins',
    { initiate_login_uri: `${site}/start?a=1`, client_uri: `${site}/home` },
    `${site}/start?a=1&iss=${encodeURIComponent(issuer)}`,
  ],
  ['its name', { client_name: 'The app' }, `${site}/`, 'The app'],
  ['one that registered itself and that nobody has used', { quarantined: true, client_uri: `${site}/home` }, undefined],
  ['one that registered itself and was used', { quarantined: false }, `${site}/`],
]

const refusalOf = (work: () => Promise<unknown>, client: Client | undefined): Promise<OAuthError> =>
  leadingBack({ issuer }, client, work).then(
    () => assert.fail('nothing was refused'),
    (error) => error,
  )

for (const [what, change, url, name = 'client'] of rows)
  test(`leads back to ${what}`, async () => {
    const client: Client = { ...aClient(), secretHashes: [], tokensFrom: 0, ...change }
    const { application, description } = await refusalOf(async () => refuse('access_denied', 'not today'), client)
    assert.deepEqual([application, description], [url === undefined ? undefined : { name, url }, 'not today'])
  })

test('what is done is answered, a fault leads back too, and who has said where to go is not corrected', async () => {
  const client: Client = { ...aClient(), secretHashes: [], tokensFrom: 0 }
  assert.equal(await leadingBack({ issuer }, client, async () => 'done'), 'done')
  const fault = await refusalOf(async () => assert.fail('a fault'), client)
  assert.deepEqual([fault instanceof OAuthError, fault.code, fault.application?.url], [true, 'server_error', `${site}/`])
  assert.equal((await refusalOf(async () => refuse('access_denied', 'x'), undefined)).application, undefined)
  const elsewhere = { name: 'Another', url: 'https://other.example/' }
  const said = Object.assign(new OAuthError('access_denied', 'x'), { application: elsewhere })
  assert.deepEqual((await refusalOf(() => Promise.reject(said), client)).application, elsewhere)
})

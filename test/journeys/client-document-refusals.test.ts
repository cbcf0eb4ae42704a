/** What is refused of client ID metadata documents — draft-ietf-oauth-client-id-metadata-document-02 §3, §4, §5. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type DocumentHost, documentHost } from '../document-host.ts'
import { engines } from '../postgres.ts'
import { application, call, callback, challenge, encode } from './application.ts'

const usual = { client_name: 'Agent', redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`refused client ID metadata documents, on ${engine}`, () => {
    let gatehouse: TestApp
    let host: DocumentHost
    before(async () => {
      host = await documentHost()
      gatehouse = await testApp(engine, host.settings)
      await gatehouse.app.tenants.set('', { client_id_hosts: ['localhost'] })
    })
    after(async () => {
      await gatehouse.close()
      await host.close()
    })

    const stored = (id: string) => gatehouse.root.store.clientsAdmin.find(id)
    const landing = (id: string) => gatehouse.browser().open(application(gatehouse, { id }).url())

    const bad: [name: string, members: object, description: RegExp][] = [
      [
        'another identifier',
        { client_id: 'https://localhost/other.json' },
        /the document at client_id must have the same client_id, in every character/,
      ],
      ['no identifier', { client_id: undefined }, /must have the same client_id/],
      ['a secret', { client_secret: 'x' }, /the document at client_id must have no client_secret; everyone can read it/],
      ['the end of a secret', { client_secret_expires_at: 0 }, /must have no client_secret/],
      [
        'a method with a secret',
        { token_endpoint_auth_method: 'client_secret_basic' },
        /the document at client_id must have the token_endpoint_auth_method none or private_key_jwt/,
      ],
      ['a method with a secret in the body', { token_endpoint_auth_method: 'client_secret_post' }, /none or private_key_jwt/],
      ['a method with a shared secret', { token_endpoint_auth_method: 'client_secret_jwt' }, /none or private_key_jwt/],
      ['a method that is a list', { token_endpoint_auth_method: ['none'] }, /none or private_key_jwt/],
      ['a list of none that is known here', { token_endpoint_auth_methods_supported: ['tls_client_auth'] }, /none or private_key_jwt/],
      ['a list with a secret', { token_endpoint_auth_methods_supported: ['none', 'client_secret_post'] }, /none or private_key_jwt/],
      ['a list that is none', { token_endpoint_auth_methods_supported: 'none' }, /none or private_key_jwt/],
      [
        'a method beside its list',
        { token_endpoint_auth_method: 'none', token_endpoint_auth_methods_supported: ['private_key_jwt'] },
        /none or private_key_jwt/,
      ],
      ['no key', { token_endpoint_auth_method: 'private_key_jwt' }, /the document at client_id: jwks is needed for private_key_jwt/],
      ['a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } }, /must be a public key/],
      ['a shared key', { jwks: { keys: [{ kty: 'oct', k: 'k' }] } }, /must be a public key/],
      ['nowhere to return to', { redirect_uris: undefined }, /redirect_uris at least one is needed/],
      ['plain http', { redirect_uris: ['http://app.example/'] }, /redirect_uris\.0 must be https/],
      ['script', { redirect_uris: ['javascript:alert(1)'] }, /private-use scheme must be a reversed domain name/],
      ['a wildcard', { redirect_uris: ['https://*.example/'] }, /must have no \*/],
      ['a code of its own', { redirect_uris: [`${callback}?code=1`] }, /must not carry a parameter of an authorization response/],
      ['script as a home page', { client_uri: 'javascript:alert(1)' }, /client_uri must be an absolute http or https URL/],
    ]
    bad.forEach(([name, members, description], i) => {
      test(`a document with ${name} is refused`, async () => {
        const id = host.publish(`/bad${i}.json`, { ...usual, ...members })
        assert.match((await landing(id)).html.replaceAll('&#39;', "'"), description)
        assert.equal(await stored(id), undefined)
        const pushed = await call(`${gatehouse.issuer}/par`, { body: encode({ client_id: id }) })
        assert.deepEqual([pushed.status, pushed.body.error], [401, 'invalid_client'])
      })
    })

    const answers: [name: string, answer: (response: ServerResponse, id: string) => void][] = [
      ['moved elsewhere', (response) => response.writeHead(302, { location: '/public.json' }).end()],
      ['not there', (response) => response.writeHead(404).end()],
      ['created', (response, id) => response.writeHead(201, { 'content-type': 'application/json' }).end(document(id))],
      ['a text', (response, id) => response.writeHead(200, { 'content-type': 'text/plain' }).end(document(id))],
      ['a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')],
      ['a list', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[]')],
      [
        'a name twice',
        (response, id) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(document(id).replace('{', '{"client_id":"x",')),
      ],
      ['too long', (response, id) => response.writeHead(200, { 'content-type': 'application/json' }).end(document(id).padEnd(5121))],
      ['cut off', (response) => response.destroy()],
    ]
    const document = (id: string) => JSON.stringify({ client_id: id, ...usual })
    answers.forEach(([name, answer], i) => {
      test(`what is ${name} is no document`, async () => {
        const id = `${host.origin}/answer${i}.json`
        host.published[`/answer${i}.json`] = (_, response) => answer(response, id)
        assert.match(
          (await landing(id)).html,
          /client_id does not lead to a JSON document of at most 5120 bytes; publish it there with status 200/,
        )
        assert.equal(await stored(id), undefined)
      })
    })

    test('a document of exactly the longest length, of a kind of JSON, is one', async () => {
      const id = `${host.origin}/longest.json`
      host.published['/longest.json'] = (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/client+json; charset=utf-8' }).end(document(id).padEnd(5120))
      assert.match((await landing(id)).html, /id="sign-in"/)
    })

    for (const tail of ['', '/../a.json', '/./a.json', '/a/..', '/%2e%2E/a.json', '/a.json#part', '/a\\b.json', `/${'a'.repeat(255)}`]) {
      test(`the identifier https://localhost${tail.slice(0, 20)} is refused before anything is fetched`, async () => {
        const { html } = await landing(`https://localhost${tail}`)
        assert.match(html, /client_id must be an https URL with a path, without user name, fragment and dot segments/)
      })
    }
    for (const id of ['http://localhost/a.json', 'https://user@localhost/a.json', 'https:localhost/a.json', 'HTTPS://localhost/a.json']) {
      test(`the identifier ${id} is that of no document`, async () => {
        assert.match((await landing(id)).html, /client_id (?:is not registered here|must be an https URL)/)
      })
    }
  })
}

test('an address that may not be reached is not asked, however its name is accepted', async () => {
  const gatehouse = await testApp('sqlite', { OUTBOUND_ALLOWED_ADDRESSES: '192.0.2.1' })
  await gatehouse.app.tenants.set('', { client_id_hosts: ['*'] })
  for (const address of ['127.0.0.1', '[::1]', '10.0.0.1', '169.254.169.254', 'localhost']) {
    const { html } = await gatehouse.browser().open(application(gatehouse, { id: `https://${address}/client.json` }).url())
    assert.match(html, /client_id (?:does not lead to a JSON document|must be an https URL)/, address)
  }
  await gatehouse.close()
})

test('one address makes only so many clients known', async () => {
  const host = await documentHost()
  const gatehouse = await testApp('sqlite', { ...host.settings, REGISTRATION_PER_ADDRESS: '2', LIMITS_FLOWS_PER_ADDRESS: '20' })
  await gatehouse.app.tenants.set('', { client_id_hosts: ['localhost'] })
  const push = async (path: string) => {
    const body = { ...{ client_id: host.publish(path, usual), response_type: 'code', redirect_uri: callback }, code_challenge: challenge }
    return (await call(`${gatehouse.issuer}/par`, { body: encode({ ...body, code_challenge_method: 'S256' }) })).status
  }
  assert.deepEqual([await push('/1'), await push('/2'), await push('/3'), await push('/1')], [201, 201, 429, 201])
  let last = 0
  for (let i = 0; i < 20; i++)
    last = (await call(`${gatehouse.issuer}/par`, { body: encode({ client_id: `${host.origin}/none${i}` }) })).status
  assert.equal(last, 429, 'nor has many addresses asked that give none')
  await gatehouse.close()
  await host.close()
})

/** What an operator changes of a client stays, also when it happens while a change by the client itself is under way — RFC 7592, client ID metadata documents, OpenID Federation. */
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { changeClient } from '../../src/protocol/change-client.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type DocumentHost, documentHost } from '../document-host.ts'
import { engines } from '../postgres.ts'
import { application, callback } from './application.ts'
import { federationStage } from './federation-stage.ts'
import { asked, bearer } from './json.ts'

/** Each member that only an operator sets, here one of them, and what an operator gave and takes back. */
const strict = { policy: { pkce: 'required', assignment: 'required' } }

/** The sector of a client, which does not answer before the operator is done. */
const slowSector = (meanwhile: () => Promise<unknown>) => async (_: IncomingMessage, response: ServerResponse) => {
  await meanwhile()
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([callback]))
}

for (const engine of Object.keys(engines) as Engine[])
  suite(`changes of a client at the same time, on ${engine}`, () => {
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

    const operator = (id: string, patch: object, tenant: Tenant = gatehouse.root) => changeClient(tenant, id, { ...patch })
    const stored = (id: string) => gatehouse.root.store.clientsAdmin.find(id)
    const paired = (path: string) => ({ redirect_uris: [callback], subject_type: 'pairwise', sector_identifier_uri: host.origin + path })

    test('the client changes its registration', async () => {
      const { body: made } = await asked(`${gatehouse.issuer}/register`, 'POST', { redirect_uris: [callback] })
      const id = made.client_id
      const grant_types = ['authorization_code', 'client_credentials']
      await operator(id, { grant_types, scope: `${made.scope} orders:read` })
      const change = (path: string, members: object) =>
        asked(made.registration_client_uri, 'PUT', { ...paired(path), client_id: id, ...members }, bearer(made.registration_access_token))
      host.published['/first'] = slowSector(() => operator(id, strict))
      const changed = await change('/first', { client_name: 'Changed', grant_types, scope: 'openid orders:read' })
      assert.deepEqual([changed.status, changed.body.client_name], [200, 'Changed'])
      assert.deepEqual([(await stored(id))?.policy.assignment, (await stored(id))?.grant_types], ['required', grant_types])

      made.registration_access_token = changed.body.registration_access_token
      for (const [path, taken, code] of [
        ['/second', { grant_types: ['authorization_code'] }, 'grant_types has a value that needs an initial access token'],
        ['/third', { scope: 'openid' }, 'scope has a value that clients which register here cannot have'],
      ] as const) {
        await operator(id, { grant_types, scope: 'openid orders:read' })
        host.published[path] = slowSector(() => operator(id, taken))
        const refused = await change(path, { grant_types, scope: 'openid orders:read' })
        assert.deepEqual([refused.status, refused.body.error_description], [400, code])
        for (const [name, value] of Object.entries(taken)) assert.deepEqual((await stored(id))?.[name as 'scope'], value)
      }
    })

    test('the document of the client is read again', async () => {
      const id = host.publish('/client.json', { redirect_uris: [callback] })
      const visit = () => gatehouse.browser().open(application(gatehouse, { id }).url())
      await visit()
      host.published['/slow'] = slowSector(() => operator(id, strict))
      host.publish('/client.json', { ...paired('/slow'), client_name: 'Changed' })
      gatehouse.advance(86_401)
      await visit()
      const { policy, client_name } = (await stored(id))!
      assert.deepEqual([client_name, policy.assignment], ['Changed', 'required'])
    })

    test('an operator changes it twice at once: no change is lost, or it is refused', async () => {
      await gatehouse.addClient({ client_id: 'shop', redirect_uris: [callback] })
      host.published['/patched'] = slowSector(() => operator('shop', { client_name: 'Shop' }))
      await operator('shop', { sector_identifier_uri: `${host.origin}/patched`, subject_type: 'pairwise' })
      assert.deepEqual([(await stored('shop'))?.client_name, (await stored('shop'))?.subject_type], ['Shop', 'pairwise'])

      const other = 'https://shop.example/'
      host.published['/patched'] = [callback, other]
      host.published['/again'] = slowSector(() => operator('shop', { redirect_uris: [callback, other] }))
      await assert.rejects(operator('shop', { sector_identifier_uri: `${host.origin}/again` }), {
        code: 'conflict',
        description: 'the client was changed at the same time; look at it again, and then repeat the change',
      })
      assert.deepEqual((await stored('shop'))?.redirect_uris, [callback, other])
    })

    test('an administrator takes rights from it that they do not have, and that it has got at this moment', async () => {
      const who = { email: 'administrator', password: 'a long password' }
      await gatehouse.addAccount({ username: who.email, role: 'org_admin' }, who.password)
      const { body: session } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', who)
      await gatehouse.addClient({ client_id: 'robot', redirect_uris: [callback], scope: 'openid' })
      const mighty = 'openid admin:keys:write'
      host.published['/mighty'] = slowSector(() => operator('robot', { scope: mighty }))
      const { status, body } = await asked(
        `${gatehouse.issuer}/api/v1/admin/clients/robot`,
        'PATCH',
        { ...paired('/mighty'), scope: 'openid' },
        bearer(session.access_token),
      )
      assert.deepEqual([status, body.detail], [403, 'the scopes of this client exceed your own permissions'])
      assert.deepEqual((await stored('robot'))?.scope, mighty)
    })

    test('a sector that cannot be read does not keep an operator from other changes', async () => {
      host.published['/down'] = [callback]
      await gatehouse.addClient({ client_id: 'down', ...paired('/down') })
      host.published['/down'] = (request) => request.socket.destroy()
      await operator('down', strict)
      assert.equal((await stored('down'))?.policy.assignment, 'required')
      await assert.rejects(operator('down', { redirect_uris: [callback, 'https://shop.example/'] }), { code: 'invalid_client_metadata' })
    })
  })

for (const engine of Object.keys(engines) as Engine[]) {
  const stage = await federationStage(engine)
  suite(`changes of a federated client at the same time, on ${engine}`, () => {
    after(stage.close)
    test('the client registers again by its trust chain', async () => {
      const { tenant } = stage
      const rp = await stage.relyingParty()
      assert.equal((await stage.register(rp)).status, 200)
      rp.answers.set(
        '/sector',
        slowSector(() => changeClient(tenant, rp.id, strict)),
      )
      const sectorial = { sector_identifier_uri: `${rp.id}/sector`, subject_type: 'pairwise', client_name: 'Changed' }
      const { metadata } = JSON.parse(Buffer.from(rp.configurationJwt().split('.')[1]!, 'base64url').toString())
      const openid_relying_party = { ...metadata.openid_relying_party, ...sectorial }
      assert.equal((await stage.register(rp, { metadata: { openid_relying_party } })).status, 200)
      const { policy, client_name } = (await tenant.store.clientsAdmin.find(rp.id))!
      assert.deepEqual([client_name, policy.assignment], ['Changed', 'required'])
    })
  })
}

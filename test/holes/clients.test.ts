/** What was issued to a client ends when the client is deleted, disabled or registered otherwise (holes 1, 2 and 5). */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Application, application, call, shows, told } from '../journeys/application.ts'
import { engines } from '../postgres.ts'

const person = { username: 'alice', password: 'wonderland' }
const stock = 'https://stock.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`clients that change, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let api: Application
    let count = 0
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: person.username }, person.password)
      await gatehouse.root.store.resourcesAdmin.add({ identifier: stock, name: 'Stock', scopes: { 'stock:read': 'See the stock' } })
      await gatehouse.addClient(
        { client_id: 'api', grant_types: ['client_credentials'], scope: '', resource_server: gatehouse.issuer },
        'secret',
      )
      api = application(gatehouse, { id: 'api', secret: 'secret' })
    })
    after(() => gatehouse.close())

    async function aClient(change: Record<string, unknown> = {}): Promise<Application> {
      const id = `app${++count}`
      await gatehouse.addClient(
        {
          client_id: id,
          redirect_uris: ['https://app.example/callback'],
          grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
          scope: 'openid profile offline_access',
          ...change,
        },
        'secret',
      )
      app = application(gatehouse, { id, secret: 'secret', scope: 'openid profile offline_access' })
      return app
    }
    const admin = () => gatehouse.root.store.clientsAdmin
    const userinfo = async (token: string) =>
      (await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status
    const isActive = async (token: string) => (await api.post('/introspect', { token })).body.active
    const machineToken = async (client: Application) =>
      (await client.post('/token', { grant_type: 'client_credentials' })).body.access_token as string

    test('a client that was disabled for a while learns that its refresh token is void', async () => {
      const client = await aClient()
      const { refresh_token } = await client.tokens(gatehouse.browser(), {}, person)
      const isActiveToItself = async () => (await client.post('/introspect', { token: refresh_token })).body.active
      assert.equal(await isActiveToItself(), true)
      await admin().setStatus(client.id, 'disabled')
      gatehouse.advance(2)
      await admin().setStatus(client.id, 'active')
      assert.equal(await isActiveToItself(), false)
      assert.equal((await client.refresh(refresh_token)).body.error, 'invalid_grant')
    })

    for (const format of ['jwt', 'opaque'] as const) {
      const ends: Record<string, (id: string) => Promise<unknown>> = {
        deleted: (id) => admin().remove(id, gatehouse.now()),
        disabled: (id) => admin().setStatus(id, 'disabled'),
      }
      for (const [what, end] of Object.entries(ends)) {
        test(`hole 2: a client that is ${what} has no ${format} token left, of a machine or a person`, async () => {
          const client = await aClient({ access_token_format: format })
          const tokens = await client.tokens(gatehouse.browser(), {}, person)
          const own = await machineToken(client)
          assert.deepEqual([await userinfo(tokens.access_token), await userinfo(own)], [200, 200])
          assert.deepEqual([await isActive(tokens.access_token), await isActive(own)], [true, true])
          await end(client.id)
          assert.deepEqual([await userinfo(tokens.access_token), await userinfo(own)], [401, 401])
          assert.deepEqual([await isActive(tokens.access_token), await isActive(own)], [false, false])
          assert.equal((await client.refresh(tokens.refresh_token)).status, 401)
        })
      }

      test(`hole 2: enabling a client, or registering its name again, revives no ${format} token, code or sign-in page`, async () => {
        const client = await aClient({ access_token_format: format })
        const tokens = await client.tokens(gatehouse.browser(), {}, person)
        const own = await machineToken(client)
        const code = await client.code(gatehouse.browser(), {}, person)
        const browser = gatehouse.browser()
        assert.ok(shows(await browser.open(client.url()), 'sign-in'))
        await admin().setStatus(client.id, 'disabled')
        await admin().setStatus(client.id, 'active')
        gatehouse.advance(1)
        const dead = async () => [await userinfo(tokens.access_token), await userinfo(own), await isActive(own)]
        assert.deepEqual(await dead(), [401, 401, false])
        assert.equal((await client.refresh(tokens.refresh_token)).body.error, 'invalid_grant')
        assert.equal(
          (await client.redeem(code)).body.error_description,
          'the client was disabled after this code was asked for; start again',
        )
        assert.equal((await browser.submit('sign-in', { ...person })).status, 400)
        assert.equal(await userinfo(await machineToken(client)), 200, 'new tokens are good')

        await admin().remove(client.id, gatehouse.now())
        count -= 1
        await aClient({ access_token_format: format })
        assert.deepEqual(await dead(), [401, 401, false])
      })

      test(`hole 2: a resource that is deleted, and registered again, takes no ${format} token that was issued for it`, async () => {
        const identifier = `https://${format}.example`
        const { resourcesAdmin } = gatehouse.root.store
        const add = () => resourcesAdmin.add({ identifier, name: 'API', scopes: { [`${format}:x`]: 'X' }, access_token_format: format })
        await add()
        const client = await aClient({ scope: `${format}:x`, resource_server: identifier })
        const token = (await client.post('/token', { grant_type: 'client_credentials', resource: identifier })).body.access_token
        const active = async () => (await client.post('/introspect', { token })).body.active
        assert.equal(await active(), true)
        await resourcesAdmin.remove(identifier)
        assert.equal(await active(), false)
        gatehouse.advance(1)
        await add()
        assert.equal(await active(), false)
      })
    }

    test('hole 5: a registration that changed holds for sign-in pages, codes and refresh tokens that are under way', async () => {
      const client = await aClient({ redirect_uris: ['https://app.example/callback', 'https://app.example/stays'] })
      const code = await client.code(gatehouse.browser(), {}, person)
      const { refresh_token } = await client.tokens(gatehouse.browser(), {}, person)
      const browser = gatehouse.browser()
      await browser.open(client.url())
      const other = gatehouse.browser()
      await other.open(client.url({ redirect_uri: 'https://app.example/stays' }))

      const registered = await admin().find(client.id)
      const { secretHashes: _, sealedSigningSecret: __, tokensFrom: ___, status: ____, ...metadata } = registered!
      await admin().replace({ ...metadata, redirect_uris: ['https://app.example/stays'], scope: 'openid offline_access' })

      assert.equal(
        (await client.redeem(code)).body.error_description,
        'the redirect URI of the authorization request is no longer registered',
      )
      const page = await browser.submit('sign-in', { ...person })
      assert.equal(page.status, 400)
      assert.match(page.html, /redirect_uri is no longer registered for this client/)
      assert.equal(told(await other.submit('sign-in', { ...person }))['error'], 'invalid_scope')
      assert.equal((await client.refresh(refresh_token)).body.scope, 'openid offline_access')

      await admin().replace({ ...metadata, grant_types: ['authorization_code'] })
      assert.equal((await client.refresh(refresh_token)).body.error, 'unauthorized_client')
    })

    test('hole 5: a client that lost every scope that was granted gets nothing', async () => {
      const client = await aClient({ scope: 'openid profile' })
      const code = await client.code(gatehouse.browser(), { scope: 'openid profile' }, person)
      const { secretHashes: _, sealedSigningSecret: __, tokensFrom: ___, status: ____, ...metadata } = (await admin().find(client.id))!
      await admin().replace({ ...metadata, scope: 'email' })
      const refused = await client.redeem(code)
      assert.equal(refused.body.error_description, 'this client is no longer registered for any of these scopes')
    })

    suite('hole 1: a holder of the HS256 secret can sign, but cannot issue tokens', () => {
      let machine: Application
      let genuine: string
      before(async () => {
        machine = await aClient({ access_token_signed_response_alg: 'HS256', scope: 'openid profile stock:read' })
        genuine = await machineToken(machine)
      })
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
      async function signed(claims: object): Promise<string> {
        const client = (await gatehouse.root.ctx.store.clients.find(machine.id))!
        const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: machine.id })}.${encode(claims)}`
        return `${input}.${createHmac('sha256', gatehouse.root.signingSecrets.secretOf(client)).update(input).digest('base64url')}`
      }

      test('the genuine token is good, also when the same claims are signed again', async () => {
        assert.equal(await userinfo(genuine), 200)
        assert.equal(await userinfo(await signed(claimsOf(genuine))), 200)
      })

      const changes: Record<string, (claims: Record<string, unknown>) => Record<string, unknown>> = {
        'another subject': (claims) => ({ ...claims, sub: 'somebody' }),
        'another audience': (claims) => ({ ...claims, aud: [claims['aud'], stock] }),
        'more scope': (claims) => ({ ...claims, scope: `${claims['scope']} email` }),
        'a later end': (claims) => ({ ...claims, exp: (claims['exp'] as number) + 1 }),
        'a stronger sign-in': (claims) => ({ ...claims, acr: 'aal2' }),
        'a role': (claims) => ({ ...claims, roles: ['admin'] }),
        'a grant': (claims) => ({ ...claims, gid: 'x' }),
        'a jti without the mark': (claims) => ({ ...claims, jti: 'x' }),
        'a changed mark': (claims) => ({ ...claims, jti: `${claims['jti']}A` }),
        'no jti': ({ jti: _, ...claims }) => claims,
        'a jti that is an object': (claims) => ({ ...claims, jti: { x: 1 } }),
        'no audience': ({ aud: _, ...claims }) => claims,
        'an audience that is a number': (claims) => ({ ...claims, aud: 1 }),
        'an audience that is an object': (claims) => ({ ...claims, aud: {} }),
      }
      for (const [name, change] of Object.entries(changes)) {
        test(`with ${name} it is refused everywhere, and takes nothing back`, async () => {
          const forged = await signed(change(claimsOf(genuine)))
          assert.deepEqual([await userinfo(forged), await isActive(forged)], [401, false])
          assert.equal((await machine.post('/revoke', { token: forged })).status, 200)
          assert.equal(await userinfo(genuine), 200)
        })
      }

      test('it cannot name a grant, a family or a token of somebody else to have it revoked', async () => {
        const victim = await aClient()
        const tokens = await victim.tokens(gatehouse.browser(), {}, person)
        const { jti, gid, fid } = claimsOf(tokens.access_token)
        for (const id of [jti, gid, fid]) {
          const forged = await signed({ ...claimsOf(genuine), jti: id, gid: id, fid: id })
          assert.equal((await machine.post('/revoke', { token: forged })).status, 200)
        }
        assert.equal(await userinfo(tokens.access_token), 200)
        assert.equal((await victim.refresh(tokens.refresh_token)).status, 200)
      })
    })
  })
}

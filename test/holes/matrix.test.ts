/** Property × path: what still works after each change, for every way to get or use a token, code, link, session or device. No cell is empty. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { replacePassword, setStatus } from '../../src/identity/accounts.ts'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { withApp } from '../authenticator-app.ts'
import { selfSigned } from '../certificates.ts'
import { type DocumentHost, documentHost } from '../document-host.ts'
import { federation } from '../federation.ts'
import { aKey } from '../journeys/dpop-proofs.ts'
import { engines } from '../postgres.ts'
import { receiver } from '../receiver.ts'
import { upstreamProvider } from '../upstream.ts'
import { outcomes } from './outcomes.ts'
import { paths } from './paths.ts'
import { type Outside, stock, type World, world } from './world.ts'

type Change = (world: World) => Promise<unknown>

const each = <T, R>(list: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> => Promise.all(list.map(act))
const clientStatus = ({ tenant, clients }: World, status: 'active' | 'disabled') =>
  each(clients, (id) => tenant.store.clientsAdmin.setStatus(id, status))
const accountStatus = ({ tenant, people }: World, status: 'active' | 'suspended') =>
  each(people, ({ subject }) => setStatus(tenant.accounts, subject, status))
const tenantStatus = ({ gatehouse, tenant }: World, status: 'active' | 'suspended') => gatehouse.app.tenants.setStatus(tenant.slug, status)
const removeClients = ({ tenant, clients, gatehouse }: World) =>
  each(clients, (id) => tenant.store.clientsAdmin.remove(id, gatehouse.now()))

const registered = ({ tenant, clients }: World) =>
  each(clients, async (id) => {
    const found = await tenant.store.clientsAdmin.find(id)
    return { metadata: metadataOf(found!), secrets: await tenant.store.clientsAdmin.listSecrets(id) }
  })
const registerOtherwise = async (world: World, change: object) => {
  for (const { metadata } of await registered(world)) await world.tenant.store.clientsAdmin.replace({ ...metadata, ...change })
}

const connectionsOf = ({ tenant }: World) => tenant.store.connections.list({ limit: 100 })

const changes: Record<string, Change> = {
  nothing: async () => {},
  'client disabled': (world) => clientStatus(world, 'disabled'),
  'client disabled and enabled': async (world) => {
    for (const status of ['disabled', 'active'] as const) await clientStatus(world, status)
  },
  'client deleted': removeClients,
  'client deleted and registered again': async (world) => {
    const clients = await registered(world)
    await removeClients(world)
    world.gatehouse.advance(1)
    for (const { metadata, secrets } of clients) await world.tenant.store.clientsAdmin.add(metadata, secrets)
  },
  'scope removed': (world) => registerOtherwise(world, { scope: 'openid' }),
  'redirect URI removed': (world) => registerOtherwise(world, { redirect_uris: ['https://app.example/other'] }),
  'grant types removed': (world) => registerOtherwise(world, { grant_types: [], response_types: [] }),
  'assignment removed': async (world) => {
    for (const { metadata } of await registered(world))
      await world.tenant.store.clientsAdmin.replace({ ...metadata, policy: { ...metadata.policy, assignment: 'required' } })
  },
  'resource removed': ({ tenant }) => tenant.store.resourcesAdmin.remove(stock),
  'account suspended': (world) => accountStatus(world, 'suspended'),
  'account suspended and resumed': async (world) => {
    for (const status of ['suspended', 'active'] as const) await accountStatus(world, status)
  },
  'address changed': ({ tenant, people }) =>
    each(people, ({ subject }) => tenant.store.accounts.change(subject, { email: `moved-${subject}@example.com` })),
  'second factor set up': ({ tenant, people, gatehouse }) => each(people, ({ subject }) => withApp(tenant, subject, gatehouse.now())),
  'connection disabled': async (world) => {
    for (const { sealedSecret: _, ...connection } of await connectionsOf(world))
      await world.tenant.store.connections.replace({ ...connection, enabled: false })
  },
  'connection removed': async (world) => {
    for (const { name } of await connectionsOf(world)) await world.tenant.store.connections.remove(name)
  },
  'account deleted': ({ tenant, people, gatehouse }) =>
    each(people, ({ subject }) => tenant.store.accounts.remove(subject, gatehouse.now())),
  'password changed': ({ tenant, people }) =>
    each(people, (account) => replacePassword(tenant.accounts, account, 'another good and long password')),
  'sessions ended': ({ tenant, people }) => each(people, ({ subject }) => tenant.store.sessions.end({ subject })),
  'grant revoked': async ({ tenant, gatehouse }) => {
    const grants = await tenant.store.grantsAdmin.list({ limit: 100 })
    await each(grants, ({ id }) => tenant.store.grants.revoke(id, gatehouse.now()))
  },
  'service suspended': ({ tenant, service }) => tenant.store.services.setStatus(service, 'suspended'),
  'signing key revoked': async ({ tenant: { keyring } }) => {
    for (const { kid } of await keyring.list()) await keyring.revoke(kid)
  },
  'tenant suspended': (world) => tenantStatus(world, 'suspended'),
  'tenant suspended and resumed': async (world) => {
    for (const status of ['suspended', 'active'] as const) await tenantStatus(world, status)
  },
}

const namesIn = (list: string) => list.trim().split(/,\s+/)

test('every path has one outcome for every change', () => {
  assert.deepEqual(Object.keys(outcomes), Object.keys(paths))
  for (const [path, groups] of Object.entries(outcomes))
    assert.deepEqual(Object.values(groups).flatMap(namesIn).sort(), Object.keys(changes).sort(), path)
})

const expectedOf = (path: string, change: string) =>
  Object.entries(outcomes[path] ?? {}).find(([, list]) => namesIn(list).includes(change))?.[0]

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`every change and every path, on ${engine}`, () => {
    let gatehouse: TestApp
    let given: Omit<Outside, 'endpoint'>
    let host: DocumentHost
    before(async () => {
      host = await documentHost()
      const mutualTls = { FEATURES_MUTUAL_TLS: 'true', MTLS_PROXY: 'rfc9440', TRUSTED_PROXIES: '127.0.0.1,::1' }
      const drafts = {
        ...{ FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true', FEATURES_IDENTITY_ASSERTION_DRAFT04: 'true' },
        FEATURES_NATIVE_SSO_DRAFT07: 'true',
      }
      const outside = { ...host.settings, REGISTRATION_PER_ADDRESS: '1000' }
      gatehouse = await testApp(engine, { KEYS_ALGS: 'ES256', LIMITS_SIGN_IN_ADDRESS: '100000', ...mutualTls, ...drafts, ...outside })
      const certificate = { 'client-cert': `:${(await selfSigned()).der.toString('base64')}:` }
      const members = federation(gatehouse.now)
      const provider = await upstreamProvider(gatehouse.now)
      given = { certificate, host, provider, federation: members, anchor: await members.entity() }
    })
    after(async () => {
      await given.federation.close()
      await given.provider.close()
      await gatehouse.close()
      await host.close()
    })

    for (const [change, act] of Object.entries(changes))
      test(change, async () => {
        const endpoint = await receiver()
        const here = await world(gatehouse, await aKey(), { ...given, endpoint })
        const uses: [path: string, use: () => Promise<string>][] = []
        for (const [path, handOut] of Object.entries(paths)) uses.push([path, await handOut(here)])
        gatehouse.advance(1)
        await act(here)
        gatehouse.advance(1)
        const found: Record<string, string> = {}
        for (const [path, use] of uses) found[path] = await use()
        await endpoint.close()
        assert.deepEqual(found, Object.fromEntries(uses.map(([path]) => [path, expectedOf(path, change)])))
      })
  })
}

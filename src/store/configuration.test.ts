/** What one node remembers of a tenant's configuration, while another node changes it. */
import assert from 'node:assert/strict'
import { aClient, aGrant, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import { aRegistration, aResource, aSecret } from '../../test/tenant-content.ts'
import { configuration } from './configuration.ts'
import { openDatabase } from './open.ts'
import { type Db, sql } from './sql.ts'
import { sweep } from './sweep.ts'
import { systemStore } from './system.ts'
import { tenantStore } from './tenant.ts'

/** Another node on the same database: what it reads is counted, and time passes for it when it is told. */
async function anotherNode(url: string): Promise<{ db: Db; reads: () => number; later: () => void }> {
  const db = await openDatabase(url)
  let [reads, marks] = [0, 0]
  const read: Db['read'] = (query) => {
    reads++
    return db.read(query)
  }
  const mark = db.engine === 'sqlite' ? db.mark : () => marks
  return { db: Object.assign(Object.create(db) as Db, { read, mark }), reads: () => reads, later: () => marks++ }
}

const key = {
  kid: 'kid',
  alg: 'ES256',
  generation: 1,
  publicJwk: '{}',
  sealedKey: 'sealed',
  createdAt: 1,
  activeAt: 1,
  removeAt: undefined,
} as const
const api = 'https://api1.example'

/** What is read again and again, and what changes it. Each change follows those before it. */
const changes: readonly { what: string; change(store: TenantStore): Promise<unknown>; read(store: TenantStore): Promise<unknown> }[] = [
  {
    what: 'a client is registered',
    change: (s) => s.clientsAdmin.add(aClient(), [aSecret('first')]),
    read: (s) => s.clients.find('client'),
  },
  {
    what: 'a client is changed',
    change: (s) => s.clientsAdmin.replace(aClient({ scope: 'read' })),
    read: (s) => s.clients.find('client'),
  },
  {
    what: 'its origins are changed',
    change: (s) => s.clientsAdmin.replace(aClient({ redirect_uris: ['https://other.example/'] })),
    read: (s) => s.clients.hasOrigin('https://other.example'),
  },
  {
    what: 'a secret is added',
    change: (s) => s.clientsAdmin.addSecret('client', aSecret('second')),
    read: (s) => s.clients.find('client'),
  },
  {
    what: 'secrets are rotated',
    change: (s) => s.clientsAdmin.rotateSecret('client', aSecret('third'), undefined),
    read: (s) => s.clients.find('client'),
  },
  {
    what: 'a signing secret is set',
    change: (s) => s.clientsAdmin.setSigningSecret('client', 'sealed'),
    read: (s) => s.clients.find('client'),
  },
  {
    what: 'a client is disabled',
    change: (s) => s.clientsAdmin.setStatus('client', 'disabled'),
    read: (s) => s.clients.find('client'),
  },
  {
    what: 'an API is registered',
    change: (s) => s.resourcesAdmin.add(aResource('1'), aSecret('first')),
    read: (s) => s.resources.find(api),
  },
  {
    what: 'an API has another name',
    change: (s) => s.resourcesAdmin.replace({ ...aResource('1'), resource_id: 'api-one' }),
    read: (s) => s.resources.named('api-one'),
  },
  {
    what: 'an API means something else',
    change: (s) => s.resourcesAdmin.replace({ ...aResource('1'), scopes: { write: 'Write' } }),
    read: (s) => s.resources.meanings(),
  },
  {
    what: 'another API declares the same',
    change: (s) => s.resourcesAdmin.add({ ...aResource('2'), scopes: { write: 'Write' } }),
    read: (s) => s.resources.sharedScopes(),
  },
  {
    what: 'the secret of an API is rotated',
    change: (s) => s.resourcesAdmin.rotateSecret(api, aSecret('second'), undefined),
    read: (s) => s.resources.find(api),
  },
  {
    what: 'a signing key is added',
    change: (s) => s.signingKeys.add(key, undefined),
    read: (s) => s.signingKeys.list(),
  },
  {
    what: 'a signing key is revoked',
    change: (s) => s.signingKeys.remove('kid'),
    read: (s) => s.signingKeys.list(),
  },
  {
    what: 'all is declared anew',
    change: (s) =>
      s.declare(
        {
          clients: [],
          resources: [],
          connections: [],
          credentials: [],
          trustedIssuers: [],
          removed: { clients: ['client'], resources: [api], connections: [], credentials: [], trustedIssuers: [] },
        },
        NOW,
      ),
    read: (s) => s.resources.find(api),
  },
]

onEachEngine('a change is seen by the node that made it at once, and by another one as soon as it promises', async ({ db, url }) => {
  const own = tenantStore(db, 'a', () => NOW)
  const { db: otherDb, reads, later } = await anotherNode(url)
  const other = tenantStore(otherDb, 'a', () => NOW)
  try {
    for (const { what, change, read } of changes) {
      const before = await read(other)
      const asked = reads()
      assert.deepEqual(await read(other), before)
      assert.equal(reads(), asked, `${what}: until then it is remembered`)
      assert.deepEqual(await read(own), before, what)
      await change(own)
      later()
      const after = await read(other)
      assert.notDeepEqual(after, before, what)
      assert.deepEqual(await read(own), after, what)
    }
  } finally {
    await otherDb.close()
  }
})

onEachEngine(
  'what is swept is seen like any other change, in each tenant that it belonged to and in no other',
  async ({ db, url, a, b }) => {
    const { db: otherDb, later } = await anotherNode(url)
    const ofEach = (...dbs: Db[]) => dbs.flatMap((one) => ['a', 'b'].map((tenant) => tenantStore(one, tenant, () => NOW)))
    const stores = ofEach(db, otherDb)
    const { version } = configuration(db, 'c')
    const seen = () =>
      Promise.all(
        stores.map(async ({ clientsAdmin, clients, signingKeys }) => [
          (await clientsAdmin.find('registered1')) !== undefined,
          await clients.hasOrigin('https://registered1.example'),
          (await signingKeys.list()).map(({ kid }) => kid),
        ]),
      )
    try {
      for (const store of [a, b]) {
        const registered = aRegistration('1')
        await store.registrations.add({ ...registered, registration: { ...registered.registration, token: undefined }, expiresAt: NOW })
        await store.signingKeys.add({ ...key, removeAt: NOW }, undefined)
      }
      await tenantStore(db, 'c', () => NOW).clientsAdmin.add(aClient(), [])
      assert.deepEqual(await seen(), Array(4).fill([true, true, ['kid']]))
      const before = await version()
      assert.equal(await sweep(db, NOW, 1), 2)
      later()
      assert.equal((await seen()).flat(2).filter((there) => there === true || there === 'kid').length, 6, 'one tenant has lost each')
      assert.equal(await sweep(db, NOW, 300), 2)
      later()
      assert.deepEqual(await seen(), Array(4).fill([false, false, []]))
      assert.equal(await version(), before)
    } finally {
      await otherDb.close()
    }
  },
)

onEachEngine('the directory of tenants has a version of its own', async ({ db, url, a }) => {
  const { db: otherDb, later } = await anotherNode(url)
  const [own, other] = [systemStore(db).tenants, systemStore(otherDb).tenants]
  const row = { id: 'a', slug: 'acme', name: 'Acme', host: undefined, settings: {}, status: 'active', createdAt: NOW } as const
  try {
    const seen = [await other.version()]
    for (const change of [() => own.add(row), () => own.change('a', { status: 'suspended' }), () => own.change('a', { name: 'ACME' })]) {
      await change()
      later()
      assert.ok(!seen.includes(await other.version()))
      assert.equal(await own.version(), await other.version())
      seen.push(await other.version())
    }
    await a.clientsAdmin.add(aClient(), [])
    later()
    assert.equal(await other.version(), seen.at(-1), 'what is configured in a tenant is no change of the directory')
  } finally {
    await otherDb.close()
  }
})

onEachEngine('a secret that expires is refused then, though its client is remembered', async ({ db }) => {
  let now = NOW
  const store = tenantStore(db, 'a', () => now)
  await store.clientsAdmin.add(aClient(), [{ ...aSecret('short'), expiresAt: NOW + 10 }, aSecret('long')])
  await store.resourcesAdmin.add(aResource('1'), { ...aSecret('short'), expiresAt: NOW + 10 })
  const hashes = async () => [
    (await store.clients.find('client'))?.secretHashes.length,
    (await store.resources.find(api))?.secretHashes.length,
  ]
  assert.deepEqual(await hashes(), [2, 1])
  now = NOW + 10
  assert.deepEqual(await hashes(), [1, 0])
  now = NOW
  assert.deepEqual(await hashes(), [2, 1])
})

onEachEngine('a change that fails leaves the version, and what changes nothing that is configured does', async ({ db, a }) => {
  const { version } = configuration(db, 'a')
  await a.clientsAdmin.add(aClient(), [])
  const before = await version()
  await assert.rejects(
    configuration(db, 'a').db.transact(function* () {
      yield sql`update clients set status = 'disabled' where tenant_id = 'a'`
      throw new Error('undone')
    }),
  )
  assert.equal((await a.clients.find('client'))?.client_id, 'client')
  await aGrant(a)
  assert.equal(await version(), before)
})

onEachEngine('a database that does not answer is asked again', async ({ db }) => {
  let broken = true
  const failing = Object.assign(Object.create(db) as Db, {
    read: ((query) => (broken ? Promise.reject(new Error('away')) : db.read(query))) satisfies Db['read'],
  })
  const store = tenantStore(failing, 'a', () => NOW)
  await assert.rejects(store.clients.find('client'), { message: 'away' })
  broken = false
  assert.equal(await store.clients.find('client'), undefined)
})

onEachEngine('what is there stays remembered, however much is asked for that is not', async ({ db }) => {
  for (const none of [undefined, false]) {
    const asked: string[] = []
    const find = configuration(db, 'a').remembering(`values, of which some are ${none}`, async (key) => {
      asked.push(key)
      return key === 'there' ? key : none
    })
    await find('there')
    for (let i = 0; i < 50_001; i++) await find(`none ${i}`)
    assert.equal(await find('there'), 'there')
    assert.equal(await find('none 50000'), none)
    assert.equal(asked.length, 50_002)
  }
})

onEachEngine('what is remembered is weighed: large values make others be forgotten, and no value is nearly all', async ({ db }) => {
  const asked: string[] = []
  const remembering = (name: string, length: number) =>
    configuration(db, 'a').remembering(name, async (key) => {
      asked.push(name + key)
      return name + 'x'.repeat(length)
    })
  const [small, large, huge] = [remembering('small', 10), remembering('large', 1_000_000), remembering('huge', 10_000_000)]
  for (const all of [small, large, huge]) await all('')
  for (let i = 0; i < 50; i++) await large(`${i}`)
  await small('late')
  await Promise.all([small(''), large(''), large('49'), small('late')])
  assert.equal(asked.length, 54)
  await huge('')
  assert.equal(asked.length, 55)
  for (let i = 50; i < 100; i++) await large(`${i}`)
  assert.equal(asked.length, 105)
  for (const known of [small('late'), small(''), large('99')]) await known
  assert.equal(asked.length, 105)
  await large('')
  await large('0')
  assert.equal(asked.length, 107)
})

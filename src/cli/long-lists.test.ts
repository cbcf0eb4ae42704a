/** Lists of more entries than are read at a time come whole, on the screen, in an export, and where a file is compared with what there is. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type CommandLine, commandLine } from '../../test/command-line.ts'
import { aCredential } from '../../test/credential-content.ts'
import { aStream, aWebhook } from '../../test/event-content.ts'
import { aMark, anEntity } from '../../test/federation-acts.ts'
import { aClient, anAccount, type TenantStore } from '../../test/stored.ts'
import { aConnection, aResource, aSecret, aService, aTrustedIssuer } from '../../test/tenant-content.ts'
import { openDatabase } from '../store/open.ts'
import { ROOT_TENANT } from '../store/system.ts'
import { tenantStore } from '../store/tenant.ts'

/** One more than a page has. */
const count = 201

const kinds: Record<string, (store: TenantStore, n: string) => Promise<unknown>> = {
  'clients list': (store, n) => store.clientsAdmin.add(aClient({ client_id: `client${n}` }), [aSecret('first')]),
  'resources list': (store, n) => store.resourcesAdmin.add(aResource(n), undefined),
  'connections list': (store, n) => store.connections.add(aConnection(n), undefined),
  'webhooks list': (store, n) => store.webhooks.add(aWebhook(n), 'sealed'),
  'credentials list': (store, n) => store.credentialConfigurations.add(aCredential(n)),
  'trusted-issuers list': (store, n) => store.trustedIssuersAdmin.add(aTrustedIssuer(n)),
  'services list': (store, n) => store.services.add(aService(n)),
  'streams list': (store, n) => store.eventStreams.add(aStream(n)),
  'federation list': (store, n) => store.federation.put(anEntity(n)),
  'federation trust-marks': (store, n) => store.trustMarks.issue(aMark(n)),
  'clients assignments client1': async (store, n) => {
    await store.accounts.add(anAccount({ subject: `person${n}`, username: `person${n}`, email: undefined }))
    await store.assignmentsAdmin.add('client1', { kind: 'user', id: `person${n}` })
  },
}

let shell: CommandLine
before(async () => {
  shell = await commandLine()
  await shell.json('tenants update root --federation true')
  const db = await openDatabase(`sqlite:${shell.folder}/gatehouse.db`, () => {})
  const store = tenantStore(db, ROOT_TENANT, () => 0)
  for (const add of Object.values(kinds)) await Promise.all(Array.from({ length: count }, (_, i) => add(store, String(i + 1))))
  await db.close()
})
after(() => shell.remove())

for (const line of Object.keys(kinds))
  test(`gatehouse ${line}`, async () => {
    const listed = (await shell.json(line)).map((one: unknown) => JSON.stringify(one))
    assert.deepEqual([listed.length, new Set(listed).size], [count, count])
    assert.equal((await shell.gatehouse(line)).out.trim().split('\n').length, count + 1)
  })

test('an export has all, and nothing to do when it is applied', async () => {
  const { tenants: _, ...exported } = await shell.json('export')
  const lengths = Object.values(exported).flatMap((list) => (Array.isArray(list) ? [list.length] : []))
  assert.deepEqual(lengths, Array(7).fill(count))
  const assigned = exported.clients.find(({ client_id: id }: { client_id: string }) => id === 'client1').assignments
  assert.equal(assigned.users.length, count)
  const applied = await shell.gatehouse('apply - --yes --prune', JSON.stringify(exported))
  assert.equal(applied.out, 'Nothing to do.\n', applied.err)
})

/** An account that has everything that an account can have, each with times of its own. */
import assert from 'node:assert/strict'
import { connectionSchema } from '../../src/connections/connection.ts'
import { defineAttribute } from '../../src/identity/attributes.ts'
import { addMembers, createGroup } from '../../src/identity/groups.ts'
import { firstPartyId } from '../../src/protocol/client.ts'
import type { Tenant } from '../../src/tenant.ts'
import { withApp } from '../authenticator-app.ts'
import { aCredential, anIssued } from '../credential-content.ts'
import { aClient, aLink } from '../stored.ts'
import { aConnection, aDeviceSecret, anApiKey, anEntry, anIdentity, aPasskey, aTokenId } from '../tenant-content.ts'

/** Two or more of what there can be many of, from a minute before `start` on. `sid`: of the session that shows it. */
export async function fillAccount(tenant: Tenant, { subject, sid, start }: { subject: string; sid: string; start: number }): Promise<void> {
  const { store } = tenant
  const [at, expiresAt] = [start - 60, start + 86_400]
  await defineAttribute(tenant.attributes, { name: 'team', type: 'string' })
  await store.accounts.change(subject, { claims: { name: 'Ada Lovelace', zoneinfo: 'Pacific/Kiritimati', email_verified: true } })
  await store.accounts.change(subject, { attributes: { team: 'red' } })
  const group = await createGroup(tenant.accounts, { name: 'Crew' })
  assert.ok(typeof group !== 'string')
  await addMembers(tenant.accounts, group.id, [subject])
  await withApp(tenant, subject, start)
  await tenant.signIn.store.factors.replaceRecoveryCodes(subject, ['one', 'another'])
  const how = { recoveryCodes: [], onlyFirst: false }
  await store.passkeys.add({ ...aPasskey('2'), subject, synced: true, backedUp: true, createdAt: at + 1, lastUsedAt: at + 2 }, how)
  await store.clientsAdmin.add(
    aClient({ client_id: 'client1', client_name: 'Tideboard', initiate_login_uri: 'https://tideboard.example/start' }),
    [],
  )
  await store.clientsAdmin.add(aClient({ client_id: 'client2' }), [])
  const granted = { clientId: 'client1', subject, scope: ['openid', 'email'], details: [], newId: 'grant1', now: at }
  await store.grants.widen(granted)
  await store.grants.widen({ ...granted, clientId: firstPartyId, newId: 'grant2', now: at + 1 })
  for (const [hash, own, clientId, createdAt, usedAt] of [
    ['s1', sid, 'client1', at, at + 5],
    ['s2', sid, 'client2', at + 1, at + 9],
    ['s3', 'elsewhere', 'client1', at + 2, at + 3],
    ['s4', 'elsewhere', 'vanished', at + 3, at + 4],
  ] as const) {
    const authentication = { subject, authTime: at, acr: '1', amr: ['pwd'], sid: own }
    const times = { createdAt, usedAt, expiresAt }
    const deviceSecret = { ...aDeviceSecret('1'), hash, clientId, authentication, family: hash, ...times }
    await store.issue({ spend: undefined, refresh: undefined, deviceSecret })
  }
  for (const [n, more] of [
    ['1', {}],
    ['2', {}],
    ['3', {}],
    ['4', { sign_in: { enabled: false } }],
    ['5', { sign_in: { enabled: false }, vault: { enabled: true } }],
    ['6', { enabled: false }],
  ] as const)
    await store.connections.add(
      connectionSchema.parse({ ...aConnection(n), label: `The ${n}`, position: 9 - Number(n), ...more }),
      'sealed',
    )
  await store.upstreamIdentities.link({ ...anIdentity('1'), subject, label: 'ada at one', createdAt: at + 20, lastUsedAt: at + 21 })
  await store.upstreamIdentities.link({ ...anIdentity('2'), subject, createdAt: at + 30 })
  const owner = { type: 'account', id: subject } as const
  const kept = { owner, connection: 'connection1', upstreamSubject: 'upstream1' }
  const entry = (id: string, more: object) => ({ ...anEntry('1'), ...kept, id, createdAt: at, updatedAt: at, ...more })
  await store.vault.add(entry('e1', { label: 'label of e1', lastUsedAt: at + 40, lastUsedBy: 'client1' }), {
    ...aTokenId('1'),
    entry: 'e1',
  })
  const later = { createdAt: at + 2, lastUsedAt: at + 39, lastUsedBy: 'client2' }
  await store.vault.add(entry('e2', { scope: ['openid', 'write'], ...later }), { ...aTokenId('2'), entry: 'e2' })
  const broken = { connection: 'vanished', upstreamSubject: undefined, label: 'label of e3', createdAt: at + 50 }
  await store.vault.add(entry('e3', { ...broken, state: 'consent-needed', lastUsedBy: 'gone', lastUsedAt: at + 51 }), undefined)
  await store.credentialConfigurations.add(aCredential('1'))
  const most = { fulfils: undefined, most: 100, now: start }
  for (const [n, more] of [
    ['1', {}],
    ['2', { status: 'suspended', clientId: 'vanished', configuration: 'gone' }],
    ['3', { status: 'revoked' }],
    ['4', { expiresAt: start }],
  ] as const) {
    const issued = { ...anIssued('1'), subject, id: `issued${n}`, clientId: 'client1', issuedAt: at, expiresAt, ...more }
    await store.issuedCredentials.add(issued, { candidates: [[Number(n)]], ...most })
  }
  const key = { ...anApiKey('1'), subject, createdAt: at, scope: ['orders:read', 'orders:write'], resource: ['https://orders.example'] }
  await store.apiKeysAdmin.add(key)
  await store.apiKeysAdmin.add({ ...key, id: 'key2', hash: 'key2', chain: 'key2', createdAt: at + 1, expiresAt, lastUsedAt: at + 7 })
  const account = (await store.accounts.bySubject(subject))!
  await store.links.add(aLink({ hash: 'link', kind: 'verification', expiresAt }, account))
}

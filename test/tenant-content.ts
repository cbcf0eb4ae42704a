/** A tenant that holds two of everything, so that an act that takes too many, or another tenant's, shows. */
import { connectionSchema } from '../src/connections/connection.ts'
import type { UpstreamRequest } from '../src/connections/store.ts'
import { attributeSchema } from '../src/identity/attributes.ts'
import type { DeviceSecret } from '../src/protocol/device-secret.ts'
import type { StoredApiKey } from '../src/protocol/registry.ts'
import { resourceSchema } from '../src/protocol/resource.ts'
import { trustedIssuerSchema } from '../src/protocol/trusted-issuer.ts'
import type { VaultEntry } from '../src/vault/entry.ts'
import { aCredential, aDeferred, anIssued, anOffer } from './credential-content.ts'
import { fillEvents } from './event-content.ts'
import { fillFederation } from './federation-acts.ts'
import { aClient, aCode, aFlow, aMessage, anAccount, aRefreshToken, aSession, NOW, type TenantStore } from './stored.ts'

export const aSecret = (id: string) => ({ id, hash: `hash of ${id}`, createdAt: NOW })
export const aResource = (n: string) =>
  resourceSchema.parse({
    identifier: `https://api${n}.example`,
    resource_id: `api${n}`,
    name: `API ${n}`,
    scopes: { read: 'Read' },
    authorization_details_types: { [`order${n}`]: { description: 'Order', schema: { type: 'object' } } },
  })
export const aConnection = (n: string) =>
  connectionSchema.parse({ name: `connection${n}`, issuer: `https://provider${n}.example`, client_id: 'gatehouse' })
export const aTrustedIssuer = (n: string) =>
  trustedIssuerSchema.parse({
    issuer: `https://trusted${n}.example`,
    jwks_uri: `https://trusted${n}.example/jwks`,
    clients: [`client${n}`],
    subject_kind: 'login',
  })
export const anUpstreamRequest = (n: string): UpstreamRequest => ({
  hash: `upstream-request${n}`,
  connection: `connection${n}`,
  purpose: 'consent',
  redirectUri: 'https://id.example/callback',
  scope: 'openid',
  owner: { type: 'account', id: `person${n}` },
})
export const anEntry = (n: string): VaultEntry => ({
  id: `entry${n}`,
  connection: `connection${n}`,
  owner: { type: 'account', id: `person${n}` },
  kind: 'offline',
  upstreamSubject: `upstream${n}`,
  upstreamSession: undefined,
  label: undefined,
  scope: ['openid', 'read'],
  state: 'active',
  sealed: 'sealed',
  version: 1,
  accessExpiresAt: NOW + 60,
  refreshAt: NOW + 3600,
  createdAt: NOW,
  updatedAt: NOW,
  lastUsedAt: undefined,
  lastUsedBy: undefined,
})
export const anIdentity = (n: string) => ({
  connection: `connection${n}`,
  upstreamSubject: `upstream${n}`,
  subject: `person${n}`,
  label: undefined,
  createdAt: NOW,
  lastUsedAt: undefined,
})
export const aTokenId = (n: string) => ({ id: `token-id${n}`, entry: `entry${n}`, session: `sid${n}`, createdAt: NOW })
export const aLink = (n: string, kind: 'reset' | 'verification' = 'verification') => ({
  hash: `link${n}`,
  kind,
  subject: `person${n}`,
  email: `person${n}@example.org`,
  expiresAt: NOW + 60,
})
export const aSignUp = (n: string) => ({
  hash: `sign-up${n}`,
  email: `new${n}@example.org`,
  passwordHash: '$',
  claims: {},
  expiresAt: NOW + 60,
})
export const aPasskey = (n: string) => ({
  id: `passkey${n}`,
  subject: `person${n}`,
  publicKey: 'key',
  counter: 1,
  transports: [],
  synced: false,
  backedUp: false,
  name: 'Passkey',
  createdAt: NOW,
  lastUsedAt: undefined,
})
export const aPushedRequest = (n: string) => ({
  hash: `pushed${n}`,
  clientId: `client${n}`,
  params: [['scope', 'openid']] as const,
  signed: undefined,
  usesUp: undefined,
  instance: undefined,
  expiresAt: NOW + 60,
})
export const aDevice = (n: string) => ({
  hash: `device-code${n}`,
  clientId: `client${n}`,
  request: `user-code${n}`,
  address: '192.0.2.1',
  refused: false,
  interval: 5,
  expiresAt: NOW + 60,
})
export const aBackchannelRequest = (n: string) => ({
  ...aDevice(n),
  hash: `auth-req-id${n}`,
  request: `approval${n}`,
  subject: `person${n}`,
  createdAt: NOW,
})
export const aDeviceSecret = (n: string): DeviceSecret => ({
  ...{ hash: `device-secret${n}`, clientId: `client${n}`, grantId: `grant${n}`, family: `family${n}` },
  authentication: { ...aCode().authentication, subject: `person${n}`, sid: `sid${n}` },
  ...{ createdAt: NOW, usedAt: NOW, expiresAt: NOW + 3600 },
})
export const aPing = (n: string) => ({ id: `ping${n}`, sealed: 'sealed', expiresAt: NOW + 120 })
export const aRegistration = (n: string) => ({
  client: aClient({ client_id: `registered${n}`, redirect_uris: [`https://registered${n}.example/`] }),
  secret: aSecret('first'),
  registration: { token: `initial${n}`, scope: ['openid'], at: NOW },
  hash: `registration${n}`,
  quarantined: true,
  expiresAt: NOW + 60,
})
export const aDescribedClient = (n: string) => ({
  clientId: `https://agent${n}.example/client.json`,
  describe: () => aClient({ client_id: `https://agent${n}.example/client.json`, redirect_uris: [`https://agent${n}.example/`] }),
  at: NOW,
  expiresAt: NOW + 60,
})
export const anInitialToken = (n: string) => ({
  id: `initial${n}`,
  hash: `hash of initial${n}`,
  label: 'Token',
  scope: undefined,
  usesLeft: 5,
  createdAt: NOW,
  expiresAt: NOW + 60,
})
export const aTotp = (n: string) => ({ subject: `person${n}`, sealed: 'sealed', lastStep: 1, createdAt: NOW })
export const anApiKey = (n: string, owner: 'person' | 'service' = 'person'): StoredApiKey => ({
  id: `key${n}`,
  hash: `hash of key${n}`,
  owner,
  subject: `${owner}${n}`,
  label: 'Key',
  scope: [],
  resource: [],
  chain: `key${n}`,
  createdAt: NOW,
  lifetime: undefined,
  expiresAt: undefined,
  lastUsedAt: undefined,
})
export const anEvent = (n: string) =>
  ({
    id: `event${n}`,
    at: NOW,
    act: 'user.create',
    outcome: 'success',
    requestId: undefined,
    address: undefined,
    target: `person${n}`,
  }) as const
export const aKey = (generation: number) =>
  ({
    kid: `kid${generation}`,
    alg: 'ES256',
    generation,
    publicJwk: '{}',
    sealedKey: 's',
    createdAt: NOW,
    activeAt: NOW,
    removeAt: undefined,
  }) as const
export const aGroup = (n: string) => ({ id: `group${n}`, name: `Group ${n}`, description: undefined, createdAt: NOW, updatedAt: NOW })
export const anAttribute = (n: string) => attributeSchema.parse({ name: `attribute${n}`, type: 'string' })
export const aService = (n: string) =>
  ({ id: `service${n}`, name: `service-${n}`, description: undefined, status: 'active', createdAt: NOW }) as const

export const person = (n: string) =>
  anAccount({
    subject: `person${n}`,
    username: `Person${n}`,
    email: `person${n}@example.org`,
    passwordHash: `$${n}`,
    role: 'superadmin',
    attributes: { attribute1: 'one' },
  })
/** Somebody who was invited and has not come yet. */
export const invited = (n: string) =>
  anAccount({ subject: `invited${n}`, username: `Invited${n}`, email: `invited${n}@example.org`, passwordHash: undefined })
const aConnectLink = (n: string) => ({
  ...{ hash: `connecting${n}`, kind: 'connection' as const, subject: `invited${n}`, email: `invited${n}@example.org`, expiresAt: NOW + 60 },
  connect: { connection: `connection${n}`, upstreamSubject: `connecting${n}`, label: undefined, flow: `flow${n}`, account: 'mark' },
})

/** A link's account as it is when the link is made, and the mail that carries the link. */
export const carried = (n: string, id: string) => ({ account: person(n), message: aMessage({ id: `message${id}` }) })
const pending = (n: string) => ({ id: `pending${n}`, subject: `person${n}`, password: 'p', amr: ['pwd'], expiresAt: NOW + 60 })
const how = { recoveryCodes: ['recovery1', 'recovery2'], onlyFirst: false }

export async function fillTenant(store: TenantStore): Promise<void> {
  for (const n of ['1', '2']) {
    await store.attributes.define(anAttribute(n))
    const told = { backchannel_logout_uri: `https://app${n}.example/logout` }
    await store.clientsAdmin.add(aClient({ client_id: `client${n}`, redirect_uris: [`https://app${n}.example/callback`], ...told }), [
      aSecret('first'),
      aSecret('second'),
    ])
    await store.resourcesAdmin.add(aResource(n), aSecret('first'))
    await store.initialAccessTokens.add(anInitialToken(n))
    await store.registrations.add(aRegistration(n))
    await store.connections.add(aConnection(n), 'sealed')
    await fillEvents(store, n)
    await store.credentialConfigurations.add(aCredential(n))
    await store.trustedIssuersAdmin.add(aTrustedIssuer(n))
    await store.groups.add(aGroup(n))
    await store.services.add(aService(n))
    await store.signingKeys.add(aKey(Number(n)), undefined)
    await store.signingKeys.add({ ...aKey(Number(n)), kid: `other-kid${n}`, alg: 'PS256' }, undefined)
    await fillFederation(store, n)
  }
  for (const n of ['1', '2']) await fillPerson(store, n)
}

async function fillPerson(store: TenantStore, n: string): Promise<void> {
  const [grantId, family] = [`grant${n}`, `family${n}`]
  await store.accounts.add(person(n))
  for (const part of ['', ' elsewhere'])
    await store.sessions.start(aSession({ hash: `session${n}${part}`, sid: `sid${n}${part}`, subject: `person${n}` }), `$${n}`, [])
  await store.grants.widen({ clientId: `client${n}`, subject: `person${n}`, scope: ['openid'], details: [], newId: grantId, now: NOW })
  await store.flows.begin(aFlow(`flow${n}`), NOW + 60)
  await store.flows.setPending(`flow${n}`, pending(n))
  const authentication = { ...aCode().authentication, subject: `person${n}`, sid: `sid${n}` }
  const asked = { ...aCode().asked, clientId: `client${n}` }
  await store.codes.add(aCode({ hash: `code${n}`, grantId, family, authentication, asked }), undefined)
  await store.issue({ spend: undefined, refresh: aRefreshToken({ hash: `refresh${n}`, grantId, family }) })
  await store.issue({ spend: undefined, refresh: undefined, deviceSecret: aDeviceSecret(n) })
  await store.revocations.add([`revoked${n}`], NOW + 60)
  await store.pushedRequests.add(aPushedRequest(n), [])
  await store.deviceCodes.add(aDevice(n), { ...aPushedRequest(n), hash: `user-code${n}` })
  const approval = { ...aPushedRequest(n), hash: `approval${n}` }
  await store.backchannelRequests.add(aBackchannelRequest(n), approval, { ping: aPing(n), most: 5, since: 0 })
  await store.usedOnce.first('dpop-proof', `proof${n}`, NOW + 60)
  await store.factors.addTotp(aTotp(n), how) // before the links, which it would end
  await store.passkeys.add(aPasskey(n), how)
  await store.upstreamIdentities.link(anIdentity(n))
  await store.links.add({ ...aLink(n), ...carried(n, n) })
  await store.links.add({ ...aLink(n, 'reset'), hash: `reset${n}`, ...carried(n, `reset${n}`) })
  await store.accounts.add(invited(n))
  const toInvited = { kind: 'invitation', subject: `invited${n}`, email: `invited${n}@example.org`, account: invited(n) } as const
  await store.links.add({ ...aLink(n), ...toInvited, hash: `invitation${n}`, message: aMessage({ id: `invitation${n}` }) })
  await store.links.add({ ...aConnectLink(n), account: invited(n), message: aMessage({ id: `connecting${n}` }) })
  await store.signUps.add(aSignUp(n), aMessage({ id: `sign-up${n}` }))
  await store.challenges.add({ hash: `challenge${n}`, context: 'context', expiresAt: NOW + 60 })
  await store.attempts.count([{ name: `bucket${n}`, limit: 5, window: 60 }], NOW)
  await store.devices.add({ subject: `person${n}`, hash: `device${n}`, expiresAt: NOW + 60 }, 5)
  await store.audit.add([anEvent(n)], NOW + 60)
  await store.assignmentsAdmin.add(`client${n}`, { kind: 'user', id: `person${n}` })
  await store.assignmentsAdmin.add(`client${n}`, { kind: 'group', id: `group${n}` })
  await store.groups.addMembers({ id: `group${n}`, subjects: [`person${n}`], maxPerAccount: 9 })
  await store.upstreamRequests.add(anUpstreamRequest(n), NOW + 60)
  await store.vault.add(anEntry(n), aTokenId(n))
  await store.issuedCredentials.add(anIssued(n), { candidates: [[Number(n)]], fulfils: undefined, most: 100, now: NOW })
  await store.deferredCredentials.add(aDeferred(n), 20)
  await store.credentialOffers.add(anOffer(n))
  await store.apiKeysAdmin.add(anApiKey(n))
  await store.apiKeysAdmin.add({
    ...anApiKey(n, 'service'),
    id: `service-key${n}`,
    chain: `service-key${n}`,
    hash: `hash of service-key${n}`,
  })
}

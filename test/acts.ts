/** Every act of every port of a tenant's store, and what it changes in a tenant that holds two of everything. */
import { type Act, lists, reads, writes } from './act.ts'
import { credentialActs } from './credential-acts.ts'
import { eventActs } from './event-acts.ts'
import { federationActs } from './federation-acts.ts'
import { grantActs } from './grant-acts.ts'
import { identityActs } from './identity-acts.ts'
import { aClient, aCode, aFlow, aRefreshToken, NOW } from './stored.ts'
import {
  aConnection,
  aDescribedClient,
  aDevice,
  aKey,
  anApiKey,
  anEntry,
  anIdentity,
  anInitialToken,
  anUpstreamRequest,
  aPushedRequest,
  aRegistration,
  aResource,
  aSecret,
  aService,
  aTokenId,
  person,
} from './tenant-content.ts'

const page = { limit: 10 }
const api1 = 'https://api1.example'
const allowed = { clientId: 'client1', subject: 'person1', scope: ['email'], details: ['{}'], now: NOW }

const protocol: Record<string, Act> = {
  'clients.find': reads((s, n) => s.clients.find(`client${n}`)),
  'clients.hasOrigin': reads((s, n) => s.clients.hasOrigin(`https://app${n}.example`)),
  'clientsAdmin.add': writes('client_origins +1, client_secrets +1, clients +1', (s) =>
    s.clientsAdmin.add(aClient({ client_id: 'client3' }), [aSecret('only')]),
  ),
  'clientsAdmin.replace': writes('client_origins ~1, clients ~1', (s) => s.clientsAdmin.replace(aClient({ client_id: 'client1' }))),
  'clientsAdmin.remove': writes(
    'assignments -2, client_origins -1, client_secrets -2, clients -1, event_streams -1, grants ~1, refresh_tokens -1',
    (s) => s.clientsAdmin.remove('client1', NOW),
  ),
  'clientsAdmin.setStatus': writes('clients ~1', (s) => s.clientsAdmin.setStatus('client1', 'disabled')),
  'clientsAdmin.find': reads((s, n) => s.clientsAdmin.find(`client${n}`)),
  'clientsAdmin.list': lists((s) => s.clientsAdmin.list(page)),
  'clientsAdmin.setSigningSecret': writes('clients ~1', (s) => s.clientsAdmin.setSigningSecret('client1', 'sealed')),
  'clientsAdmin.addSecret': writes('client_secrets +1', (s) => s.clientsAdmin.addSecret('client1', aSecret('third'))),
  'clientsAdmin.removeSecret': writes('client_secrets -1', (s) => s.clientsAdmin.removeSecret('client1', 'first')),
  'clientsAdmin.rotateSecret': writes('client_secrets ~1 -1', (s) => s.clientsAdmin.rotateSecret('client1', aSecret('third'), undefined)),
  'clientsAdmin.listSecrets': reads((s, n) => s.clientsAdmin.listSecrets(`client${n}`)),
  'registrations.initialToken': reads((s, n) => s.registrations.initialToken(`hash of initial${n}`, NOW)),
  'registrations.add': writes('client_origins +1, client_secrets +1, clients +1, initial_access_tokens ~1', (s) =>
    s.registrations.add({ ...aRegistration('3'), registration: aRegistration('1').registration }),
  ),
  'registrations.find': reads((s, n) => s.registrations.find(`registered${n}`, `registration${n}`)),
  'registrations.replace': writes('client_origins ~1, client_secrets ~1, clients ~1', (s) =>
    s.registrations.replace('registered1', () => aClient({ client_id: 'registered1' }), {
      hash: 'registration1',
      next: 'next',
      secret: aSecret('second'),
    }),
  ),
  'registrations.remove': writes('client_origins -1, client_secrets -1, clients -1', (s) =>
    s.registrations.remove('registered1', 'registration1', NOW),
  ),
  'registrations.known': reads((s, n) => s.registrations.known(`registered${n}`)),
  'registrations.describe': writes('client_origins +1, clients +1', (s) => s.registrations.describe(aDescribedClient('3'))),
  'registrations.used': writes('clients ~1', (s) => s.registrations.used('registered1', NOW + 90)),
  'initialAccessTokens.add': writes('initial_access_tokens +1', (s) => s.initialAccessTokens.add(anInitialToken('3'))),
  'initialAccessTokens.list': lists((s) => s.initialAccessTokens.list(page)),
  'initialAccessTokens.remove': writes('initial_access_tokens -1', (s) => s.initialAccessTokens.remove('initial1')),
  'resources.find': reads((s, n) => s.resources.find(`https://api${n}.example`)),
  'resources.named': reads((s, n) => s.resources.named(`api${n}`)),
  'resources.sharedScopes': lists((s) => s.resources.sharedScopes()),
  'resources.detailTypes': lists((s) => s.resources.detailTypes()),
  'resources.meanings': lists((s) => s.resources.meanings()),
  'resourcesAdmin.add': writes('resource_secrets +1, resources +1', (s) => s.resourcesAdmin.add(aResource('3'), aSecret('first'))),
  'resourcesAdmin.replace': writes('resources ~1', (s) => s.resourcesAdmin.replace({ ...aResource('1'), scopes: {} })),
  'resourcesAdmin.remove': writes('resource_secrets -1, resources -1', (s) => s.resourcesAdmin.remove(api1)),
  'resourcesAdmin.list': lists((s) => s.resourcesAdmin.list(page)),
  'resourcesAdmin.rotateSecret': writes('resource_secrets ~1', (s) => s.resourcesAdmin.rotateSecret(api1, aSecret('second'), undefined)),
  'connections.find': reads((s, n) => s.connections.find(`connection${n}`)),
  'connections.all': lists((s) => s.connections.all()),
  'connections.list': lists((s) => s.connections.list(page)),
  'connections.add': writes('connections +1', (s) => s.connections.add(aConnection('3'), 'sealed')),
  'connections.replace': writes('connections ~1, upstream_requests -1', (s) =>
    s.connections.replace({ ...aConnection('1'), label: 'Other' }),
  ),
  'connections.setSecret': writes('connections ~1', (s) => s.connections.setSecret('connection1', 'other')),
  'connections.remove': writes(
    'connections -1, flows ~1, upstream_identities -1, upstream_requests -1, vault_entries -1, vault_token_ids -1',
    (s) => s.connections.remove('connection1'),
  ),
  'upstreamIdentities.find': reads((s, n) => s.upstreamIdentities.find(`connection${n}`, `upstream${n}`)),
  'upstreamIdentities.of': reads((s, n) => s.upstreamIdentities.of(`person${n}`)),
  'upstreamIdentities.link': writes('links -1, upstream_identities +1', (s) =>
    s.upstreamIdentities.link({ ...anIdentity('3'), subject: 'person1' }),
  ),
  'upstreamIdentities.create': writes('accounts +1, logins +2, upstream_identities +1', (s) =>
    s.upstreamIdentities.create({ ...person('3'), attributes: {} }, anIdentity('3')),
  ),
  'upstreamIdentities.accept': writes('accounts ~1, links -2, upstream_identities +1', (s) =>
    s.upstreamIdentities.accept({ ...anIdentity('3'), subject: 'invited1' }, 'invited1@example.org'),
  ),
  'upstreamIdentities.used': writes('upstream_identities ~1', (s) => s.upstreamIdentities.used('connection1', 'upstream1', NOW + 1)),
  'upstreamIdentities.unlink': writes('flows ~1, links -1, upstream_identities -1', (s) => s.upstreamIdentities.unlink(anIdentity('1'))),
  'upstreamRequests.add': writes('upstream_requests +1', (s) => s.upstreamRequests.add(anUpstreamRequest('3'), NOW + 60)),
  'upstreamRequests.take': writes('upstream_requests -1', (s) => s.upstreamRequests.take('upstream-request1', NOW)),
  'vault.add': writes('vault_entries +1, vault_token_ids +1', (s) =>
    s.vault.add({ ...anEntry('3'), owner: { type: 'account', id: 'person1' } }, aTokenId('3')),
  ),
  'vault.find': reads((s, n) => s.vault.find(`entry${n}`)),
  'vault.of': reads((s, n) => s.vault.of({ type: 'account', id: `person${n}` })),
  'vault.list': lists((s) => s.vault.list(page)),
  'vault.lease': writes('vault_entries ~1', (s) => s.vault.lease({ id: 'entry1', version: 1, now: NOW, until: NOW + 60 })),
  'vault.renew': writes('vault_entries ~1', (s) =>
    s.vault.renew({ id: 'entry1', from: 1, sealed: 'new', scope: [], accessExpiresAt: undefined, refreshAt: undefined, now: NOW }),
  ),
  'vault.release': writes('vault_entries ~1', (s) =>
    s.vault.release({ id: 'entry1', lease: 0, version: 1, state: 'consent-needed', refreshAt: undefined }),
  ),
  'vault.used': writes('vault_entries ~1', (s) => s.vault.used({ id: 'entry1', by: 'client1', now: NOW, atMostEvery: 60 })),
  'vault.remove': writes('vault_entries -1, vault_token_ids -1', (s) => s.vault.remove('entry1')),
  'vault.isShared': reads((s, n) =>
    s.vault.isShared({ ...anEntry('other'), connection: `connection${n}`, upstreamSubject: `upstream${n}` }),
  ),
  'vault.addTokenId': writes('vault_token_ids +1', (s) => s.vault.addTokenId({ ...aTokenId('3'), entry: 'entry1' }, 5)),
  'vault.byTokenId': reads((s, n) => s.vault.byTokenId(`token-id${n}`)),
  'vault.tokenIdOf': reads((s, n) =>
    s.vault.tokenIdOf({ owner: { type: 'account', id: `person${n}` }, connection: `connection${n}`, kind: 'offline', session: undefined }),
  ),
  'vault.removeTokenId': writes('vault_entries -1, vault_token_ids -1', (s) => s.vault.removeTokenId('token-id1')),
  'grants.find': reads((s, n) => s.grants.find(`client${n}`, `person${n}`)),
  'grants.byId': reads((s, n) => s.grants.byId(`grant${n}`)),
  'grants.widen': writes('grants ~1', (s) => s.grants.widen({ ...allowed, newId: 'grant1' }).then(({ id }) => id)),
  'grants.manage': writes('codes -1, grants ~1, refresh_tokens -1', (s) =>
    s.grants.manage({ ...allowed, id: 'grant1', action: 'replace' }),
  ),
  'grants.revoke': writes('grants ~1, refresh_tokens -1', (s) => s.grants.revoke('grant1', NOW)),
  'grantsAdmin.list': lists((s) => s.grantsAdmin.list(page)),
  'grantsAdmin.find': reads((s, n) => s.grantsAdmin.find(`grant${n}`)),
  'flows.begin': writes('flows +1', (s) => s.flows.begin(aFlow('flow3'), NOW + 60)),
  'flows.find': reads((s, n) => s.flows.find(`flow${n}`, NOW)),
  'flows.answer': writes('flows ~1', (s) => s.flows.answer('flow1', 'consent')),
  'flows.setPending': writes('flows ~1', (s) => s.flows.setPending('flow1', undefined)),
  'flows.complete': writes('flows ~1', (s) => s.flows.complete('flow1', 'pending1')),
  'flows.end': writes('flows -1', (s) => s.flows.end('flow1')),
  'codes.add': writes('codes +1, flows -1, session_clients +1', (s) =>
    s.codes.add(
      aCode({ hash: 'code3', grantId: 'grant1', authentication: { ...aCode().authentication, subject: 'person1', sid: 'sid1' } }),
      'flow1',
    ),
  ),
  'signIns.isCurrent': reads((s, n) => s.signIns.isCurrent(`sid${n}`, { now: NOW, usedSince: 0 }).then((is) => is || undefined)),
  'codes.find': reads((s, n) => s.codes.find(`code${n}`)),
  'refreshTokens.find': reads((s, n) => s.refreshTokens.find(`refresh${n}`)),
  'accessTokens.holder': reads((s, n) => s.accessTokens.holder([`jti${n}`], `grant${n}`, NOW).then((holder) => holder?.subject)),
  issue: writes('codes ~1, outbox ~1, refresh_tokens +1', (s) =>
    s.issue({
      ...{ spend: { kind: 'code', hash: 'code1', now: NOW }, refresh: aRefreshToken({ hash: 'refresh3', grantId: 'grant1' }) },
      message: { id: 'ping1', sealed: 'sealed anew' },
    }),
  ),
  'pushedRequests.add': writes('pushed_requests +1', (s) => s.pushedRequests.add(aPushedRequest('3'), [])),
  'pushedRequests.find': reads((s, n) => s.pushedRequests.find(`pushed${n}`, NOW)),
  'pushedRequests.end': writes('pushed_requests -1', (s) => s.pushedRequests.end('pushed1')),
  'deviceCodes.add': writes('device_codes +1, pushed_requests +1', (s) =>
    s.deviceCodes.add(aDevice('3'), { ...aPushedRequest('3'), hash: 'user-code3' }),
  ),
  'deviceCodes.find': reads((s, n) => s.deviceCodes.find(`device-code${n}`)),
  'deviceCodes.ofRequest': reads((s, n) => s.deviceCodes.ofRequest(`user-code${n}`)),
  'deviceCodes.poll': writes('device_codes ~1', (s) => s.deviceCodes.poll('device-code1', NOW)),
  'deviceCodes.refuse': writes('device_codes ~1, pushed_requests -1', (s) => s.deviceCodes.refuse('device-code1')),
  'usedOnce.first': writes('used_once +1', (s) => s.usedOnce.first('dpop-proof', 'proof3', NOW + 60)),
  'usedOnce.all': writes('used_once +2', (s) =>
    s.usedOnce.all([
      { kind: 'client-assertion', id: 'proof3', expiresAt: NOW + 60 },
      { kind: 'dpop-proof', id: 'proof4', expiresAt: NOW + 60 },
    ]),
  ),
  'usedOnce.wasUsed': reads((s, n) => s.usedOnce.wasUsed('dpop-proof', `proof${n}`).then((used) => used || undefined)),
  'revocations.add': writes('refresh_tokens -1, revocations +1', (s) => s.revocations.add(['family1'], NOW + 60)),
  'signingKeys.list': lists((s) => s.signingKeys.list()),
  'signingKeys.add': writes('signing_keys ~1 +1', (s) => s.signingKeys.add(aKey(3), NOW + 60)),
  'signingKeys.remove': writes('signing_keys -1', (s) => s.signingKeys.remove('kid1')),
  'services.add': writes('services +1', (s) => s.services.add(aService('3'))),
  'services.byName': reads((s, n) => s.services.byName(`service-${n}`)),
  'services.setStatus': writes('services ~1', (s) => s.services.setStatus('service1', 'suspended')),
  'services.remove': writes('api_keys -1, services -1', (s) => s.services.remove('service1')),
  'services.list': lists((s) => s.services.list(page)),
  'apiKeys.find': reads((s, n) => s.apiKeys.find(`hash of key${n}`, NOW)),
  'apiKeys.used': writes('api_keys ~1', (s) => s.apiKeys.used('key1', NOW, 60)),
  'apiKeysAdmin.add': writes('api_keys +1', (s) => s.apiKeysAdmin.add({ ...anApiKey('3'), subject: 'person1' })),
  'apiKeysAdmin.rotate': writes('api_keys ~1 +1', (s) =>
    s.apiKeysAdmin.rotate('key1', { next: { id: 'key3', hash: 'hash of key3' }, now: NOW, overlap: 60 }),
  ),
  'apiKeysAdmin.find': reads((s, n) => s.apiKeysAdmin.find(`key${n}`)),
  'apiKeysAdmin.remove': writes('api_keys -1', (s) => s.apiKeysAdmin.remove('key1')),
  'apiKeysAdmin.list': lists((s) => s.apiKeysAdmin.list(page)),
}

export const acts: Readonly<Record<string, Act>> = {
  ...protocol,
  ...grantActs,
  ...identityActs,
  ...credentialActs,
  ...eventActs,
  ...federationActs,
}

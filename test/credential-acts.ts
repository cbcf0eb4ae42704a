/** Every act of the ports of credentials, and what it changes in a tenant that holds two of everything. */
import { type Act, lists, reads, writes } from './act.ts'
import { aCredential, aDeferred, anIssued, anOffer } from './credential-content.ts'
import { NOW } from './stored.ts'

const page = { limit: 10 }

export const credentialActs: Record<string, Act> = {
  'credentialConfigurations.all': lists((s) => s.credentialConfigurations.all()),
  'credentialConfigurations.find': reads((s, n) => s.credentialConfigurations.find(`credential${n}`)),
  'credentialConfigurations.list': lists((s) => s.credentialConfigurations.list(page)),
  'credentialConfigurations.add': writes('credential_configurations +1', (s) => s.credentialConfigurations.add(aCredential('3'))),
  'credentialConfigurations.replace': writes('credential_configurations ~1', (s) =>
    s.credentialConfigurations.replace({ ...aCredential('1'), validity: 7200 }),
  ),
  'credentialConfigurations.remove': writes('credential_configurations -1', (s) => s.credentialConfigurations.remove('credential1')),
  'issuedCredentials.add': writes('deferred_credentials -1, issued_credentials +1, status_indexes +2, status_lists ~1', (s) =>
    s.issuedCredentials.add(
      { ...anIssued('3'), subject: 'person1' },
      {
        candidates: [
          [1, 7],
          [1, 7, 8],
        ],
        fulfils: 'transaction1',
        most: 100,
        now: NOW,
      },
    ),
  ),
  'issuedCredentials.find': reads((s, n) => s.issuedCredentials.find(`issued${n}`)),
  'issuedCredentials.list': lists((s) => s.issuedCredentials.list(page)),
  'issuedCredentials.setStatus': writes('issued_credentials ~1, status_lists ~1', (s) =>
    s.issuedCredentials.setStatus('issued1', 'revoked', 'person1'),
  ),
  'issuedCredentials.note': writes('issued_credentials ~1', (s) =>
    s.issuedCredentials.note({ id: 'issued1', clientId: 'client1', subject: 'person1', event: 'credential_accepted' }),
  ),
  'statusLists.version': lists((s) => s.statusLists.version(1)),
  'statusLists.read': lists((s) => s.statusLists.read(1)),
  'deferredCredentials.add': writes('deferred_credentials +1', (s) => s.deferredCredentials.add(aDeferred('3'), 20)),
  'deferredCredentials.find': reads(async (s, n) => [
    await s.deferredCredentials.find({ hash: `transaction${n}` }, NOW),
    await s.deferredCredentials.find({ id: `deferred${n}` }, NOW),
  ]),
  'deferredCredentials.waiting': lists((s) => s.deferredCredentials.waiting({ ...page, now: NOW })),
  'deferredCredentials.decide': writes('deferred_credentials ~1', (s) => s.deferredCredentials.decide('deferred2', 'denied', NOW)),
  'credentialOffers.add': writes('credential_offers +1', (s) => s.credentialOffers.add(anOffer('3'))),
  'credentialOffers.find': reads((s, n) => s.credentialOffers.find({ id: `offer${n}` }, NOW)),
  'credentialOffers.attempt': writes('credential_offers ~1', (s) => s.credentialOffers.attempt('code of offer1', NOW, 5)),
}

/** Every act of the ports of a tenant's federation, and what it changes in a tenant that holds two of everything. */
import { entitySchema } from '../src/protocol/federation/entity.ts'
import { type Act, lists, reads, writes } from './act.ts'
import { signer } from './federation.ts'
import { aClient, NOW, type TenantStore } from './stored.ts'

export const anEntity = (n: string) => entitySchema.parse({ role: 'superior', entity_id: `https://superior${n}.example` })
export const aMark = (n: string) => ({
  id: `mark${n}`,
  type: `https://type${n}.example`,
  subject: 'https://rp.example',
  issuedAt: NOW,
  expiresAt: undefined,
})
export const aFederationKey = (generation: number) =>
  ({
    kid: `federation-kid${generation}`,
    alg: 'ES256',
    generation,
    publicJwk: '{}',
    sealedKey: 's',
    createdAt: NOW,
    activeAt: NOW,
    removeAt: undefined,
  }) as const
const anchorKeys = [signer().jwk]
export const anAnchor = (n: string) =>
  entitySchema.parse({ role: 'anchor', entity_id: `https://anchor${n}.example`, jwks: { keys: anchorKeys } })
export const aFederatedClient = (n: string) => ({
  clientId: `https://rp${n}.example`,
  client: () => aClient({ client_id: `https://rp${n}.example`, redirect_uris: [`https://rp${n}.example/callback`] }),
  secret: undefined,
  ...{ now: NOW, trustedUntil: NOW + 60, expiresAt: NOW + 3600 },
  anchor: { id: `https://anchor${n}.example`, keys: anchorKeys },
})

export async function fillFederation(store: TenantStore, n: string): Promise<void> {
  await store.federation.put(anEntity(n))
  await store.federation.put(anAnchor(n))
  await store.federationKeys.add(aFederationKey(Number(n)), undefined)
  await store.federationKeys.add({ ...aFederationKey(Number(n)), kid: `other-federation-kid${n}`, alg: 'PS256' }, undefined)
  await store.federationKeys.add(aFederationKey(10 + Number(n)), undefined)
  await store.federationKeys.remove(`federation-kid1${n}`)
  await store.federation.register(aFederatedClient(n))
  await store.trustMarks.issue(aMark(n))
}

export const federationActs: Readonly<Record<string, Act>> = {
  'federation.own': lists((s) => s.federation.own()),
  'federation.find': reads((s, n) => s.federation.find('superior', `https://superior${n}.example`)),
  'federation.list': lists((s) => s.federation.list({ role: 'superior', limit: 10 })),
  'federation.put': writes('federation_entities +1', (s) => s.federation.put(anEntity('3'))),
  'federation.remove': writes('federation_entities -1', (s) => s.federation.remove('superior', 'https://superior1.example')),
  'federation.formerKeys': lists((s) => s.federation.formerKeys()),
  'federation.register': writes('client_origins +1, clients +1', (s) =>
    s.federation.register({ ...aFederatedClient('3'), anchor: aFederatedClient('1').anchor }),
  ),
  'federationKeys.list': lists((s) => s.federationKeys.list()),
  'federationKeys.add': writes('federation_keys ~1 +1', (s) => s.federationKeys.add(aFederationKey(3), NOW + 60)),
  'federationKeys.remove': writes('federation_keys ~1', (s) => s.federationKeys.remove('federation-kid1')),
  'trustMarks.issue': writes('trust_marks +1', (s) => s.trustMarks.issue(aMark('3'))),
  'trustMarks.find': reads((s, n) => s.trustMarks.find(`https://type${n}.example`, 'https://rp.example')),
  'trustMarks.revoke': writes('trust_marks ~1', (s) => s.trustMarks.revoke('https://type1.example', 'https://rp.example', NOW)),
  'trustMarks.list': lists((s) => s.trustMarks.list({ limit: 10 })),
  'trustMarks.valid': lists((s) => s.trustMarks.valid(['https://rp.example'], undefined, NOW)),
}

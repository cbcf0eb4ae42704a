/** Credentials of a tenant that holds two of everything. */
import { credentialConfigurationSchema } from '../src/protocol/credential-configuration.ts'
import type { CredentialOffer, DeferredCredential, IssuedCredential } from '../src/protocol/credentials.ts'
import { NOW } from './stored.ts'

export const aCredential = (n: string) =>
  credentialConfigurationSchema.parse({
    id: `credential${n}`,
    display: [{ name: 'Credential' }],
    claims: [{ name: 'email', source: 'account.email' }],
  })
const wallet = (n: string) => ({ subject: `person${n}`, clientId: `client${n}`, configuration: `credential${n}` })
export const anIssued = (n: string): IssuedCredential => ({
  ...wallet(n),
  id: `issued${n}`,
  status: 'valid',
  event: undefined,
  issuedAt: NOW,
  expiresAt: NOW + 60,
})
export const aDeferred = (n: string): DeferredCredential => ({
  ...wallet(n),
  id: `deferred${n}`,
  hash: `transaction${n}`,
  keys: [],
  state: n === '1' ? 'approved' : 'waiting',
  createdAt: NOW,
  expiresAt: NOW + 60,
})
export const anOffer = (n: string): CredentialOffer => ({
  id: `offer${n}`,
  hash: `hash of offer${n}`,
  code: `code of offer${n}`,
  subject: `person${n}`,
  configurations: [`credential${n}`],
  txCode: undefined,
  usedAt: undefined,
  createdAt: NOW,
  expiresAt: NOW + 60,
})

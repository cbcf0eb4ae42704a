/** Valid requests of wallets and verifiers — OpenID for Verifiable Credential Issuance 1.0. */
import { credential, keyProof, offer, walletToken } from './obtained.ts'
import { bearer, type Fill, type Usual } from './usual.ts'

const credentialRequest: Fill = async (random, fixture) => ({
  json: {
    credential_configuration_id: random.pick([fixture.declared.badge, fixture.declared.approved]),
    proofs: { jwt: [await keyProof(fixture, random)] },
  },
  headers: [bearer(await walletToken(fixture, random))],
})

const deferred: Fill = async (random, fixture) => {
  const { transaction_id } = await credential(fixture, random, fixture.declared.approved)
  return { json: { transaction_id }, headers: [bearer(await walletToken(fixture, random))] }
}

const notification: Fill = async (random, fixture) => {
  const { notification_id } = await credential(fixture, random, fixture.declared.badge)
  const event = random.pick(['credential_accepted', 'credential_failure', 'credential_deleted'])
  return { json: { notification_id, event, event_description: 'kept' }, headers: [bearer(await walletToken(fixture, random))] }
}

export const walletRequests: Readonly<Record<string, Fill>> = {
  '/nonce': () => ({ form: [] }),
  '/credential': credentialRequest,
  '/deferred-credential': deferred,
  '/notification': notification,
  '/credential-offers/{id}': async (random, fixture): Promise<Usual> => ({ path: { id: (await offer(fixture, random)).id } }),
  '/credential-types/{id}': (_random, { declared }) => ({ path: { id: declared.badge } }),
  '/status-lists/{id}': async (random, fixture) => {
    await credential(fixture, random, fixture.declared.badge) // there is a list once there is a credential
    return { path: { id: '1' }, query: random.chance(0.3) ? [['time', '1800000000']] : [] }
  },
}

/** Ways to get a credential: an offer, a sign-in, the access token of a wallet; and what becomes of one that was issued. */
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import { makeOffer } from '../../src/protocol/credential-offer.ts'
import { type Answer, call } from '../journeys/application.ts'
import { holderPair, preAuthorizedGrant, proofOf, readSdJwt } from '../journeys/credential-setup.ts'
import { browserOutcome, type Path, programOutcome, type World } from './world.ts'

interface Offered {
  grants: Record<string, Record<string, string>>
  url: string
}

/** `person`: whom it is for; else for whoever signs in. */
async function offered({ tenant, gatehouse }: World, person: string | undefined): Promise<Offered> {
  const { ctx } = (await gatehouse.app.tenant(tenant.slug))!
  const made = await makeOffer(ctx, { configurations: ['badge', 'slow-badge'], subject: person, txCode: false, lifetime: 600 })
  const { grants } = made!.offer as Pick<Offered, 'grants'>
  return { grants, url: new URL(made!.byReference).searchParams.get('credential_offer_uri')! }
}

async function preAuthorized(world: World): Promise<Record<string, string>> {
  const { grants } = await offered(world, world.people[0]!.subject)
  return { grant_type: preAuthorizedGrant, 'pre-authorized_code': grants[preAuthorizedGrant]!['pre-authorized_code']! }
}

async function walletToken(world: World): Promise<string> {
  return (await world.wallet.post('/token', await preAuthorized(world))).body.access_token
}

function send({ issuer }: World, path: string, token: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return call(issuer + path, { body: JSON.stringify(body), headers })
}

async function ask(world: World, token: string, id = 'badge'): Promise<Answer> {
  const jwt = [await proofOf(await holderPair(), { issuer: world.issuer, now: world.gatehouse.now() })]
  return send(world, '/credential', token, { credential_configuration_id: id, proofs: { jwt } })
}

const outcome = ({ status, body }: Answer): string => (status < 300 ? 'works' : (body?.error ?? `${status}`))

export const credentialPaths: Record<string, Path> = {
  'session, with an offer to whoever signs in': async (world) => {
    const { grants } = await offered(world, undefined)
    const fields = { scope: 'badge', issuer_state: grants['authorization_code']!['issuer_state']! }
    await world.wallet.arrive(world.browser, fields, world.alice)
    return async () => browserOutcome(await world.browser.open(world.wallet.url({ ...fields, prompt: 'none' })))
  },
  'pre-authorized code': async (world) => {
    const fields = await preAuthorized(world)
    return async () => programOutcome(await world.wallet.post('/token', fields), 'badge slow-badge')
  },
  'credential offer by reference': async (world) => {
    const { url } = await offered(world, world.people[0]!.subject)
    return async () => outcome(await call(url))
  },
  'access token of a wallet, at the credential endpoint': async (world) => {
    const token = await walletToken(world)
    return async () => outcome(await ask(world, token))
  },
  'access token of a sign-in, at the credential endpoint': async (world) => {
    const { access_token: token } = await world.tokens(world.wallet, { scope: 'badge' })
    return async () => outcome(await ask(world, token))
  },
  'request for a credential that an administrator approved': async (world) => {
    const token = await walletToken(world)
    const { transaction_id } = (await ask(world, token, 'slow-badge')).body
    const { deferredCredentials } = world.tenant.store
    const now = world.gatehouse.now()
    for (const { id } of await deferredCredentials.waiting({ limit: 10, now })) await deferredCredentials.decide(id, 'approved', now)
    return async () => outcome(await send(world, '/deferred-credential', token, { transaction_id }))
  },
  'notification of a wallet': async (world) => {
    const token = await walletToken(world)
    const { notification_id } = (await ask(world, token)).body
    return async () => outcome(await send(world, '/notification', token, { notification_id, event: 'credential_accepted' }))
  },
  'issued credential, in its status list': async (world) => {
    const { credentials } = (await ask(world, await walletToken(world))).body
    const { uri, idx } = readSdJwt(credentials[0].credential).payload.status.status_list
    return async () => {
      const { status, text } = await call(uri)
      return status === 200 ? ['works', 'revoked', 'suspended'][getListFromStatusListJWT(text).getStatus(idx)]! : `${status}`
    }
  },
}

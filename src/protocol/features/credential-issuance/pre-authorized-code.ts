/** Pre-authorized code grant: the holder of an offer gets its credentials without a browser — OpenID for Verifiable Credential Issuance 1.0 §4.1, §6.1, §6.3. */
import { mayUse } from '../../assignment.ts'
import { equal } from '../../codec/digest.ts'
import { credentialDetail } from '../../credential-authorization.ts'
import { scopeOf } from '../../credential-configuration.ts'
import { configurationsOf, offerObject, preAuthorizedGrant } from '../../credential-offer.ts'
import type { CredentialOffer } from '../../credentials.ts'
import { refuse, refuseAudited } from '../../errors.ts'
import type { Ctx, Endpoint, GrantType, TokenRequest } from '../../feature.ts'
import { refreshOf } from '../../refresh.ts'
import { endReused } from '../../token-family.ts'
import type { Issuance } from '../../types.ts'

/** Tries at a transaction code: of a million codes a thief hits one in 200,000 times. §13.6.2 */
const mostTries = 5

/** An offer by reference. Reading it does not use it up. §4.1.3 */
export const offerEndpoint: Endpoint = {
  path: '/credential-offers/:id',
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx, _request, { path }) {
    const text = path['id'] ?? ''
    const hash = ctx.tokens.hash('of', text)
    const offer = hash === undefined ? undefined : await ctx.store.credentialOffers.find({ hash }, ctx.now())
    if (!offer) return refuse('not_found', 'there is no such credential offer, or it was used or has expired')
    const code = offer.code === undefined ? undefined : ctx.tokens.preAuthorizedCode(text)
    return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' }, body: offerObject(ctx.issuer, offer, code) }
  },
}

export const preAuthorizedCode: GrantType = {
  name: preAuthorizedGrant,
  async redeem(ctx, ask) {
    const { client } = ask
    const offer = await offerOf(ctx, ask)
    const { id, subject, code, createdAt } = offer
    const alreadySpent = async (): Promise<Issuance> =>
      refuseAudited(
        await endReused(ctx, client.client_id, id),
        'invalid_grant',
        'pre-authorized_code was already used; the tokens it gave are revoked',
      )
    if (offer.usedAt !== undefined) return alreadySpent()
    refuseWrongCode(ctx, offer, ask)
    const configurations = configurationsOf(ctx, offer)
    if (configurations.length === 0 || subject === undefined) refuse('invalid_grant', 'the credentials of this offer are no longer issued')
    if (!(await mayUse(ctx, client, subject))) refuse('invalid_grant', 'this person is not assigned to the client')
    const scope = configurations.map(scopeOf)
    const grant = await ctx.store.grants.widen({ clientId: client.client_id, subject, scope, details: [], newId: ctx.id(), now: ctx.now() })
    const details = configurations.map(({ id }) => ({ type: credentialDetail, credential_configuration_id: id }))
    return {
      client,
      subject,
      scope,
      authorization: {
        grantId: grant.id,
        family: id,
        authentication: { subject, authTime: createdAt, acr: '0', amr: [], sid: '' }, // the person did not sign in. OpenID Connect Core §2
        scope,
        resource: [],
        extensions: { authorizationDetails: JSON.stringify(details) },
      },
      auditEvents: [
        {
          act: 'credential-offer.use',
          outcome: 'success',
          by: { type: 'client', id: client.client_id },
          target: id,
          detail: { subject, configurations: offer.configurations.join(' ') },
        },
      ],
      spends: { kind: 'offer', hash: code as string, alreadySpent },
      refresh: refreshOf(client, scope),
    }
  },
}

async function offerOf(ctx: Ctx, { params }: TokenRequest): Promise<CredentialOffer> {
  const hash = ctx.tokens.hash('pa', params.need('pre-authorized_code'))
  const offer = hash === undefined ? undefined : await ctx.store.credentialOffers.attempt(hash, ctx.now(), mostTries)
  return offer ?? refuse('invalid_grant', 'pre-authorized_code is unknown or expired, or too many wrong transaction codes were sent')
}

/** §6.3 */
function refuseWrongCode({ tokens }: Ctx, { id, txCode }: CredentialOffer, { params }: TokenRequest): void {
  const typed = params.get('tx_code')
  if (txCode === undefined && typed !== undefined) refuse('invalid_request', 'this offer has no transaction code; leave tx_code out')
  if (txCode !== undefined && typed === undefined) refuse('invalid_request', 'this offer needs tx_code: the code that the person was told')
  const given = typed === undefined ? undefined : tokens.hashTxCode(id, typed)
  if (txCode !== undefined && !(given !== undefined && equal(given, txCode))) refuse('invalid_grant', 'tx_code is wrong')
}

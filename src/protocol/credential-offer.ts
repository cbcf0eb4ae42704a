/** Credential offers: an invitation to a wallet, by value and by reference — OpenID for Verifiable Credential Issuance 1.0 §4.1. */
import type { CredentialConfiguration } from './credential-configuration.ts'
import type { CredentialOffer } from './credentials.ts'
import type { Ctx } from './feature.ts'

export const preAuthorizedGrant = 'urn:ietf:params:oauth:grant-type:pre-authorized_code' // §4.1.1

/** Wallets that nobody named register this scheme with the system. §12.1.1 */
const walletScheme = 'openid-credential-offer://'

/** Seconds. */
export const offerLifetimes = { least: 60, most: 2_592_000, usual: 600 }

/** `subject`: who gets the credentials without signing in; undefined: the person who signs in. `txCode`: only with a code that the person is told elsewhere. */
export interface OfferRequest {
  configurations: readonly string[]
  subject: string | undefined
  txCode: boolean
  lifetime: number
}

/** An offer as it is handed out. What is secret in it is shown only here. */
export interface MadeOffer {
  id: string
  /** The offer itself. */
  offer: object
  /** Links that open a wallet. */
  byValue: string
  byReference: string
  txCode: string | undefined
  /** Seconds since the epoch. */
  expiresAt: number
}

/** Undefined: one of the configurations is not offered here. */
export async function makeOffer(
  ctx: Pick<Ctx, 'issuer' | 'tenant' | 'store' | 'tokens' | 'now' | 'id'>,
  { configurations, subject, txCode: withCode, lifetime }: OfferRequest,
): Promise<MadeOffer | undefined> {
  const isOffered = (id: string) => ctx.tenant.credentials.some((one) => one.id === id)
  if (configurations.length === 0 || !configurations.every(isOffered)) return undefined
  const [id, token, createdAt] = [ctx.id(), ctx.tokens.make('of'), ctx.now()]
  const code = subject === undefined ? undefined : ctx.tokens.preAuthorizedCode(token)
  const txCode = subject !== undefined && withCode ? ctx.tokens.txCode() : undefined
  const made: CredentialOffer = {
    id,
    hash: ctx.tokens.hash('of', token) as string,
    code: code && ctx.tokens.hash('pa', code),
    subject,
    configurations,
    txCode: txCode && ctx.tokens.hashTxCode(id, txCode),
    usedAt: undefined,
    createdAt,
    expiresAt: createdAt + lifetime,
  }
  await ctx.store.credentialOffers.add(made)
  const offer = offerObject(ctx.issuer, made, code)
  const link = (name: string, value: string) => `${walletScheme}?${name}=${encodeURIComponent(value)}`
  return {
    id,
    offer,
    byValue: link('credential_offer', JSON.stringify(offer)),
    byReference: link('credential_offer_uri', `${ctx.issuer}/credential-offers/${token}`),
    txCode,
    expiresAt: made.expiresAt,
  }
}

/** §4.1.1. `code`: its pre-authorized code, of which only the hash is stored. */
export function offerObject(issuer: string, { id, configurations, txCode }: CredentialOffer, code: string | undefined): object {
  const asked = { length: 6, input_mode: 'numeric', description: 'The code that you were told with the offer' }
  const grants =
    code === undefined
      ? { authorization_code: { issuer_state: id } }
      : { [preAuthorizedGrant]: { 'pre-authorized_code': code, ...(txCode === undefined ? {} : { tx_code: asked }) } }
  return { credential_issuer: issuer, credential_configuration_ids: configurations, grants }
}

/** Of the configurations of an offer those that are still offered. */
export function configurationsOf({ tenant }: Pick<Ctx, 'tenant'>, { configurations }: CredentialOffer): CredentialConfiguration[] {
  return tenant.credentials.filter(({ id }) => configurations.includes(id))
}

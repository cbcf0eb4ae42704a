/** Offers of credentials, and wallets that take them: OpenID for Verifiable Credential Issuance §4, §6. */
import type { CheckContext } from '../context.ts'
import { accepted, demand, granted, json, NotApplicable, type Tokens } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { Params } from '../http/form.ts'
import { grantTypeOf } from '../target/prepared.ts'

const preAuthorized = grantTypeOf('pre_authorized_code')

export interface Offer {
  /** §4.1.1. */
  members: Readonly<Record<string, unknown>>
  /** The response to the request for it; undefined if it came by value. */
  reply: Reply | undefined
  /** Undefined if the person must sign in. */
  code: string | undefined
  /** What the grant says about a transaction code. */
  txCode: object | undefined
  /** The transaction code itself. */
  told: string | undefined
}

/** Made by an administrator for the first person. `by`: how it comes to the wallet. */
export async function offered(
  { administer, get, target }: CheckContext,
  { code = false, by }: { code?: boolean; by?: 'value' | 'reference' } = {},
): Promise<Offer> {
  const [person] = target.people
  if (person === undefined) throw new NotApplicable('the target names no person')
  const text = await administer(code ? 'offerWithCode' : 'offer', person)
  const params = (text.match(/\S+[?&]credential_offer(?:_uri)?=\S+/g) ?? []).map((link) => new URLSearchParams(link.replace(/^[^?]*/, '')))
  const wanted = (name: string) => params.map((link) => link.get(name)).find((value) => value !== null)
  const [value, uri] = [wanted('credential_offer'), wanted('credential_offer_uri')]
  const reply = uri === undefined || by === 'value' ? undefined : await get(uri)
  if (reply === undefined && (value === undefined || by === 'reference')) throw new NotApplicable(`there is no link with an offer by ${by}`)
  const members = reply ? json(accepted(reply)) : (JSON.parse(value!) as Record<string, unknown>)
  const grants = members['grants'] as Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
  const grant = grants?.[preAuthorized]
  return {
    ...{ members, reply },
    code: grant?.['pre-authorized_code'] as string | undefined,
    txCode: grant?.['tx_code'] as object | undefined,
    told: /^tx_code: (.*)$/m.exec(text)?.[1],
  }
}

/** An offer that needs no sign-in. */
export async function preAuthorizedOffer(context: CheckContext, how: { code?: boolean } = {}): Promise<Offer & { code: string }> {
  const { code, ...offer } = await offered(context, how)
  if (code === undefined) throw new NotApplicable('the offer has no pre-authorized code')
  demand((offer.txCode !== undefined) === (how.code === true), 'the offer does not say whether it has a transaction code')
  return { ...offer, code }
}

/** Sends the code to the token endpoint, as the client `wallet`. */
export function redeemOffer({ app }: CheckContext, code: string, params: Params = {}): Promise<Reply> {
  return app('wallet').token({ grant_type: preAuthorized, 'pre-authorized_code': code, ...params })
}

/** How the credential of a token response is named in a credential request, §8.2. */
export function namedIn(tokens: Tokens, configuration: string): object {
  const details = (json(granted(tokens.reply).reply)['authorization_details'] ?? []) as { credential_identifiers?: string[] }[]
  const [identifier] = details.flatMap(({ credential_identifiers = [] }) => credential_identifiers)
  return identifier === undefined
    ? { credential_configuration_id: configuration }
    : { credential_identifier: identifier, credential_configuration_id: undefined }
}

/** The part that a tenant takes in a federation: its keys, and the trust chains that it knows — OpenID Federation 1.0. */
import { refuse } from '../errors.ts'
import type { Ctx, Server } from '../feature.ts'
import { countFlow } from '../flow.ts'
import { networkOf } from '../ip-address.ts'
import type { FederationKeys } from '../ports.ts'
import type { Discovery } from './discovery.ts'
import type { TrustAnchors } from './trust-chain.ts'
import { type SearchedBy, type TrustChains, trustChains } from './trust-chains.ts'

/** Seconds for which a statement of this tenant is valid. */
export const statementLifetime = 86_400

export function federationKeysOf({ federationKeys }: Ctx): FederationKeys {
  return federationKeys ?? refuse('not_found', 'this issuer takes part in no federation')
}

/** Only with request objects and with keys can a client that nobody registered prove who it is. §12.1 */
export function registersAutomatically({ parameters, clientAuth }: Pick<Server, 'parameters' | 'clientAuth'>): boolean {
  return parameters.has('request') && clientAuth.has('private_key_jwt')
}

const known = new WeakMap<Ctx, TrustChains>()

/** What this process remembers for a tenant. */
export function trustChainsOf(ctx: Ctx): TrustChains {
  const before = known.get(ctx)
  if (before) return before
  const made = trustChains(ctx)
  known.set(ctx, made)
  return made
}

/** The trust chain of an entity that anybody can name. Each request to another server counts as a flow of the one who asks. §18.1 */
export async function search(
  ctx: Ctx,
  { anchors, entity, address }: { anchors: TrustAnchors; entity: string; address: string },
): Promise<Discovery> {
  const by = searchedBy(ctx, address)
  await by.count()
  return trustChainsOf(ctx).find(anchors, entity, by)
}

export function searchedBy(ctx: Ctx, address: string): SearchedBy {
  return { network: networkOf(address), count: () => countFlow(ctx, address) }
}

/** Lets an entity issue trust marks of a type that this tenant owns. `expiresAt` undefined: for ever. §7.2.1 */
export function signDelegation(
  ctx: Ctx,
  { type, issuer, expiresAt: exp }: { type: string; issuer: string; expiresAt: number | undefined },
): Promise<string> {
  const claims = { iss: ctx.issuer, sub: issuer, trust_mark_type: type, iat: ctx.now(), ...(exp === undefined ? {} : { exp }) }
  return federationKeysOf(ctx).sign('trust-mark-delegation+jwt', claims)
}

/** The trust chain of an entity to an anchor of this tenant. */
export async function findTrustChain(ctx: Ctx, entity: string): Promise<Discovery> {
  return trustChainsOf(ctx).find((await ctx.store.federation.own()).anchors, entity)
}

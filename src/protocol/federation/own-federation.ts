/** The part that a tenant takes in a federation: its keys, and the trust chains that it knows — OpenID Federation 1.0. */
import { refuse } from '../errors.ts'
import type { Ctx, Server } from '../feature.ts'
import type { FederationKeys } from '../ports.ts'
import type { Discovery } from './discovery.ts'
import { type TrustChains, trustChains } from './trust-chains.ts'

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

/** The trust chain of an entity to an anchor of this tenant. */
export async function findTrustChain(ctx: Ctx, entity: string): Promise<Discovery> {
  return trustChainsOf(ctx).find((await ctx.store.federation.own()).anchors, entity)
}

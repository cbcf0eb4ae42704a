/** The part that a tenant takes in a federation: its keys, and the trust chains that it knows — OpenID Federation 1.0. */
import { refuse } from '../errors.ts'
import type { Ctx, Server } from '../feature.ts'
import { countFlow } from '../flow.ts'
import { networkOf } from '../ip-address.ts'
import type { FederationKeys } from '../ports.ts'
import type { Discovery } from './discovery.ts'
import type { EntityStatement } from './entity-statement.ts'
import { isEqual } from './policy-operators.ts'
import type { TrustAnchors, TrustChain } from './trust-chain.ts'
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

/** By the settings of the tenant, which stay the same object as long as nothing of them changes. */
const known = new WeakMap<Ctx['tenant'], TrustChains>()

/** What this process remembers for a tenant. */
export function trustChainsOf(ctx: Ctx): TrustChains {
  const before = known.get(ctx.tenant)
  if (before) return before
  const made = trustChains(ctx)
  known.set(ctx.tenant, made)
  return made
}

/** The trust chain of an entity that anybody can name. Each request to another server counts as a flow of the one who asks. §18.1 */
export async function search(
  ctx: Ctx,
  { anchors, entity, address }: { anchors: TrustAnchors; entity: string; address: string },
): Promise<Discovery> {
  const by = searchedBy(ctx, address)
  await by.count()
  return currentChain(ctx, { anchors, entity, by })
}

async function currentChain(
  ctx: Ctx,
  { anchors, entity, by }: { anchors: TrustAnchors; entity: string; by?: SearchedBy },
): Promise<Discovery> {
  const chains = trustChainsOf(ctx)
  const found = await chains.find(anchors, entity, by)
  if (!found.chain || (await isStated(ctx, found.chain))) return found
  chains.forget(anchors, entity)
  return chains.find(anchors, entity, by)
}

/** Whether this tenant would make its own statements in the chain today. Others take back theirs when these expire. */
async function isStated({ issuer, store }: Ctx, { statements }: TrustChain): Promise<boolean> {
  const own = statements.filter(({ iss, sub }) => iss === issuer && sub !== issuer)
  const now = await Promise.all(own.map(({ sub }) => store.federation.find('subordinate', sub)))
  return own.every(({ claims }, i) => {
    const entity = now[i]
    const stated = ['jwks', 'metadata', 'metadata_policy', 'constraints'] as const
    return entity !== undefined && stated.every((name) => isEqual([entity[name]], [claims[name]]))
  })
}

/** The chain that a relying party brings, if it is one, and no statement of this tenant in it was taken back since. */
export async function chainGiven(
  ctx: Ctx,
  { entity, statements, configuration }: { entity: string; statements: readonly unknown[]; configuration?: EntityStatement },
): Promise<TrustChain | undefined> {
  const { anchors } = await ctx.store.federation.own()
  const chain = trustChainsOf(ctx).given(anchors, entity, statements, configuration)
  return chain && (await isStated(ctx, chain)) ? chain : undefined
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
  return currentChain(ctx, { anchors: (await ctx.store.federation.own()).anchors, entity })
}

/** Which of the trust marks that an entity shows may be believed — OpenID Federation 1.0 §7.2.2, §7.3. */
import { isJsonObject } from '../codec/json.ts'
import { OAuthError } from '../errors.ts'
import type { Ctx } from '../feature.ts'
import { countFlow } from '../flow.ts'
import type { PublicJwk } from '../remote.ts'
import { isEntityIdentifier } from './entity-identifier.ts'
import { type EntityStatement, isSignedWith, readKeys } from './entity-statement.ts'
import { search } from './own-federation.ts'
import type { TrustChain } from './trust-chain.ts'
import { isInForce, readDelegation, readTrustMark, type TrustMark } from './trust-mark.ts'
import { isActiveAtIssuer, statusOfOwn } from './trust-mark-status.ts'

/** Marks of one entity that are looked at, and for how many seconds another one is begun. */
const mostMarks = 20
const longest = 10

interface Owner {
  sub: string
  keys: readonly PublicJwk[]
}

/** Those whose type, issuer and owner the anchor of the chain accepts. `address`: the IP address that asks. */
export async function validTrustMarks(ctx: Ctx, chain: TrustChain, address: string): Promise<object[]> {
  const shown = chain.statements[0]?.claims['trust_marks']
  const { trust_mark_issuers: issuers = {}, trust_mark_owners: owners = {} } = chain.statements.at(-1)?.claims ?? {}
  const marks: object[] = []
  const begun = ctx.now()
  for (const one of Array.isArray(shown) ? shown.slice(0, mostMarks) : []) {
    if (ctx.now() - begun > longest) break
    const mark = readTrustMark((one as { trust_mark?: unknown } | null)?.trust_mark)
    if (mark?.sub !== chain.subject || !isInForce(mark, ctx.now())) continue
    if (!isAccepted(issuers, mark) || !hasLeaveOfOwner(owners, mark, ctx.now())) continue
    const jwt = (one as { trust_mark: string }).trust_mark
    if (await isActive(ctx, chain, { mark, jwt, address })) marks.push({ trust_mark_type: mark.type, trust_mark: jwt })
  }
  return marks
}

/** An empty list accepts every issuer in the federation. §3.1.2 */
function isAccepted(issuers: unknown, { type, iss }: TrustMark): boolean {
  const accepted = isJsonObject(issuers) && Object.hasOwn(issuers, type) ? issuers[type] : undefined
  return Array.isArray(accepted) && (accepted.length === 0 || accepted.includes(iss))
}

/** Where the type has an owner, only with its delegation; a delegation is never passed over. §7.3 (8, 9) */
function hasLeaveOfOwner(owners: unknown, mark: TrustMark, now: number): boolean {
  const isOwned = !isJsonObject(owners) || Object.hasOwn(owners, mark.type)
  const sent = mark.claims['delegation']
  if (!isOwned && sent === undefined) return true
  const owner = isJsonObject(owners) && isOwned ? ownerFrom(owners[mark.type]) : undefined
  const delegation = readDelegation(sent)
  if (!owner || !delegation) return false
  const isForThis = delegation.iss === owner.sub && delegation.sub === mark.iss && delegation.type === mark.type
  return isForThis && isInForce(delegation, now) && isSignedWith(delegation.jws, owner.keys) // §7.2.2
}

function ownerFrom(value: unknown): Owner | undefined {
  const { sub, jwks } = isJsonObject(value) ? value : {}
  if (!isEntityIdentifier(sub)) return undefined
  try {
    return { sub, keys: readKeys(jwks) }
  } catch (error) {
    if (error instanceof OAuthError) return undefined
    throw error
  }
}

/** Its issuer is in the same federation, made it, and has not taken it back. §7.3, §8.3 */
async function isActive(
  ctx: Ctx,
  chain: TrustChain,
  { mark, jwt, address }: { mark: TrustMark; jwt: string; address: string },
): Promise<boolean> {
  if (mark.iss === ctx.issuer) return (await statusOfOwn(ctx, mark, jwt)) === 'active'
  const issuer = await issuerIn(ctx, chain, mark.iss, address)
  if (!issuer || !isSignedWith(mark.jws, issuer.keys)) return false
  await countFlow(ctx, address)
  return isActiveAtIssuer(ctx, jwt, issuer)
}

/** With a chain to the same anchor; its configuration is what it says of itself. */
async function issuerIn(
  ctx: Ctx,
  { anchor, statements }: TrustChain,
  issuer: string,
  address: string,
): Promise<{ configuration: EntityStatement; keys: readonly PublicJwk[] } | undefined> {
  const last = statements.at(-1)
  if (issuer === anchor && last?.sub === anchor) return { configuration: last, keys: last.keys }
  const { anchors } = await ctx.store.federation.own()
  const { chain } = await search(ctx, { anchors: new Map([[anchor, anchors.get(anchor) ?? []]]), entity: issuer, address })
  return chain && { configuration: chain.statements[0] as EntityStatement, keys: chain.keys }
}

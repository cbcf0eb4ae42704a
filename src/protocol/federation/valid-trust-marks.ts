/** Which of the trust marks that an entity shows may be believed — OpenID Federation 1.0 §7.2.2, §7.3. */
import { isJsonObject } from '../codec/json.ts'
import { OAuthError } from '../errors.ts'
import type { Ctx } from '../feature.ts'
import type { PublicJwk } from '../remote.ts'
import { isEntityIdentifier } from './entity-identifier.ts'
import { isSignedWith, readKeys } from './entity-statement.ts'
import { search } from './own-federation.ts'
import type { TrustChain } from './trust-chain.ts'
import { isInForce, readDelegation, readTrustMark, type TrustMark } from './trust-mark.ts'

/** Marks of one entity that are looked at. */
const mostMarks = 20

interface Owner {
  sub: string
  keys: readonly PublicJwk[]
}

/** Those whose type, issuer and owner the anchor of the chain accepts. `address`: the IP address that asks. */
export async function validTrustMarks(ctx: Ctx, chain: TrustChain, address: string): Promise<object[]> {
  const shown = chain.statements[0]?.claims['trust_marks']
  const { trust_mark_issuers: issuers = {}, trust_mark_owners: owners = {} } = chain.statements.at(-1)?.claims ?? {}
  const marks: object[] = []
  for (const one of Array.isArray(shown) ? shown.slice(0, mostMarks) : []) {
    const mark = readTrustMark((one as { trust_mark?: unknown } | null)?.trust_mark)
    if (mark?.sub !== chain.subject || !isInForce(mark, ctx.now())) continue
    if (!isAccepted(issuers, mark) || !hasLeaveOfOwner(owners, mark, ctx.now())) continue
    if (await isMadeByIssuer(ctx, chain, mark, address))
      marks.push({ trust_mark_type: mark.type, trust_mark: (one as { trust_mark: string }).trust_mark })
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

/** Its issuer is in the same federation: it has a chain to the same anchor. */
async function isMadeByIssuer(ctx: Ctx, { anchor, statements }: TrustChain, { iss, jws }: TrustMark, address: string): Promise<boolean> {
  const { anchors } = await ctx.store.federation.own()
  const configured = anchors.get(anchor) ?? []
  const own = statements.at(-1)?.sub === anchor ? statements.at(-1)?.keys : undefined
  const chainOfIssuer = () => search(ctx, { anchors: new Map([[anchor, configured]]), entity: iss, address })
  const keys = iss === anchor ? (own ?? configured) : (await chainOfIssuer()).chain?.keys
  return keys !== undefined && isSignedWith(jws, keys)
}

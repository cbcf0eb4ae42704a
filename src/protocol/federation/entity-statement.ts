/** Entity statements: what one says, and whether it is well formed and signed — OpenID Federation 1.0 §3. */
import { isJsonObject, readJson } from '../codec/json.ts'
import { type CompactJws, type JsonObject, parseJws } from '../codec/jws.ts'
import { type ClientSigningAlg, clientSigningAlgs, isPublicJwk, isSignedBy, publicKeyFor, showsPrivateKey } from '../codec/public-key.ts'
import { refuse } from '../errors.ts'
import type { PublicJwk } from '../remote.ts'
import { type Constraints, readConstraints } from './constraints.ts'
import { isEntityIdentifier } from './entity-identifier.ts'
import { type MetadataPolicy, readPolicy } from './metadata-policy.ts'
import { readTrustMark } from './trust-mark.ts'

/** Metadata parameters by entity type. §5 */
export type Metadata = Readonly<Record<string, JsonObject>>

export interface EntityStatement {
  /** As it was signed. */
  jwt: string
  iss: string
  sub: string
  /** Seconds since the epoch. */
  iat: number
  exp: number
  /** The federation keys of the subject. */
  keys: readonly PublicJwk[]
  metadata: Metadata
  /** The immediate superiors that an entity configuration names. */
  authorityHints: readonly string[]
  /** What a subordinate statement demands of its subject and everything below it. */
  policy: MetadataPolicy | undefined
  constraints: Constraints | undefined
  /** All claims, for those that only some readers need. */
  claims: JsonObject
  jws: CompactJws
}

/** The longest statement that is read, in characters. */
export const maxStatement = 65_536
const maxKeys = 20
const maxHints = 20
/** By how much the clocks of others may be ahead of ours, in seconds. */
const clockSkew = 60

/** §3.2, §3.3: claims of one kind of statement alone. */
const ofConfigurations = ['authority_hints', 'trust_anchor_hints', 'trust_marks', 'trust_mark_issuers', 'trust_mark_owners']
const ofSubordinateStatements = ['constraints', 'metadata_policy', 'metadata_policy_crit', 'source_endpoint']
/** §3.4: of the answer to a registration alone. */
const ofAnswers = ['trust_anchor']

/** Checks everything that needs no other statement. `at`: seconds since the epoch. §3.5 */
export function readStatement(jwt: unknown, at: number): EntityStatement {
  const statement = readSigned(jwt, at)
  if ('trust_chain' in statement.jws.header) refuse('invalid_trust_chain', 'an entity statement cannot have a trust_chain header') // §4.3
  return statement
}

/** The statement of an entity about itself, signed with one of the keys in it. */
export function readConfiguration(jwt: unknown, at: number): EntityStatement {
  return ofItself(readStatement(jwt, at))
}

/** The configuration that a relying party makes for one provider, which may bring its trust chain in the header. §12.2.1 */
export function readRegistrationRequest(jwt: unknown, at: number): EntityStatement {
  return ofItself(readSigned(jwt, at, maxStatement))
}

function ofItself(statement: EntityStatement): EntityStatement {
  if (statement.iss !== statement.sub) refuse('invalid_trust_chain', 'an entity configuration must have the same iss and sub')
  checkSignature(statement, statement.keys)
  return statement
}

function readSigned(jwt: unknown, at: number, maxHeader?: number): EntityStatement {
  const jws = typeof jwt === 'string' ? parseJws(jwt, maxStatement, maxHeader) : undefined
  if (typeof jwt !== 'string' || !jws)
    return refuse('invalid_trust_chain', 'an entity statement must be a signed JWT of at most 65536 characters') // §3.5 (1)
  if (jws.header['typ'] !== 'entity-statement+jwt') refuse('invalid_trust_chain', 'typ of an entity statement must be entity-statement+jwt') // §3.5 (2)
  const read = readJson(jws.payload.toString())
  if (!('value' in read) || !isJsonObject(read.value))
    return refuse('invalid_trust_chain', 'an entity statement must hold one JSON object, with each name once')
  const claims = read.value
  const { iss, sub } = claims
  if (!isEntityIdentifier(iss) || !isEntityIdentifier(sub))
    return refuse('invalid_trust_chain', 'iss and sub of an entity statement must be entity identifiers') // §3.5 (4, 5)
  const isConfiguration = iss === sub
  if ([...ofAnswers, ...(isConfiguration ? ofSubordinateStatements : ofConfigurations)].some((name) => name in claims))
    refuse('invalid_trust_chain', 'an entity statement has a claim that its kind cannot have') // §3.5 (14-23)
  if (claims['crit'] !== undefined) refuse('invalid_trust_chain', 'crit of an entity statement names a claim that is not understood here') // §3.5 (13)
  if (claims['metadata_policy_crit'] !== undefined)
    refuse('invalid_trust_chain', 'metadata_policy_crit names an operator that is not understood here') // §3.5 (18)
  checkTrustMarks(claims)
  readHints(claims['trust_anchor_hints'])
  if (claims['source_endpoint'] !== undefined && !URL.canParse(String(claims['source_endpoint'])))
    refuse('invalid_trust_chain', 'source_endpoint of an entity statement must be a URL') // §3.5 (23)
  return {
    ...{ jwt, iss, sub, claims, jws },
    ...readTimes(claims, at),
    keys: readKeys(claims['jwks']),
    metadata: readMetadata(claims['metadata']),
    authorityHints: readHints(claims['authority_hints']),
    policy: claims['metadata_policy'] === undefined ? undefined : readPolicy(claims['metadata_policy']),
    constraints: claims['constraints'] === undefined ? undefined : readConstraints(claims['constraints']),
  }
}

/** That what is said of trust marks is well formed. Whether one may be believed is another question. §3.5 (20-22) */
function checkTrustMarks({ trust_marks: marks = [], trust_mark_issuers: issuers = {}, trust_mark_owners: owners = {} }: JsonObject): void {
  const isMark = (one: unknown) => isJsonObject(one) && one['trust_mark_type'] === (readTrustMark(one['trust_mark'])?.type ?? null)
  if (!Array.isArray(marks) || !marks.every(isMark))
    refuse('invalid_trust_chain', 'trust_marks must be trust marks as JWTs, each with its trust_mark_type')
  const isIssuerList = (one: unknown) => Array.isArray(one) && one.every(isEntityIdentifier)
  const isOwner = (one: unknown) =>
    isJsonObject(one) && isEntityIdentifier(one['sub']) && isJsonObject(one['jwks']) && Array.isArray(one['jwks']['keys'])
  const isWellFormed = (value: unknown, is: (one: unknown) => boolean) => isJsonObject(value) && Object.values(value).every(is)
  if (!isWellFormed(issuers, isIssuerList) || !isWellFormed(owners, isOwner))
    refuse('invalid_trust_chain', 'trust_mark_issuers and trust_mark_owners must name entities for each type of trust mark')
}

function readTimes({ iat, exp }: JsonObject, at: number): { iat: number; exp: number } {
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp))
    refuse('invalid_trust_chain', 'an entity statement needs iat and exp, in seconds')
  const times = { iat: iat as number, exp: exp as number }
  if (times.iat > at + clockSkew) refuse('invalid_trust_chain', 'an entity statement is not yet valid') // §3.5 (7)
  if (times.exp <= at) refuse('invalid_trust_chain', 'an entity statement has expired') // §3.5 (8)
  return times
}

/** Keys with which an entity signs statements: 1 to 20, each with a `kid` of its own. §3.1 */
export function readKeys(jwks: unknown): readonly PublicJwk[] {
  const keys = isJsonObject(jwks) && Array.isArray(jwks['keys']) ? (jwks['keys'] as unknown[]) : []
  const named = keys.filter((key): key is PublicJwk => isPublicJwk(key) && typeof key.kid === 'string' && key.kid !== '')
  const kids = new Set(named.map((key) => key['kid']))
  if (keys.length === 0 || keys.length > maxKeys || named.length !== keys.length || kids.size !== keys.length)
    refuse('invalid_trust_chain', 'jwks of an entity statement must have 1 to 20 public keys, each with a kid of its own') // §3.5 (9)
  return named
}

function readMetadata(value: unknown): Metadata {
  if (value === undefined) return {}
  const types = isJsonObject(value) ? Object.values(value) : [undefined]
  if (!types.every((type) => isJsonObject(type) && Object.values(type).every((parameter) => parameter !== null)))
    refuse('invalid_metadata', 'metadata must be an object for each entity type, without null') // §3.5 (16), §5
  return value as Metadata
}

function readHints(value: unknown): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length === 0 || value.length > maxHints || !value.every(isEntityIdentifier))
    return refuse('invalid_trust_chain', 'authority_hints and trust_anchor_hints must be 1 to 20 entity identifiers') // §3.5 (14, 15)
  return value
}

/** Refuses a statement that none of these keys made, or another than the one that the header names. §3.5 (11, 12) */
export function checkSignature({ jws }: Pick<EntityStatement, 'jws'>, keys: readonly PublicJwk[]): void {
  if (!isSignedWith(jws, keys)) refuse('invalid_trust_chain', 'an entity statement is not signed with a key that its superior vouches for')
}

/** Whether the one of these keys that the header names made it. */
export function isSignedWith({ header, input, signature }: CompactJws, keys: readonly PublicJwk[]): boolean {
  const { kid, alg } = header
  if (showsPrivateKey(header)) return false
  const known = clientSigningAlgs.find((one) => one === alg)
  const jwk = typeof kid === 'string' && kid !== '' ? keys.find((key) => key['kid'] === kid) : undefined
  const key = known && publicKeyFor(jwk, known)
  return key !== undefined && isSignedBy(key, known as ClientSigningAlg, input, signature)
}

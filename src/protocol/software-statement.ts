/** What a trusted issuer states about a client that registers — RFC 7591 §2.3. */
import { keyThatSigned } from './client-keys.ts'
import { isJsonObject, readJson } from './codec/json.ts'
import { type CompactJws, parseJws } from './codec/jws.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'

const maxStatement = 16_384
/** How far the clocks of issuers may differ from ours, in seconds. */
const clockSkew = 60

type Members = Readonly<Record<string, unknown>>

/** What the JWT says about itself, and what a client cannot choose. */
const notMetadata = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id']

/**
 * The members of a registration with those of its software statement, which win (§3.1.1). `token`: the initial access token; without one, a tenant
 * may require a statement. A tenant that trusts no issuer does not know statements and ignores them (§2).
 */
export async function withStatement(
  ctx: Ctx,
  { software_statement: statement, ...sent }: Members,
  token: string | undefined,
): Promise<Members> {
  const { statementIssuers: issuers, statementRequired: isRequired } = ctx.tenant.registration
  if (statement === undefined && isRequired && token === undefined)
    refuse('invalid_software_statement', 'a software_statement of an issuer that is trusted here is needed to register')
  if (statement === undefined || Object.keys(issuers).length === 0) {
    if (isRequired && token === undefined) refuse('unapproved_software_statement', 'no issuer of software statements is trusted here')
    return sent
  }
  const claims = await statedBy(ctx, issuers, typeof statement === 'string' ? parseJws(statement, maxStatement) : undefined)
  const stated = Object.fromEntries(Object.entries(claims).filter(([name, value]) => value !== null && !notMetadata.includes(name)))
  return { ...sent, ...stated, software_statement: statement }
}

/** The claims, once the issuer is known to have made them for now and for here. */
async function statedBy(
  ctx: Ctx,
  issuers: Ctx['tenant']['registration']['statementIssuers'],
  jws: CompactJws | undefined,
): Promise<Members> {
  const read = jws && readJson(jws.payload.toString())
  const claims = read && 'value' in read ? read.value : undefined
  if (!jws || !isJsonObject(claims))
    return refuse('invalid_software_statement', 'software_statement must be one signed JWT of at most 16384 characters')
  const { iss, aud, exp, nbf, iat } = claims
  const keys = typeof iss === 'string' && Object.hasOwn(issuers, iss) ? issuers[iss] : undefined
  if (keys === undefined) return refuse('unapproved_software_statement', 'iss of the software_statement is not trusted here')
  if (!(await keyThatSigned(ctx, typeof keys === 'string' ? { jwks_uri: keys } : { jwks: keys }, jws)))
    refuse('invalid_software_statement', 'the software_statement is not signed with a key of its issuer')
  if (aud !== undefined && ![aud].flat().includes(ctx.issuer))
    refuse('invalid_software_statement', 'aud of the software_statement is not this issuer')
  const times = [exp, nbf, iat].filter((time) => time !== undefined)
  if (times.some((time) => typeof time !== 'number'))
    refuse('invalid_software_statement', 'exp, nbf and iat of the software_statement must be numbers')
  if (typeof exp === 'number' && exp <= ctx.now()) refuse('invalid_software_statement', 'the software_statement has expired')
  if ([nbf, iat].some((time) => typeof time === 'number' && time > ctx.now() + clockSkew))
    refuse('invalid_software_statement', 'the software_statement is not yet good; check the clock of its issuer')
  return claims
}

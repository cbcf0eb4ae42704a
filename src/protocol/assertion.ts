/** A JWT in which a trusted issuer tells a client something about a person, of any type — RFC 7523 §3. Used as a grant or as a hint. */
import type { Client } from './client.ts'
import { isSignedByOwner } from './client-keys.ts'
import { sha256 } from './codec/digest.ts'
import { type CompactJws, type JsonObject, parseJws, parseObject } from './codec/jws.ts'
import { clientSigningAlgs } from './codec/public-key.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { AssertionTyp, TrustedIssuer } from './trusted-issuer.ts'

const maxAssertion = 16_384
const maxText = 255
/** How far the clocks of issuers may differ from ours, in seconds. */
const clockSkew = 60

export interface Assertion {
  issuer: TrustedIssuer
  claims: JsonObject
}

/** `typeOf`: the type by the `typ` of the header, in lower case. What the claims say of the person is not read yet, and it is not used up. */
export async function readAssertion<Type extends { typ: AssertionTyp }>(
  ctx: Ctx,
  { client, text, typeOf }: { client: Client; text: string; typeOf(typ: string): Type | undefined },
): Promise<Assertion & { type: Type }> {
  const jws = parseJws(text, maxAssertion) ?? unread()
  const claims = parseObject(jws.payload) ?? unread()
  // A type that is not taken here is that of a JWT for another purpose. RFC 8725 §3.11
  const type = typeOf(typOf(jws)) ?? refuse('invalid_grant', 'typ of the assertion is that of a JWT for another purpose')
  const issuer = await issuerOf(ctx, client, claims, type)
  if (!(await isSignedByOwner(ctx, issuer, jws, issuer.signing_algs ?? clientSigningAlgs)))
    refuse('invalid_grant', 'assertion is not signed by a key of its issuer with an algorithm that the issuer may use') // §3 (9)
  checkAudience(ctx, issuer, claims)
  checkTimes(ctx, issuer, claims)
  return { issuer, claims, type }
}

function unread(): never {
  return refuse('invalid_grant', 'assertion must be one signed JWT of at most 16384 characters')
}

const typOf = ({ header: { typ = 'jwt' } }: CompactJws): string =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''

/** What this server signs is for others: it would widen what a person allowed. */
async function issuerOf(ctx: Ctx, client: Client, { iss }: JsonObject, type: { typ: AssertionTyp }): Promise<TrustedIssuer> {
  const known = typeof iss === 'string' && iss !== ctx.issuer ? await ctx.store.trustedIssuers.find(iss) : undefined
  return known?.enabled && known.clients.includes(client.client_id) && known.assertion_types.includes(type.typ)
    ? known
    : refuse('invalid_grant', 'assertion is of an issuer, or of a type, that this client may not present') // §3 (1)
}

/** One audience alone: what names several could be presented elsewhere by whoever receives it here. §3 (3) */
function checkAudience({ issuer }: Ctx, { audiences }: TrustedIssuer, { aud }: JsonObject): void {
  const accepted = audiences.map((name) => (name === 'issuer' ? issuer : `${issuer}/token`))
  const [named, ...more] = [aud].flat()
  if (more.length > 0 || !accepted.some((one) => one === named)) refuse('invalid_grant', 'aud of the assertion must be this server alone')
}

/** §3 (4), (5), (6) */
function checkTimes({ now }: Ctx, { max_lifetime: most }: TrustedIssuer, { exp, nbf, iat }: JsonObject): void {
  if ([exp, nbf, iat].some((time) => time !== undefined && !Number.isFinite(time)))
    refuse('invalid_grant', 'exp, nbf and iat of the assertion must be numbers')
  if (typeof exp !== 'number' || exp <= now()) refuse('invalid_grant', 'the assertion has expired, or has no exp')
  if ([nbf, iat].some((time) => typeof time === 'number' && time > now() + clockSkew))
    refuse('invalid_grant', 'the assertion is not yet good; check the clock of its issuer')
  const from = typeof iat === 'number' ? iat : now() + clockSkew
  if (exp > from + most || exp > now() + clockSkew + most)
    refuse('invalid_grant', 'the assertion is valid for longer than those of its issuer may be')
}

/** The account that the assertion is about; undefined where nobody here is. §3 (2) */
export async function subjectOfAssertion({ people }: Ctx, { issuer, claims }: Assertion): Promise<string | undefined> {
  if (!isShortText(claims['sub'])) refuse('invalid_grant', 'sub of the assertion must be a text of 1 to 255 characters')
  if (claims['tenant'] !== issuer.issuer_tenant)
    refuse('invalid_grant', 'tenant of the assertion is not the one that its issuer is trusted for')
  const { subject_claim: name, subject_kind: kind, connection = '' } = issuer
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (!isShortText(value)) return refuse('invalid_grant', 'the assertion lacks the claim that says whom it is about')
  if (name === 'email' && claims['email_verified'] !== true) refuse('invalid_grant', 'email_verified of the assertion must be true')
  const find = {
    account: async () => value,
    login: () => people.subjectOf(value),
    connection: () => people.subjectOfUpstream(connection, value),
  }
  const subject = await find[kind]()
  return subject !== undefined && (await people.claims(subject)) ? subject : undefined
}

const isShortText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= maxText

/** Once, whichever node is asked. Last, so that a request that fails for another reason can be repeated. §3 (7) */
export async function useUpAssertion(ctx: Ctx, { claims: { iss, jti, exp } }: Assertion): Promise<void> {
  if (!isShortText(jti)) refuse('invalid_grant', 'jti of the assertion must be a text of 1 to 255 characters')
  const first = await ctx.store.usedOnce.first('assertion-grant', sha256(`${iss} ${jti}`), (exp as number) + clockSkew)
  if (!first) refuse('invalid_grant', 'the assertion was used before; get a new one for each request')
}

/** Makes the credentials that a request is answered with: one for each key, unlinkable to one another — OpenID for Verifiable Credential Issuance 1.0 §8.3, §15.4. */

import type { AuditEvent } from '../../audit-events.ts'
import { disclosable, withDisclosures } from '../../codec/sd-jwt.ts'
import { statusListSize } from '../../codec/status-list.ts'
import { type CredentialClaim, type CredentialConfiguration, vctOf } from '../../credential-configuration.ts'
import { issuerKey } from '../../credential-issuer.ts'
import type { StatusIndex } from '../../credentials.ts'
import { refuse } from '../../errors.ts'
import type { Ctx } from '../../feature.ts'
import { statusOf } from '../../status-reference.ts'
import type { HolderKey } from './key-proofs.ts'

/** What is issued, to whom. */
export interface Issue {
  configuration: CredentialConfiguration
  subject: string
  clientId: string
  keys: readonly HolderKey[]
  /** Hash of the deferred request that it answers. */
  fulfils: string | undefined
}

/** A claim of a person, as all copies have it. */
export interface Said {
  claim: CredentialClaim
  value: unknown
}

/** One copy. Times in seconds since the epoch. */
export interface Copy {
  configuration: CredentialConfiguration
  said: readonly Said[]
  key: HolderKey
  status: StatusIndex
  times: { issuedAt: number; expiresAt: number }
}

/** The answer to the wallet, and what the audit log is told. */
interface Issued {
  body: { credentials: object[]; notification_id: string }
  auditEvents: readonly AuditEvent[]
}

/** Undefined: the deferred request was answered already. */
export async function issueCredentials(ctx: Ctx, issue: Issue): Promise<Issued | undefined> {
  const { configuration, subject, clientId, keys, fulfils } = issue
  const said = await saidOf(ctx, configuration, subject)
  const [id, times] = [ctx.id(), timesOf(ctx, configuration)]
  const record = { id, subject, clientId, configuration: configuration.id, status: 'valid', event: undefined, ...times } as const
  const candidates = keys.map(() => [1, 2, 3, 4].flatMap(() => indexesFrom(ctx.id())))
  const ask = { candidates, fulfils, most: ctx.tenant.credentialsPerPerson, now: ctx.now() }
  const indexes = await ctx.store.issuedCredentials.add(record, ask)
  if (indexes === 'answered') return undefined
  if (indexes === 'no account') return refuse('credential_request_denied', inactive)
  if (indexes === 'too many')
    return refuse(
      'credential_request_denied',
      'the person has as many credentials as this tenant allows; wait until some expire, or raise credentials_per_person of the tenant',
    )
  const make = configuration.format === 'mso_mdoc' ? mobileDocument : sdJwt
  const made = keys.map((key, i) => make(ctx, { configuration, said, key, status: indexes[i]!, times }))
  const detail = { subject, configuration: configuration.id, copies: keys.length }
  return {
    body: { credentials: (await Promise.all(made)).map((credential) => ({ credential })), notification_id: id },
    auditEvents: [{ act: 'credential.issue', outcome: 'success', by: { type: 'client', id: clientId }, target: id, detail }],
  }
}

/** Eight places in a status list, each as likely as every other, from 128 random bits. Token Status List §12.5.2 */
function indexesFrom(id: string): number[] {
  const bytes = Buffer.from(id, 'base64url')
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16BE(2 * i) % statusListSize)
}

/** Rounded, so that copies and holders cannot be told apart by them. §15.4.1. A credential ends while its signature can still be verified. */
function timesOf(ctx: Ctx, { validity }: CredentialConfiguration): Copy['times'] {
  const step = validity >= 7 * 86_400 ? 86_400 : 3600
  const longest = Math.floor(issuerKey(ctx).longest(ctx.now()) / step) * step
  const issuedAt = Math.floor(ctx.now() / step) * step
  return { issuedAt, expiresAt: issuedAt + Math.max(2 * step, Math.min(validity, longest)) }
}

const inactive = 'the account is no longer active'

/** What is known of the person for each claim. */
async function saidOf(ctx: Ctx, { claims }: CredentialConfiguration, subject: string): Promise<Said[]> {
  const account = (await ctx.people.claims(subject)) ?? refuse('credential_request_denied', inactive)
  const needsGroups = claims.some(({ source }) => source === 'account.groups')
  const known = { ...account, ...(needsGroups ? { groups: await ctx.people.groups(subject) } : {}) }
  return claims.flatMap((claim) => {
    const value = claim.source === undefined ? claim.value : valueAt(known, claim.source.split('.').slice(1))
    if (value !== undefined && value !== null) return [{ claim, value }]
    return claim.mandatory ? refuse('credential_request_denied', 'the account lacks what this credential must say') : []
  })
}

function valueAt(from: unknown, path: readonly string[]): unknown {
  return path.reduce((value, name) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }, from)
}

/** ISO/IEC 18013-5 §9.1.2.4 */
async function mobileDocument(ctx: Ctx, { configuration, said, key, status, times }: Copy): Promise<string> {
  const { signMdoc } = await import('../../codec/mdoc.ts') // loaded only where there are such documents
  const issuer = issuerKey(ctx)
  const elements = said.map(({ claim: { name, namespace = '' }, value }) => {
    return { namespace, name, value, random: Buffer.from(ctx.id(), 'base64url') }
  })
  const certificates = issuer.x5c.map((der) => Buffer.from(der, 'base64'))
  const doctype = configuration.doctype ?? ''
  return signMdoc({ doctype, elements, deviceKey: key, times, status: statusOf(ctx.issuer, status), certificates }, issuer.signBytes)
}

/** SD-JWT VC §2.2 */
async function sdJwt(ctx: Ctx, { configuration, said, key, status, times }: Copy): Promise<string> {
  const open = said.filter(({ claim }) => claim.disclosure === 'always')
  const hidden = said.filter(({ claim }) => claim.disclosure === 'selective')
  const { payload, disclosures } = disclosable(hidden.map(({ claim: { name }, value }) => ({ name, value, salt: ctx.id() })))
  const claims = {
    ...Object.fromEntries(open.map(({ claim: { name }, value }) => [name, value])),
    ...payload,
    iss: ctx.issuer,
    iat: times.issuedAt,
    exp: times.expiresAt,
    vct: vctOf(ctx.issuer, configuration),
    cnf: { jwk: key },
    status: statusOf(ctx.issuer, status),
  }
  return withDisclosures(await issuerKey(ctx).sign('dc+sd-jwt', claims), disclosures)
}

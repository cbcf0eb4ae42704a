/** A credential that a tenant issues, as it is declared — OpenID for Verifiable Credential Issuance 1.0 §12.2.4, appendices A.2 and A.3. */
import { z } from 'zod'
import { accountSources, isAccountSource } from './claim-sources.ts'
import { clientSigningAlgs, isPublicJwk, publicKeyFor } from './codec/public-key.ts'
import { storedMembers } from './stored-members.ts'
import { isCleanText, line } from './text.ts'

export const credentialFormats = ['dc+sd-jwt', 'mso_mdoc'] as const

const locale = z.string().regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/, 'must be a language tag such as en-GB')
const colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #12107c')
const uri = z
  .string()
  .max(500)
  .refine((text) => URL.canParse(text) && isCleanText(text), 'must be an absolute URI')

/** What the format itself says. SD-JWT VC §2.2.2.2, RFC 9901 §4.1 */
const ownClaims = ['iss', 'sub', 'iat', 'nbf', 'exp', 'cnf', 'vct', 'status', '_sd', '_sd_alg', '...']

/** Scopes with which tokens are issued for other purposes. */
const otherScopes = /^(openid|profile|email|address|phone|groups|offline_access|grant_management_\w+|admin:.*)$/

const claim = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.:-]{1,100}$/, 'must be the name of a claim')
      .refine((name) => !ownClaims.includes(name), 'can only be set by the server'),
    namespace: line(100).optional().describe('Of a mobile document'),
    source: z.string().refine(isAccountSource, `must be account.…: one of ${accountSources}`).optional(),
    value: z.json().optional().describe('In place of a source: the same for everybody'),
    disclosure: z.enum(['selective', 'always']).default('selective').describe('Whether the holder can leave it out'),
    mandatory: z.boolean().default(false).describe('Nobody gets the credential without it'),
    display: z
      .array(z.strictObject({ name: line(100), locale: locale.optional() }))
      .max(50)
      .optional(),
  })
  .refine((claim) => (claim.source === undefined) !== (claim.value === undefined), {
    path: ['source'],
    error: 'or value is needed, and not both',
  })

const display = z.strictObject({
  name: line(100),
  locale: locale.optional(),
  description: line(500).optional(),
  background_color: colour.optional(),
  text_color: colour.optional(),
  logo: z.strictObject({ uri, alt_text: line(200).optional() }).optional(),
})

const attesterKey = z
  .record(z.string(), z.unknown())
  .refine((key) => isPublicJwk(key) && clientSigningAlgs.some((alg) => publicKeyFor(key, alg)), 'must be a public key that signs')

export const credentialConfigurationSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'must be 1 to 100 letters, digits, underscores, dots and hyphens')
      .describe('Identifier in the metadata; it cannot be changed'),
    enabled: z.boolean().default(true).describe('false: it is not offered, and what was issued stays'),
    format: z.enum(credentialFormats).default('dc+sd-jwt').describe('dc+sd-jwt: SD-JWT VC; mso_mdoc: mobile document, ISO/IEC 18013-5'),
    vct: uri.optional().describe('Type of an SD-JWT VC; absent: a URL of this server, where its type metadata is'),
    doctype: line(200).optional().describe('Type of a mobile document'),
    scope: z
      .string()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'has a character that no scope may have') // RFC 6749 §3.3
      .refine((scope) => !otherScopes.test(scope), 'has another meaning here')
      .optional()
      .describe('Scope with which it is requested; absent: its id'),
    display: z.array(display).min(1).max(50).describe('Names and looks, one for each language, as [{"name": "Staff badge"}]'),
    claims: z
      .array(claim)
      .min(1)
      .max(100)
      .describe('What it says, as [{"name": "given_name", "source": "account.given_name", "disclosure": "selective"}]'),
    validity: z.int().min(3600).max(315_360_000).default(7_776_000).describe('Seconds for which it is valid'),
    approval: z.enum(['none', 'required']).default('none').describe('required: an administrator approves each one before it is issued'),
    key_attestation: z
      .strictObject({
        required: z.boolean().default(true),
        keys: z.array(attesterKey).min(1).max(50).describe('Public keys of those who attest'),
        key_storage: z.array(line(100)).min(1).max(20).optional(),
        user_authentication: z.array(line(100)).min(1).max(20).optional(),
      })
      .optional()
      .describe('Whose word is taken for how keys of holders are kept, as {"keys": [JWK]}'),
  })
  .superRefine((given, check) => {
    const problem = (path: (string | number)[], message: string) => check.addIssue({ code: 'custom', path, message })
    const isDocument = given.format === 'mso_mdoc'
    if (isDocument && given.doctype === undefined) problem(['doctype'], 'is missing: a mobile document needs it')
    if (isDocument && given.vct !== undefined) problem(['vct'], 'is for dc+sd-jwt only; remove it')
    if (!isDocument && given.doctype !== undefined) problem(['doctype'], 'is for mso_mdoc only; remove it')
    const names = given.claims.map(nameOf)
    given.claims.forEach((one, i) => {
      if (isDocument && one.namespace === undefined) problem(['claims', i, 'namespace'], 'is missing: a mobile document needs it')
      if (!isDocument && one.namespace !== undefined) problem(['claims', i, 'namespace'], 'is for mso_mdoc only; remove it')
      if (names.indexOf(nameOf(one)) < i) problem(['claims', i, 'name'], 'is there twice')
    })
    if (JSON.stringify(given).length > 65_536) problem([], 'must not be longer than 65536 characters as JSON')
  })

export type CredentialConfiguration = z.infer<typeof credentialConfigurationSchema>
export type CredentialClaim = CredentialConfiguration['claims'][number]

const nameOf = ({ namespace, name }: CredentialClaim) => JSON.stringify([namespace, name])

/** Where a claim is in the credential. Appendix C */
export function pathOf({ namespace, name }: CredentialClaim): string[] {
  return namespace === undefined ? [name] : [namespace, name]
}

export function scopeOf({ scope, id }: Pick<CredentialConfiguration, 'scope' | 'id'>): string {
  return scope ?? id
}

/** In the language that was named first. */
export function titleOf({ display }: Pick<CredentialConfiguration, 'display'>): string {
  return display[0]!.name
}

/** The type of an SD-JWT VC. */
export function vctOf(issuer: string, { vct, id }: Pick<CredentialConfiguration, 'vct' | 'id'>): string {
  return vct ?? `${issuer}/credential-types/${id}`
}

/** The configuration of a stored document. A list with an entry that is no longer known is left without it; one that cannot be read at all is not offered. */
export function storedConfiguration(id: string, document: Readonly<Record<string, unknown>>): CredentialConfiguration {
  const unreadable = { enabled: false, display: [{ name: id }], claims: [], approval: 'required' }
  return storedMembers(credentialConfigurationSchema.shape, { ...document, id }, unreadable) as unknown as CredentialConfiguration
}

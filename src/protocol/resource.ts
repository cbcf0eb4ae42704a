/** A protected API: its identifier and scopes, and how its tokens are made (RFC 8707, RFC 9068) and introspected (RFC 9701 §6). */
import { z } from 'zod'
import { type SigningAlg, signingAlgs } from './algs.ts'
import { claimSources, everySource } from './claim-sources.ts'
import { contentEncryptionAlgs, encryptionKey, keyEncryptionAlgs } from './codec/jwe.ts'
import { isPublicJwk } from './codec/public-key.ts'
import { isCleanText, line } from './text.ts'

const signingAlg = z.enum(signingAlgs)

/** The header `typ` of an access token. RFC 9068 §2.1 demands `at+jwt`, which older verifiers refuse. */
export const accessTokenTyp = z.enum(['at+jwt', 'JWT'])

export const resourceSchema = z
  .strictObject({
    identifier: z
      .string()
      .max(2000)
      .refine(isIdentifier, 'must be an absolute URI without a fragment')
      .describe('Absolute URI, the `aud` of its tokens'),
    resource_id: z
      .string()
      .regex(/^[\x21-\x39\x3b-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters without a colon') // so that it is no URI
      .optional()
      .describe('A short name by which it authenticates at introspection; absent: by its identifier'),
    name: line(200).describe('Shown to people'),
    scopes: z
      .record(z.string().max(200), line(200))
      .refine(
        (scopes) => Object.keys(scopes).every((name) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name)),
        'has a name that no scope may have',
      ) // RFC 6749 §3.3
      .default({})
      .describe('Its scopes and what they allow, as {"orders:read": "See your orders"}; if it has any, its tokens have no others'),
    authorization_details_types: z
      .record(
        line(200),
        z.strictObject({ description: line(200), schema: z.record(z.string(), z.json()), consent: z.enum(['always', 'once']).optional() }),
      )
      .refine((types) => JSON.stringify(types).length <= 16_384, 'must not be longer than 16384 characters as JSON')
      .optional()
      .describe(
        'Its types of authorization details, RFC 9396: words for the consent page, a JSON Schema of the whole object, and `consent`: people are asked `always` (the default) or `once` for each object',
      ),
    access_token_format: z.enum(['jwt', 'opaque']).optional().describe('absent: as the client sets it'),
    access_token_typ: accessTokenTyp.optional().describe('header `typ` of its JWT access tokens; absent: as the client sets it'),
    access_token_signed_response_alg: signingAlg.optional().describe('absent: as the client sets it'),
    access_token_lifetime: z.int().min(1).max(86_400).optional().describe('seconds; absent: as client and tenant set it'),
    access_token_claim_sources: claimSources
      .optional()
      .describe(`claims to look up, as JSON, besides those of the client, and taking precedence over them; each is one of ${everySource}`),
    introspection_signed_response_alg: signingAlg
      .optional()
      .describe('JWT introspection responses; absent: RS256, if the tenant signs with it'),
    introspection_encrypted_response_alg: z.enum(keyEncryptionAlgs).optional().describe('absent: they are not encrypted'),
    introspection_encrypted_response_enc: z.enum(contentEncryptionAlgs).optional().describe('absent: A128CBC-HS256'),
    jwks: z.record(z.string(), z.unknown()).optional().describe('Its public keys to encrypt for, RFC 7517 §5'),
  })
  .superRefine((resource, check) => {
    const problem = (path: string, message: string) => check.addIssue({ code: 'custom', path: [path], message })
    const { introspection_encrypted_response_alg: alg, introspection_encrypted_response_enc: enc, jwks } = resource
    for (const [name, { schema }] of Object.entries(resource.authorization_details_types ?? {}))
      if (!isSchema(schema)) problem('authorization_details_types', `has a schema that cannot be checked: ${name}`)
    if (jwks && !Array.isArray(jwks['keys'])) problem('jwks', 'must be a key set: {"keys": [...]}')
    if (!keysOf(resource).every(isPublicJwk)) problem('jwks', 'must hold public keys only')
    if (enc && !alg) problem('introspection_encrypted_response_alg', 'is needed beside introspection_encrypted_response_enc') // RFC 9701 §6
    if (alg && !encryptionKey(keysOf(resource), alg)) problem('jwks', `must hold a valid key for ${alg}`)
  })

/** What checks values against a JSON Schema. Throws when it uses what cannot be checked. */
export function detailSchema(schema: Readonly<Record<string, unknown>>): z.ZodType {
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
}

function isSchema(schema: Readonly<Record<string, unknown>>): boolean {
  try {
    detailSchema(schema)
    return true
  } catch {
    return false
  }
}

/** A type of authorization details that an API declares. RFC 9396 §2.1 */
export interface DetailType {
  readonly name: string
  /** In words for the consent page. */
  readonly description: string
  /** JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>
  /** Whether a person who allowed an object is asked again. */
  readonly consent: 'always' | 'once'
  /** Identifier and name of the API. */
  readonly api: string
  readonly apiName: string
  /** What the person is shown, where the members themselves say little. */
  readonly lines?: (detail: Readonly<Record<string, unknown>>) => readonly (readonly [name: string, value: string])[]
  /** Members that the server adds to what is granted. RFC 9396 §7.1 */
  readonly enriched?: (detail: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
}

/** What is registered of a resource. */
export type ResourceMetadata = z.infer<typeof resourceSchema>

/** A resource as the rules see it: its registration, and the hashes of its valid secrets. */
export interface Resource extends ResourceMetadata {
  secretHashes: readonly string[]
  /** Tokens issued for this resource before this time are void. Seconds since the epoch. */
  tokensFrom: number
}

/** Whether the text is an absolute URI without fragment. Identifiers are compared character by character. RFC 8707 §2. */
export function isIdentifier(text: string): boolean {
  return URL.canParse(text) && !text.includes('#') && !/\s/.test(text) && isCleanText(text)
}

/** The members of its key set that are objects. */
export function keysOf({ jwks }: Pick<ResourceMetadata, 'jwks'>): readonly object[] {
  const keys = jwks?.['keys']
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'object' && key !== null) : []
}

/** Throws a `ZodError` whose issues name the member and the rule. `algs`: those the tenant signs with. */
export function readResource(algs: readonly SigningAlg[], input: unknown): ResourceMetadata {
  const members = ['access_token_signed_response_alg', 'introspection_signed_response_alg'] as const
  const served = resourceSchema.superRefine((resource, check) => {
    for (const member of members) {
      const alg = resource[member]
      if (alg && !algs.includes(alg)) check.addIssue({ code: 'custom', path: [member], message: `must be one of ${algs.join(', ')}` })
    }
  })
  return served.parse(input)
}

/** The scopes that at least one of these resources accepts. A resource that declares none accepts all; without a resource all are accepted. */
export function knownScopes(scope: readonly string[], resources: readonly Pick<Resource, 'scopes'>[]): readonly string[] {
  const known = resources.map(({ scopes }) => scopes)
  if (known.length === 0 || known.some((scopes) => Object.keys(scopes).length === 0)) return scope
  return scope.filter((s) => known.some((scopes) => Object.hasOwn(scopes, s)))
}

/** An issuer whose assertions about people this tenant accepts as authorization grants — RFC 7521 §4.1, RFC 7523 §2.1. */
import { z } from 'zod'
import { secureUrl } from './client.ts'
import { clientKeys } from './client-keys-schema.ts'
import { clientSigningAlgs } from './codec/public-key.ts'
import { isIdentifier } from './resource.ts'
import { storedMembers } from './stored-members.ts'
import { identifier } from './text.ts'

/** `typ` of the assertions, in lower case. */
export const assertionTyps = ['jwt', 'oauth-id-jag+jwt', 'login-hint+jwt'] as const
export type AssertionTyp = (typeof assertionTyps)[number]

const scopes = z
  .string()
  .max(8192)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e ]*$/, 'has a character that no scope may have') // RFC 6749 §3.3

export const trustedIssuerSchema = z
  .strictObject({
    issuer: z
      .string()
      .max(2000)
      .refine(isIdentifier, 'must be an absolute URI without a fragment')
      .describe('The `iss` of its assertions, character by character; it cannot be changed'),
    enabled: z.boolean().default(true).describe('false: none of its assertions is accepted'),
    jwks: clientKeys.optional().describe('Its public keys, as {"keys": [...]}, RFC 7517 §5'),
    jwks_uri: secureUrl.optional().describe('Where its public keys are, in place of jwks: they are read again when they change'),
    signing_algs: z
      .array(z.enum(clientSigningAlgs))
      .min(1)
      .optional()
      .describe('Algorithms it may sign with; absent: all that are supported'),
    assertion_types: z
      .array(z.enum(assertionTyps))
      .min(1)
      .default(['jwt'])
      .describe(
        'Header `typ` of the assertions accepted from it; jwt stands for those without one, too, and login-hint+jwt for login_hint_token of backchannel requests',
      ),
    audiences: z
      .array(z.enum(['issuer', 'token_endpoint']))
      .min(1)
      .default(['issuer'])
      .describe('What its assertions may name as their one `aud`: the issuer of this tenant, or its token endpoint, RFC 7523 §3'),
    clients: z.array(identifier(255)).min(1).max(100).describe('Identifiers of the clients that may present its assertions'),
    scope: scopes.default('').describe('Scopes that tokens for its assertions may have, separated by spaces'),
    subject_claim: z
      .string()
      .regex(/^[\w.:/-]{1,200}$/, 'must be the name of a claim')
      .default('sub')
      .describe('Claim that says whom an assertion is about; email counts only beside a true email_verified'),
    subject_kind: z
      .enum(['login', 'account', 'connection'])
      .default('connection')
      .describe(
        'What that claim holds: a user name or email address here (login), the `sub` of an account here (account), or the `sub` at the provider of a connection that the account is connected with (connection)',
      ),
    connection: identifier(63).optional().describe('Name of that connection'),
    issuer_tenant: identifier(255)
      .optional()
      .describe('The `tenant` that its assertions must name, where it serves several; absent: they may not name one'),
    max_lifetime: z.int().min(10).max(3600).default(300).describe('Longest lifetime of its assertions, in seconds'),
  })
  .superRefine((issuer, check) => {
    const problem = (path: string, message: string) => check.addIssue({ code: 'custom', path: [path], message })
    if ((issuer.jwks === undefined) === (issuer.jwks_uri === undefined)) problem('jwks', 'or jwks_uri is needed, and not both')
    const words = issuer.scope.split(' ')
    for (const word of ['openid', 'offline_access']) if (words.includes(word)) problem('scope', `cannot have ${word}: nobody signs in`)
    if (issuer.subject_kind === 'connection' && issuer.connection === undefined)
      problem('connection', 'is needed when subject_kind is connection')
  })

/** What is declared of a trusted issuer. */
export type TrustedIssuer = z.infer<typeof trustedIssuerSchema>

/** The trusted issuer of a stored document. One that this version cannot read whole is not enabled, since its limits are not known. */
export function storedTrustedIssuer(issuer: string, document: Readonly<Record<string, unknown>>): TrustedIssuer {
  const read = trustedIssuerSchema.safeParse({ ...document, issuer })
  if (read.success) return read.data
  const members = storedMembers(trustedIssuerSchema.shape, { ...document, issuer }, { clients: [] })
  return { ...(members as TrustedIssuer), enabled: false }
}

/** Administration of trusted issuers. Each act is atomic. */
export interface TrustedIssuerStore {
  trustedIssuersAdmin: {
    /** In order of issuer, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<TrustedIssuer[]>
    /** False when there is one of this issuer. */
    add(issuer: TrustedIssuer): Promise<boolean>
    /** False when there is none of this issuer. */
    replace(issuer: TrustedIssuer): Promise<boolean>
    /** True when there was one. */
    remove(issuer: string): Promise<boolean>
  }
}

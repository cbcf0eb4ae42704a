/** A connection: an upstream provider that a tenant knows, as it is declared. Members have the names of RFC 8414 §2 and RFC 7591 §2. */
import { z } from 'zod'
import { asciiDomain } from '../protocol/codec/domain.ts'
import { storedMembers } from '../protocol/stored-members.ts'
import { line, webUrl } from '../protocol/text.ts'
import { type Preset, presetNames, presets } from './presets.ts'

const url = webUrl('must be an absolute https URL')
  .refine((text) => !/\s/.test(text), 'must have no spaces')
  .refine((text) => !text.includes('#'), 'must have no fragment')
const scope = z
  .string()
  .max(2000)
  .refine((text) => /^[\x21\x23-\x5b\x5d-\x7e ]*$/.test(text), 'has a character that no scope may have') // RFC 6749 §3.3
const domain = z
  .string()
  .max(253)
  .overwrite((text) => asciiDomain(text) ?? text)
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be a domain in lower case, such as example.com')
const domains = z.array(domain).max(100)
const claimName = z.string().regex(/^[\w.:/-]{1,200}$/, 'must be the name of a claim')

/** Parameters that the authorization request has by itself. */
const ownParameters = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
]

const params = z
  .record(z.string().regex(/^\w{1,50}$/, 'must be the name of a parameter'), line(500))
  .refine((given) => Object.keys(given).length <= 20, 'must not have more than 20 parameters')
  .refine((given) => !Object.keys(given).some((name) => ownParameters.includes(name)), 'names a parameter that is set already')

/** The part of a connection's redirect URI that names it. */
export const connectionName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')

export const signUpRules = ['open', 'domains', 'invited', 'never'] as const

/** Claims of ours that a connection may fill when it makes an account. */
export const mappedClaims = [
  'name',
  'given_name',
  'middle_name',
  'family_name',
  'nickname',
  'preferred_username',
  'email',
  'email_verified',
  'picture',
  'profile',
  'website',
  'locale',
  'zoneinfo',
] as const

const signIn = z.strictObject({
  enabled: z.boolean().default(true).describe('People can sign in through it'),
  scope: scope.optional().describe('Scopes it asks for; absent: those of the preset'),
  sign_up: z
    .enum(signUpRules)
    .default('never')
    .describe(
      'Who gets an account at the first sign-in: everyone; those with an address of email_domains; those whose address was invited and whose account nobody has used yet; nobody, but a person who has one here can connect it (never)',
    ),
  email_domains: domains.default([]).describe('For sign_up domains'),
  route_domains: domains.default([]).describe('People with an address of these domains are led straight to it'),
  acr_values: z.array(line(200)).max(20).default([]).describe('Values of its acr that count as a second factor here'),
  amr_values: z.array(line(50)).max(20).default([]).describe('Values of its amr that count as a second factor here'),
  claims: z
    .partialRecord(z.enum(mappedClaims), claimName)
    .default({})
    .describe('Which of its claims fill which of ours, as {"nickname": "login"}'),
})

const vault = z.strictObject({
  enabled: z.boolean().default(false).describe('People can let this server keep its tokens, and hand fresh ones to applications'),
  scope: scope.optional().describe('Scopes it asks for; absent: those of the preset'),
  params: params.optional().describe('Further parameters of the authorization request; absent: those of the preset'),
  offline_idle: z
    .int()
    .min(3600)
    .max(31_536_000)
    .default(2_592_000)
    .describe('Seconds after which its refresh tokens expire unless used: they are used before'),
})

export const connectionSchema = z
  .strictObject({
    name: connectionName.describe('Part of its redirect URI; it cannot be changed'),
    preset: z.enum(presetNames).default('openid').describe('What is known of the provider'),
    label: line(100).optional().describe('Name on buttons; absent: that of the preset'),
    enabled: z.boolean().default(true).describe('false: nobody can use it, and its tokens stay'),
    position: z.int().min(0).max(1000).default(0).describe('Order of the buttons, lowest first'),
    issuer: url.optional().describe('Issuer of the provider; absent: that of the preset'),
    authorization_endpoint: url.optional().describe('Absent: by discovery, or that of the preset'),
    token_endpoint: url.optional().describe('Absent: by discovery, or that of the preset'),
    userinfo_endpoint: url.optional().describe('Absent: by discovery, or that of the preset'),
    revocation_endpoint: url.optional().describe('Absent: by discovery'),
    introspection_endpoint: url.optional().describe('Absent: by discovery'),
    client_id: line(500).describe('Identifier of this server at the provider'),
    token_endpoint_auth_method: z
      .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
      .optional()
      .describe(
        'How this server authenticates; private_key_jwt: by a key of this tenant, published at its jwks_uri; absent: as the preset says',
      ),
    team_id: line(100).optional().describe('Preset apple: the team'),
    key_id: line(100).optional().describe('Preset apple: the key whose file is the secret'),
    sign_in: signIn.prefault({}).describe('Signing in through it'),
    vault: vault.prefault({}).describe('Keeping its tokens'),
  })
  .superRefine((connection, check) => {
    const problem = (path: (string | number)[], message: string) => check.addIssue({ code: 'custom', path, message })
    const preset: Preset = presets[connection.preset]
    if (preset.protocol === 'openid' && !connection.issuer && !preset.issuer) problem(['issuer'], 'is missing: this preset needs it')
    if (preset.protocol === 'oauth2')
      for (const name of ['authorization_endpoint', 'token_endpoint'] as const)
        if (!connection[name] && !preset[name]) problem([name], 'is missing: this preset needs it')
    if (connection.preset === 'apple')
      for (const name of ['team_id', 'key_id'] as const) if (!connection[name]) problem([name], 'is missing: this preset needs it')
    if (connection.sign_in.sign_up === 'domains' && connection.sign_in.email_domains.length === 0)
      problem(['sign_in', 'email_domains'], 'must not be empty when sign_up is domains')
  })

/** What is declared of a connection. */
export type ConnectionMetadata = z.infer<typeof connectionSchema>

/** A connection as it is stored. */
export interface Connection extends ConnectionMetadata {
  /** Its client secret, sealed; undefined: none was set. */
  sealedSecret: string | undefined
}

/** The connection of a stored document. A member whose value is no longer known has its default. */
export function storedConnection(name: string, document: Readonly<Record<string, unknown>>): ConnectionMetadata {
  const part = (shape: Readonly<Record<string, z.ZodType>>, value: unknown) =>
    storedMembers(shape, (value ?? {}) as Readonly<Record<string, unknown>>)
  const members = storedMembers(connectionSchema.shape, { ...document, name })
  return {
    ...members,
    sign_in: part(signIn.shape, document['sign_in']),
    vault: part(vault.shape, document['vault']),
  } as unknown as ConnectionMetadata
}

/** What a connection does, with what its preset says where it says nothing. */
export function settingsOf(connection: ConnectionMetadata) {
  const preset: Preset = presets[connection.preset]
  const { label, token_endpoint_auth_method: authMethod, sign_in, vault } = connection
  return {
    protocol: preset.protocol,
    label: label ?? preset.label,
    authMethod: authMethod ?? preset.token_endpoint_auth_method,
    responseMode: preset.response_mode,
    signInScope: sign_in.scope ?? preset.sign_in_scope,
    vaultScope: vault.scope ?? preset.vault_scope,
    vaultParams: vault.params ?? preset.vault_params ?? {},
    subject: preset.subject,
    claims: { ...preset.claims, ...sign_in.claims } as Readonly<Record<string, string>>,
    emailsEndpoint: preset.emails_endpoint,
    revocation: preset.revocation,
    nameInAnswer: preset.name_in_answer === true,
    issuer: connection.issuer ?? preset.issuer,
    endpoints: {
      authorization_endpoint: connection.authorization_endpoint ?? preset.authorization_endpoint,
      token_endpoint: connection.token_endpoint ?? preset.token_endpoint,
      userinfo_endpoint: connection.userinfo_endpoint ?? preset.userinfo_endpoint,
      revocation_endpoint: connection.revocation_endpoint,
      introspection_endpoint: connection.introspection_endpoint,
    },
  }
}

export type ConnectionSettings = ReturnType<typeof settingsOf>

/** What tells providers apart: only at one does a subject name the same person, and are kept tokens of use. OpenID Connect Core §5.7 */
export function identityOfProvider(connection: ConnectionMetadata): string {
  const { protocol, issuer, endpoints, subject } = settingsOf(connection)
  const { token_endpoint: token, userinfo_endpoint: userinfo } = endpoints
  return JSON.stringify([subject, ...(protocol === 'openid' ? [issuer?.replace(/\/$/, '')] : [token, userinfo])])
}

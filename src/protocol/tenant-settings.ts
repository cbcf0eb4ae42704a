/** The settings of a tenant: the table from which storage, command line, administration API and its description are derived. */
import { z } from 'zod'
import { attestersSchema } from './attesters.ts'
import { secureUrl } from './client.ts'
import { clientKeys } from './client-keys-schema.ts'
import { emailAddress } from './email-address.ts'
import { type LifetimeName, lifetimeFields } from './lifetimes.ts'
import { mergePatchObjectOf } from './merge-patch.ts'
import { storedMembers } from './stored-members.ts'
import { hostName, line } from './text.ts'

/** The part of a tenant's URLs that names it: `/t/SLUG`. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')

/** The slug of a new tenant. `root` is reserved for the root tenant, which has no slug. */
export const newSlugSchema = slugSchema.refine((text) => text !== 'root', 'is reserved')

export const tenantNameSchema = line(200).describe('Name, shown to people')

/** What the email address of a self-registered account must be. */
export const signUpEmails = ['private', 'verified', 'unverified'] as const

const ownLifetimes = Object.entries(lifetimeFields).map(([name, field]) => [
  name,
  field
    .unwrap()
    .optional()
    .describe(field.description ?? ''),
])

/** A tenant can disable what the deployment offers, but never enable what the deployment has disabled. A setting without a default is absent until set, and then the deployment's value applies. */
export const tenantSettingsSchema = z.strictObject({
  sign_up: z.boolean().default(true).describe('Self-registration, where the deployment offers it'),
  sign_up_email: z.enum(signUpEmails).optional().describe('What the email address of a self-registered account must be'),
  password_grant: z.boolean().default(true).describe('The password grant, where the deployment offers it'),
  open_registration: z.boolean().default(true).describe('Clients may register themselves without a token, where the deployment offers it'),
  second_factor: z.enum(['optional', 'required']).optional().describe('Whether people must sign in with a second factor'),
  account_deletion: z.boolean().default(true).describe('People may delete their own account, where the deployment allows it'),
  request_uri: z.boolean().default(false).describe('Request objects by reference: the server fetches them from addresses of its clients'),
  client_id_hosts: z
    .array(z.string().refine((name) => name === '*' || hostName.safeParse(name).success, 'must be a host name, *.example.com or *'))
    .max(100)
    .default([])
    .describe(
      'Hosts whose client ID metadata documents are accepted: names, *.example.com for those below it, or * for all; none: no documents',
    ),
  front_channel_tokens: z
    .boolean()
    .default(false)
    .describe('Implicit and hybrid response types, which send tokens through the browser, for clients that register them'),
  software_statement_issuers: z
    .record(z.string().max(2000), z.union([secureUrl, clientKeys]))
    .refine((issuers) => Object.keys(issuers).length <= 50, 'must not name more than 50 issuers')
    .default({})
    .describe(
      'Who may state what registering clients are, as {"https://directory.example": KEYS}: the address of its keys, or the key set',
    ),
  software_statements: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('required: clients register without an initial access token only with a software statement, RFC 7591 §2.3'),
  federation: z.boolean().default(false).describe('It takes part in OpenID federations, with keys of its own'),
  shared_signals: z
    .boolean()
    .default(false)
    .describe('Applications with the scopes ssf.read and ssf.manage receive security events of everybody'),
  client_attesters: attestersSchema
    .default({})
    .describe(
      'Who vouches for instances of clients, by the `iss` of their attestations: `jwks`, or `trust_anchors` (certificates as base64), and `client_ids` if not for all',
    ),
  credentials_per_person: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .describe('Copies of credentials that one person can have at a time; those that were revoked count until they expire'),
  logo_uri: secureUrl.optional().describe('Address of its logo, shown on its pages and in its mails: a square picture'),
  contact: emailAddress().optional().describe('Email address of the person responsible for the tenant'),
  lifetimes: z
    .strictObject(Object.fromEntries(ownLifetimes) as Record<LifetimeName, z.ZodOptional<z.ZodNumber>>)
    .default({})
    .describe('Its own lifetimes, in seconds; the others are those of the deployment'),
})

export type TenantOwnSettings = z.infer<typeof tenantSettingsSchema>

/** Replaces values that cannot be read, so that nothing disabled becomes enabled. */
const strictest: TenantOwnSettings = {
  sign_up: false,
  sign_up_email: 'private',
  password_grant: false,
  open_registration: false,
  second_factor: 'required',
  account_deletion: false,
  request_uri: false,
  client_id_hosts: [],
  front_channel_tokens: false,
  software_statement_issuers: {},
  software_statements: 'required',
  federation: false,
  shared_signals: false,
  client_attesters: {},
  credentials_per_person: 1,
  lifetimes: {},
}

/** The settings of a stored document, with defaults. */
export function tenantSettings(document: Readonly<Record<string, unknown>>): TenantOwnSettings {
  return storedMembers(tenantSettingsSchema.shape, document, strictest) as TenantOwnSettings
}

/** Absent: unchanged. null: the default, or as the deployment sets it. RFC 7396 */
export type TenantChange = { name?: string | undefined } & { [K in keyof TenantOwnSettings]?: TenantOwnSettings[K] | null | undefined }

/** A change of settings, by JSON or by flags. */
export const settingsChangeSchema = mergePatchObjectOf(tenantSettingsSchema) as z.ZodObject & z.ZodType<Omit<TenantChange, 'name'>>

/** Every setting: name, form, default and meaning. The reference page, the environment variables and the checks are computed from it. */
import { z } from 'zod'
import { signingAlgs } from '../protocol/algs.ts'
import { emailAddress } from '../protocol/email-address.ts'
import { catalogue, offByDefault } from '../protocol/features/index.ts'
import { lifetimeFields } from '../protocol/lifetimes.ts'
import { redirectClasses } from '../protocol/redirect-uri.ts'
import { signUpEmails } from '../protocol/tenant-settings.ts'
import { credentials } from './credentials.ts'
import { demo } from './demo.ts'
import { checkMtls, mtls } from './mtls.ts'
import { authManager, keycloak } from './upstream.ts'

const seconds = (least: number, most: number) => z.int().min(least).max(most)
const tries = z.int().min(1).max(1_000_000)
const path = z.string().min(1)

const address = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  error: 'must be an address or an address range such as 10.0.0.0/8',
})
const signingAlg = z.enum(signingAlgs)

const listen = z.strictObject({
  host: z.string().min(1).default('localhost').describe('Address to listen on; `0.0.0.0` or `::` for all'),
  port: z.int().min(0).max(65535).default(8000).describe('Port to listen on; 0 for any free port'),
})

const tls = z
  .strictObject({
    cert_file: path.optional().describe('Certificate chain, PEM. Absent: plain HTTP, behind a proxy that terminates TLS'),
    key_file: path.optional().describe('Private key of the certificate, PEM, readable by its owner only'),
  })
  .superRefine((tls, check) => {
    if (tls.cert_file && !tls.key_file)
      check.addIssue({ code: 'custom', path: ['key_file'], message: 'is missing: it is needed with tls.cert_file' })
    if (tls.key_file && !tls.cert_file)
      check.addIssue({ code: 'custom', path: ['cert_file'], message: 'is missing: it is needed with tls.key_file' })
  })

const log = z.strictObject({
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('Minimum log level'),
  format: z.enum(['json', 'pretty', 'auto']).default('auto').describe('auto: pretty in development mode, json in production'),
})

const lifetimes = z.strictObject(lifetimeFields).refine((lifetimes) => lifetimes.session_idle <= lifetimes.session_absolute, {
  path: ['session_idle'],
  error: 'must not exceed lifetimes.session_absolute',
})

const keyFile = (alg: string) =>
  z
    .strictObject({
      private_key_file: path.optional().describe(`Private key for ${alg}, PEM, readable by its owner only`),
      public_key_file: path.optional().describe('Its public key, PEM; only checked to belong to it'),
      certificate_file: path.optional().describe('Its certificate chain, PEM; published as x5c'),
    })
    .refine((file) => file.private_key_file !== undefined || (!file.public_key_file && !file.certificate_file), {
      path: ['private_key_file'],
      error: 'is missing: it is needed with the public key or certificate',
    })
    .prefault({})

const keys = z
  .strictObject({
    algs: z
      .array(signingAlg)
      .min(1)
      .refine((algs) => new Set(algs).size === algs.length, 'must name no algorithm twice')
      .default(['ES256', 'RS256', 'PS256', 'EdDSA'])
      .describe('Signing algorithms; each has its own keys'),
    rsa_bits: z.int().min(2048).max(8192).multipleOf(8).default(3072).describe('Size of new RSA keys'),
    rotate_after_days: z.int().min(1).max(3650).default(90).describe('How many days a key signs'),
    publish_before_hours: z.int().min(1).max(720).default(24).describe('How many hours a key is published before it signs'),
    files: z
      .strictObject({ rs256: keyFile('RS256'), ps256: keyFile('PS256'), es256: keyFile('ES256'), eddsa: keyFile('EdDSA') })
      .prefault({})
      .describe('Signing keys of the root tenant that you manage yourself; they replace automatic ones'),
    keep_days: z.int().min(1).max(3650).default(14).describe('How many days a key stays published after its last signature'),
  })
  .refine((keys) => keys.publish_before_hours < keys.rotate_after_days * 24, {
    path: ['publish_before_hours'],
    error: 'must be less than keys.rotate_after_days',
  })

const passwords = z
  .strictObject({
    memory_kib: z.int().min(19_456).max(1_048_576).default(47_104).describe('Memory of one hash, in KiB'),
    passes: z.int().min(1).max(10).default(1).describe('Passes over that memory; at least 2 below 47104 KiB'),
    parallelism: z.int().min(1).max(8).default(1).describe('Parallelism of one hash'),
  })
  .refine((cost) => cost.passes >= 2 || cost.memory_kib >= 47_104, {
    path: ['passes'],
    error: 'must be at least 2 below 47104 KiB of memory',
  })

const api = z.strictObject({
  audience: z.string().min(1).max(255).optional().describe('Additional `aud` of the tokens of the sign-in API, besides the issuer'),
  access_token: seconds(60, 86_400).default(900).describe('Access token of the sign-in API, in seconds'),
  refresh_token: seconds(60, 31_536_000).default(604_800).describe('Refresh token of the sign-in API, in seconds'),
  sign_up: z.boolean().default(false).describe('Self-registration: anyone can create an account. On in development mode'),
  sign_up_email: z
    .enum(signUpEmails)
    .optional()
    .describe(
      'What the email address of such an account must be. `verified`: confirmed by a link before the account can be used; `private`: the same, and nobody learns whether an address has an account. Absent: `private` if mail can be sent, and `unverified` if not. Development mode: `unverified`',
    ),
  without_client: z
    .boolean()
    .default(false)
    .describe('Accept password grants and revocations without a client, as those of the sign-in API. On in development mode'),
  docs: z
    .enum(['none', 'document', 'page'])
    .default('document')
    .describe('What describes the JSON APIs: nothing, `/openapi.json`, or also `/docs` for people. `page` in development mode'),
  open_tenants: z.boolean().default(false).describe('Anyone can create a tenant. On in development mode'),
  popular_passwords: z
    .boolean()
    .default(false)
    .describe('People can choose widely used passwords at the sign-in API. On in development mode'),
})

const account = z.strictObject({
  deletion: z.boolean().default(true).describe('People may delete their own account on the account page'),
})

const administrator = z
  .strictObject({
    create: z.boolean().default(false).describe('Create this superadmin of the root tenant at start if it does not exist'),
    email: emailAddress().optional().describe('Its email address, with which it signs in'),
    password: z.string().min(1).optional().describe('Its first password').meta({ secret: true }),
    password_file: path.optional().describe('File that holds `administrator.password`'),
  })
  .superRefine((given, check) => {
    for (const name of ['email', 'password'] as const)
      if (given.create && given[name] === undefined)
        check.addIssue({ code: 'custom', path: [name], message: 'is missing, and administrator.create is on' })
  })

const mail = z
  .strictObject({
    from: emailAddress()
      .optional()
      .describe('Sender address of mails')
      .meta({ examples: ['no-reply@example.com'] }),
    smtp_url: z
      .string()
      .regex(/^smtps?:\/\/[^\s/]+/, 'must begin with smtp:// or smtps://')
      .refine(URL.canParse, 'must begin with smtp:// or smtps://')
      .optional()
      .describe('Mail server; absent: what needs email is not offered')
      .meta({ secret: true, examples: ['smtps://USER:PASSWORD@mail.example.com'] }),
    smtp_url_file: path.optional().describe('File that holds `mail.smtp_url`, to keep its password out of the environment'),
    folder: path.optional().describe('Development mode: folder for mails if there is no `mail.smtp_url`'),
  })
  .refine((mail) => mail.smtp_url === undefined || mail.from !== undefined, {
    path: ['from'],
    error: 'is missing: it is needed with mail.smtp_url',
  })

const outbound = z.strictObject({
  allowed_addresses: z
    .array(address)
    .default([])
    .describe(
      'Addresses that requests to other servers may reach although they are not public, and without TLS. This machine in development mode',
    )
    .meta({ examples: ['10.1.0.0/16'] }),
  ca_file: path.optional().describe('Certificates to trust in requests to other servers besides those of the system, PEM'),
})

const registration = z.strictObject({
  open: z.boolean().default(false).describe('Applications may register themselves without an initial access token. On in development mode'),
  scope: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be scopes separated by single spaces')
    .default('openid profile email offline_access')
    .describe('Scopes that they may register for, unless their initial access token names others'),
  redirects: z
    .array(z.enum(redirectClasses))
    .default([...redirectClasses])
    .describe('Kinds of redirect URI they may have without an initial access token'),
  per_address: tries.default(20).describe('Registrations in a day from one IPv4 address or IPv6 /64 without an initial access token'),
  unused_days: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe('Days after which one that nobody uses is deleted; one that nobody has signed in to is after a day'),
})

type FeatureName = keyof typeof catalogue
const catalogued = Object.entries(catalogue).map(([name, make]) => ({ name: name as FeatureName, ...make() }))

const features = z
  .strictObject(
    Object.fromEntries(
      catalogued.map(({ name, spec }) => [name, z.boolean().default(!offByDefault.includes(name)).describe(spec)]),
    ) as Record<FeatureName, z.ZodDefault<z.ZodBoolean>>,
  )
  .superRefine((chosen, check) => {
    for (const { name, requires = [] } of catalogued) {
      const missing = requires.find((other) => chosen[name] && !chosen[other as FeatureName])
      if (missing) check.addIssue({ code: 'custom', path: [name], message: `needs features.${missing}, which is off` })
    }
  })

const settings = z.strictObject({
  issuer: z
    .string()
    .refine((text) => issuerProblem(text) === undefined, { error: (issue) => issuerProblem(String(issue.input)) ?? '' })
    .describe('Base URL under which clients and browsers reach this server')
    .meta({ examples: ['https://id.example.com'] }),
  listen: listen.prefault({}),
  database_url: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must begin with sqlite: or postgres://')
    .describe('Database: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`')
    .meta({ secret: true, examples: ['postgres://gatehouse@localhost/gatehouse'] }),
  database_url_file: path.optional().describe('File that holds `database_url`, to keep its password out of the environment'),
  data_dir: path.default('./data').describe('Folder of files that the server creates'),
  key_encryption_key_file: path
    .optional()
    .describe('File of the 32-byte key that encrypts the secrets in the database')
    .meta({ examples: ['/etc/gatehouse/key'] }),
  previous_key_encryption_key_files: z
    .array(path)
    .default([])
    .describe('Files of earlier such keys, which still decrypt what they encrypted'),
  tls: tls.prefault({}),
  mtls: mtls.prefault({}),
  trusted_proxies: z.array(address).default([]).describe('Addresses of proxies whose X-Forwarded-* headers are trusted'),
  workers: z.int().min(1).max(256).default(1).describe('Processes that share the work'),
  log: log.prefault({}),
  lifetimes: lifetimes.prefault({}),
  keys: keys.prefault({}),
  credentials: credentials.prefault({}),
  demo: demo.prefault({}),
  api: api.prefault({}),
  account: account.prefault({}),
  administrator: administrator.prefault({}),
  mail: mail.prefault({}),
  outbound: outbound.prefault({}),
  registration: registration.prefault({}),
  auth_manager: authManager.prefault({}),
  keycloak: keycloak.prefault({}),
  second_factor: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe('required: people without a second factor must set one up when they sign in'),
  passwords: passwords.prefault({}).describe('Cost of a password hash, argon2id'),
  features: features.prefault({}),
  limits: z
    .strictObject({
      body_bytes: z.int().min(1024).max(10_485_760).default(65_536).describe('Largest request body, in bytes'),
      request_seconds: seconds(1, 600).default(30).describe('For how many seconds a client may send a request, or not read the answer'),
      flows_per_address: tries.default(1000).describe('Sign-ins begun in 15 minutes from one IPv4 address or IPv6 /64'),
      unanswered_requests: tries
        .default(5)
        .describe(
          'Requests for the approval of one person in 10 minutes that they have not answered; more would train people to allow whatever comes',
        ),
      sign_in: z
        .strictObject({
          account: tries
            .default(10)
            .describe('Failed sign-ins in 15 minutes at one account; a browser in which the person signed in before has its own count'),
          address: tries.default(100).describe('Failed sign-ins in 15 minutes from one IPv4 address or IPv6 /64'),
          tenant: tries.default(10_000).describe('Failed sign-ins in 15 minutes at all accounts of a tenant'),
        })
        .prefault({}),
    })
    .prefault({}),
  audit: z
    .strictObject({ keep_days: z.int().min(1).max(36_500).default(365).describe('How many days an entry of the audit log is kept') })
    .prefault({}),
  sweep: z
    .strictObject({
      every_seconds: seconds(1, 86_400).default(60).describe('How often expired data is deleted, in seconds'),
      batch: z.int().min(1).max(100_000).default(1000).describe('Rows of one table deleted at a time'),
    })
    .prefault({}),
})

export const configSchema = settings.superRefine(checkMtls)

/** The whole configuration, checked and complete. */
export type Config = z.infer<typeof configSchema>

/** What is wrong with an issuer; undefined when nothing is. RFC 8414 §2, OpenID Connect Discovery §3. */
export function issuerProblem(issuer: string): string | undefined {
  const url = URL.parse(issuer)
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an absolute https URL'
  if (issuer.includes('?')) return 'must have no query'
  if (issuer.includes('#')) return 'must have no fragment'
  if (issuer.endsWith('/')) return 'must not end with a slash'
  if (url.username || url.password) return 'must not carry a user name or password'
  const canonical = url.href.replace(/\/$/, '')
  return canonical === issuer ? undefined : `must be written as ${canonical}`
}

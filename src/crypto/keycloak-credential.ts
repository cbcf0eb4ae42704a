/** Credentials of a Keycloak realm export, as they are stored here. Keycloak 8 and later write two JSON texts; earlier ones wrote members. */
import { z } from 'zod'
import { base32Bytes } from '../protocol/codec/base32.ts'

const text = z.string().nullish()
const number = z.int().nullish()

/** `value`: a password in plain text, which Keycloak itself never exports. */
export const keycloakCredential = z.object({
  type: z.string(),
  userLabel: text,
  temporary: z.boolean().nullish(),
  value: text,
  secretData: text,
  credentialData: text,
  ...{ hashedSaltedValue: text, salt: text, hashIterations: number, algorithm: text, digits: number, period: number },
})
export type KeycloakCredential = z.output<typeof keycloakCredential>

const secretData = z.object({ value: z.string(), salt: text })
const passwordData = z.object({
  algorithm: z.string(),
  hashIterations: z.int(),
  additionalParameters: z.record(z.string(), z.array(z.string())).nullish(),
})
const totpData = z.object({ subType: text, digits: number, period: number, algorithm: text, secretEncoding: text })

const digests: Readonly<Record<string, string>> = { pbkdf2: 'sha1', 'pbkdf2-sha256': 'sha256', 'pbkdf2-sha512': 'sha512' }
const totpDefaults = { digits: 6, period: 30, algorithm: 'HmacSHA1' }

/** The hash in PHC form; it is not checked whether it is supported. Or why there is none, worded to follow "its password". */
export function passwordOf(credential: KeycloakCredential): { hash: string } | { problem: string } {
  if (credential.value) return { problem: 'is in plain text ("value")' }
  const secret = secretOf(credential)
  const data = passwordData.safeParse(dataOf(credential)).data
  if (!secret || !data || (!secret.salt && data.algorithm !== 'bcrypt')) return { problem: 'is in no form that Keycloak writes' }
  const hash = hashOf(secret, data)
  return hash === undefined ? { problem: `is hashed by ${data.algorithm}, which is not supported` } : { hash }
}

function hashOf(secret: z.output<typeof secretData>, data: z.output<typeof passwordData>): string | undefined {
  if (data.algorithm === 'bcrypt') return secret.value // of the extension, which writes the usual form
  const [salt, tag] = [unpadded(secret.salt ?? ''), unpadded(secret.value)]
  if (data.algorithm === 'argon2') {
    const { type = ['id'], memory, parallelism = ['1'], version = ['1.3'] } = data.additionalParameters ?? {}
    return version[0] === '1.3'
      ? `$argon2${type[0]}$v=19$m=${memory?.[0]},t=${data.hashIterations},p=${parallelism[0]}$${salt}$${tag}`
      : undefined
  }
  const digest = digests[data.algorithm]
  return digest && `$pbkdf2-${digest}$i=${data.hashIterations},l=${Buffer.from(tag, 'base64').length}$${salt}$${tag}`
}

/** The secret of an authenticator app; or why it cannot come, worded to follow "its authenticator app". */
export function totpOf(credential: KeycloakCredential): { secret: Uint8Array } | { problem: string } {
  const secret = secretOf(credential)
  const data = totpData.safeParse(dataOf(credential)).data
  if (!secret || !data) return { problem: 'is in no form that Keycloak writes' }
  const { digits, period, algorithm } = { ...totpDefaults, ...present(data) }
  if (credential.type === 'hotp' || data.subType === 'hotp') return { problem: 'counts uses (HOTP), not time' }
  if (digits !== 6 || period !== 30 || algorithm !== 'HmacSHA1')
    return { problem: `shows ${digits} digits by ${algorithm} every ${period} seconds; here it is 6 by HmacSHA1 every 30` }
  if (!data.secretEncoding) return { secret: Buffer.from(secret.value, 'utf8') }
  const decoded = data.secretEncoding.toUpperCase() === 'BASE32' ? base32Bytes(secret.value) : undefined
  return decoded ? { secret: decoded } : { problem: 'has a secret in no form that Keycloak writes' }
}

function secretOf(credential: KeycloakCredential): z.output<typeof secretData> | undefined {
  const { secretData: written, hashedSaltedValue: value, salt } = credential
  return secretData.safeParse(written ? parsed(written) : { value, salt }).data
}

function dataOf(credential: KeycloakCredential): unknown {
  return credential.credentialData ? parsed(credential.credentialData) : present(credential)
}

function present(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null))
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const unpadded = (base64: string) => base64.replace(/=+$/, '')

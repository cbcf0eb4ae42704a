/** A password of a Keycloak realm export: its two JSON members, written as a hash in PHC form. */
import { z } from 'zod'

const secretData = z.object({ value: z.string(), salt: z.string() })
const credentialData = z.object({
  algorithm: z.string(),
  hashIterations: z.int(),
  additionalParameters: z.record(z.string(), z.array(z.string())).default({}),
})
const digests: Readonly<Record<string, string>> = { pbkdf2: 'sha1', 'pbkdf2-sha256': 'sha256', 'pbkdf2-sha512': 'sha512' }

/** It is not checked whether the hash is supported. Undefined when it is not in Keycloak's form. */
export function fromKeycloak(credential: { secretData: string; credentialData: string }): string | undefined {
  const secret = secretData.safeParse(parsed(credential.secretData)).data
  const data = credentialData.safeParse(parsed(credential.credentialData)).data
  if (!secret || !data) return undefined
  const [salt, tag] = [unpadded(secret.salt), unpadded(secret.value)]
  if (data.algorithm === 'argon2') {
    const { type = ['id'], memory, parallelism = ['1'], version = ['1.3'] } = data.additionalParameters
    return version[0] === '1.3'
      ? `$argon2${type[0]}$v=19$m=${memory?.[0]},t=${data.hashIterations},p=${parallelism[0]}$${salt}$${tag}`
      : undefined
  }
  const digest = digests[data.algorithm]
  return digest && `$pbkdf2-${digest}$i=${data.hashIterations},l=${Buffer.from(tag, 'base64').length}$${salt}$${tag}`
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

const unpadded = (base64: string) => base64.replace(/=+$/, '')

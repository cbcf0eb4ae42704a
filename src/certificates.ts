/** The certificates that the configuration names, as PEM. */
import { readFile } from 'node:fs/promises'
import type { Config } from './config/schema.ts'
import { type Certificate as ClientAuthority, certificatesOfPem } from './protocol/codec/certificate.ts'
import { StartupError } from './startup-error.ts'
import type { Certificate } from './web/http/tls.ts'

/** The server's own certificate and key, read anew at each call; undefined: it speaks plain HTTP. */
export function certificateReader({ tls: { cert_file, key_file } }: Config): (() => Promise<Certificate>) | undefined {
  if (!cert_file || !key_file) return undefined
  return async () => ({ cert: await readPem('tls.cert_file', cert_file), key: await readPem('tls.key_file', key_file) })
}

/** What requests to other servers trust besides the certificates of the system. */
export async function outboundCertificates({ outbound: { ca_file } }: Config): Promise<string | undefined> {
  return ca_file === undefined ? undefined : readPem('outbound.ca_file', ca_file)
}

/** Whose certificates clients may present. Read once: a change needs a restart. */
export async function clientAuthorities({ mtls: { ca_file } }: Config): Promise<readonly ClientAuthority[]> {
  if (ca_file === undefined) return []
  const pem = await readPem('mtls.ca_file', ca_file)
  const authorities = attempt(() => certificatesOfPem(pem))
  if (authorities.length === 0 || !authorities.every(({ x509 }) => x509.ca))
    throw new StartupError('mtls.ca_file must hold certificates of authorities, and nothing else')
  return authorities
}

function attempt(read: () => ClientAuthority[]): ClientAuthority[] {
  try {
    return read()
  } catch {
    return []
  }
}

async function readPem(setting: string, file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((error: Error) => {
    throw new StartupError(`${setting} cannot be read (${error.message})`)
  })
  if (!pem.includes('-----BEGIN ')) throw new StartupError(`${setting} holds no PEM`) // Node.js would take an empty file for no setting
  return pem
}

/** The certificates that the configuration names, as PEM. */
import { readFile } from 'node:fs/promises'
import type { Config } from './config/schema.ts'
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

async function readPem(setting: string, file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((error: Error) => {
    throw new StartupError(`${setting} cannot be read (${error.message})`)
  })
  if (!pem.includes('-----BEGIN ')) throw new StartupError(`${setting} holds no PEM`) // Node.js would take an empty file for no setting
  return pem
}

/** Certificates that sign themselves, for servers and clients on this machine. */
import type { ClientCertificate } from '../http/wire.ts'

/** `names`: hosts and addresses. */
export async function certificateFor(...names: readonly [string, ...string[]]): Promise<ClientCertificate> {
  const { generate } = await import('selfsigned')
  const altNames = names.map((name) => (/^[\d.]+$/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name }))
  const { private: key, cert } = await generate([{ name: 'commonName', value: names[0] }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  return { cert, key }
}

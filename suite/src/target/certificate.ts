/** Certificates for servers and clients on this machine. */
import type { ClientCertificate } from '../http/wire.ts'

/** It signs itself. `names`: hosts and addresses. */
export async function certificateFor(...names: readonly [string, ...string[]]): Promise<ClientCertificate> {
  const { generate } = await import('selfsigned')
  const altNames = names.map((name) => (/^[\d.]+$/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name }))
  const { private: key, cert } = await generate([{ name: 'commonName', value: names[0] }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  return { cert, key }
}

export interface Authority {
  /** PEM. */
  cert: string
  issue(commonName: string): Promise<ClientCertificate>
}

export async function authority(name: string): Promise<Authority> {
  const { generate } = await import('selfsigned')
  const own = await generate([{ name: 'commonName', value: name }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  })
  return {
    cert: own.cert,
    async issue(commonName) {
      const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], {
        ...{ keyType: 'ec', algorithm: 'sha256' },
        ca: { key: own.private, cert: own.cert },
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'extKeyUsage', clientAuth: true },
        ],
      })
      return { cert, key }
    },
  }
}

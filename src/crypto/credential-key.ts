/** The key that signs a tenant's credentials: of a file with its certificates, or the active key of the tenant — RFC 7515 §4.1.6, RFC 9053 §2.1. */
import { X509Certificate } from 'node:crypto'
import type { CredentialKey } from '../protocol/credentials.ts'
import { encode } from './jwt.ts'
import { BadKeyFile } from './kek.ts'
import { type KeyFile, readKeyFile } from './key-files.ts'
import { type KeyPair, signText } from './signer.ts'

/** A key pair, and its certificates without the trust anchor. */
export interface CertifiedKey {
  pair: KeyPair
  /** DER in base64, the key's own first. */
  x5c: readonly string[]
  /** When the first of its certificates expires, in seconds since the epoch. */
  notAfter: number
}

/** `keptFor`: seconds for which a key of the tenant is published after its last signature. */
export function credentialKey(certified: CertifiedKey | undefined, active: () => Promise<KeyPair>, keptFor: number): CredentialKey {
  const key = certified ? async () => certified.pair : active
  const x5c = certified?.x5c ?? []
  return {
    x5c,
    jwk: certified?.pair.jwk,
    longest: (now) => (certified ? Math.max(0, certified.notAfter - now) : keptFor),
    kid: async () => (await key()).kid,
    async sign(typ, claims) {
      const pair = await key()
      const header = { alg: pair.alg, typ, kid: pair.kid, ...(x5c.length > 0 ? { x5c } : {}) }
      const input = `${encode(header)}.${encode(claims)}`
      return `${input}.${await signText(pair, input)}`
    },
    signBytes: async (bytes) => Buffer.from(await signText(await key(), bytes), 'base64url'),
  }
}

/**
 * The key of a file. Its certificates must lead upwards, each signed by the next; a trust anchor at the end is left out, since verifiers
 * must know it. Throws `BadKeyFile`.
 */
export async function readCertifiedKey(file: Pick<KeyFile, 'privateKeyFile'> & { certificateFile: string }): Promise<CertifiedKey> {
  const pair = await readKeyFile({ alg: 'ES256', publicKeyFile: undefined, ...file })
  const chain = (pair.jwk.x5c ?? []).map((der) => new X509Certificate(Buffer.from(der, 'base64')))
  const isOwnIssuer = (one: X509Certificate) => one.checkIssued(one) && one.verify(one.publicKey)
  // A key file has at least the certificate of its key.
  if (isOwnIssuer(chain[0]!)) throw new BadKeyFile(`${file.certificateFile} does not begin with a certificate that an authority issued`)
  chain.slice(1).forEach((authority, i) => {
    if (!chain[i]!.checkIssued(authority) || !chain[i]!.verify(authority.publicKey))
      throw new BadKeyFile(`${file.certificateFile} is not in order: each certificate must be issued by the next`)
  })
  const notAfter = Math.floor(Math.min(...chain.map(({ validTo }) => Date.parse(validTo))) / 1000)
  return { pair, x5c: chain.filter((one) => !isOwnIssuer(one)).map((one) => one.raw.toString('base64')), notAfter }
}

/** Encrypted messages between a wallet and the issuer of credentials: OpenID for Verifiable Credential Issuance §10. */
import { CompactEncrypt, type CompactJWEHeaderParameters, compactDecrypt, importJWK, type JWK } from 'jose'
import type { CheckContext } from '../context.ts'
import { demand, NotApplicable } from '../expect.ts'
import type { PrivateKey } from '../random.ts'
import { credentialIssuer } from './documents.ts'

/** Of one direction, §12.2.4. */
interface Offered {
  jwks?: { keys?: JWK[] }
  alg_values_supported?: string[]
  enc_values_supported?: string[]
}

export interface Encryption {
  /** The key of the issuer, and the algorithms with which requests are encrypted. */
  key: JWK
  enc: string
  /** A JWE for the issuer. */
  encrypt(members: object): Promise<string>
  /** Parameters by which the answer is encrypted for a key of the wallet. */
  response: { jwk: JWK; enc: string }
  /** What the issuer encrypted for it. */
  decrypt(jwe: string): Promise<{ header: CompactJWEHeaderParameters; members: Record<string, unknown> }>
}

const keyAlgs = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW']

/** Not applicable if the issuer does not encrypt in both directions for keys on P-256. */
export async function encryption(context: CheckContext, own: PrivateKey = context.random.key()): Promise<Encryption> {
  const { members } = await credentialIssuer(context)
  const requests = members['credential_request_encryption'] as Offered | undefined
  const responses = members['credential_response_encryption'] as Offered | undefined
  const key = requests?.jwks?.keys?.[0]
  const alg = responses?.alg_values_supported?.find((one) => keyAlgs.includes(one))
  const [enc, responseEnc] = [requests?.enc_values_supported?.[0], responses?.enc_values_supported?.[0]]
  if (!key?.alg || !alg || !enc || !responseEnc) throw new NotApplicable('the issuer does not encrypt requests and responses')
  const { d, ...jwk } = own
  return {
    key,
    enc,
    async encrypt(message) {
      const header = { alg: key.alg!, enc, ...(key.kid === undefined ? {} : { kid: key.kid }) }
      const text = new TextEncoder().encode(JSON.stringify(message))
      return new CompactEncrypt(text).setProtectedHeader(header).encrypt(await importJWK(key, key.alg!))
    },
    response: { jwk: { ...jwk, alg, use: 'enc', kid: 'wallet' }, enc: responseEnc },
    async decrypt(jwe) {
      demand(jwe.split('.').length === 5, 'the message is not encrypted')
      const { plaintext, protectedHeader: header } = await compactDecrypt(jwe, await importJWK({ ...own }, alg))
      return { header, members: JSON.parse(new TextDecoder().decode(plaintext)) }
    },
  }
}

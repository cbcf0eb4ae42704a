/** The text of opaque access tokens: their claims, sealed, so that no row is stored for them. */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { fromBase64url } from '../protocol/codec/base64url.ts'
import type { Tokens } from '../protocol/ports.ts'
import type { Random } from './derive.ts'

const prefix = 'gth_at_'
const saltLength = 16
const nonceLength = 12
const tagLength = 16
const textAt = saltLength + nonceLength

/**
 * `gth_at_` and base64url of: salt (16 bytes), nonce (12), ciphertext, tag (16) of AES-256-GCM. `key`: used only for this purpose in this
 * tenant. Each token has a key of its own, derived by the salt: one key with random nonces is good for 2^32 tokens only (NIST SP 800-38D §8.3).
 */
export function sealedAccessTokens(key: KeyObject, random: Random): Pick<Tokens, 'sealAccessToken' | 'openAccessToken'> {
  const keyOf = (salt: Uint8Array) => createSecretKey(createHmac('sha256', key).update(salt).digest())
  return {
    sealAccessToken: (claims) => {
      const bytes = random(textAt)
      const options = { authTagLength: tagLength }
      const cipher = createCipheriv('aes-256-gcm', keyOf(bytes.subarray(0, saltLength)), bytes.subarray(saltLength), options)
      const parts = [bytes, cipher.update(JSON.stringify(claims), 'utf8'), cipher.final(), cipher.getAuthTag()]
      return prefix + Buffer.concat(parts).toString('base64url')
    },
    openAccessToken: (text) => {
      if (!text.startsWith(prefix)) return undefined
      const bytes = fromBase64url(text.slice(prefix.length))
      if (bytes === undefined || bytes.length <= textAt + tagLength) return undefined
      const nonce = bytes.subarray(saltLength, textAt)
      const decipher = createDecipheriv('aes-256-gcm', keyOf(bytes.subarray(0, saltLength)), nonce, { authTagLength: tagLength })
      decipher.setAuthTag(bytes.subarray(-tagLength))
      const plain = decipher.update(bytes.subarray(textAt, -tagLength))
      try {
        decipher.final()
      } catch {
        return undefined // changed, or not made here
      }
      return JSON.parse(plain.toString())
    },
  }
}

/** The text of opaque access tokens: their claims, sealed, so that no row is stored for them. */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { fromBase64url } from '../protocol/codec/base64url.ts'
import type { Tokens } from '../protocol/ports.ts'
import { type DerivedKey, derive, type Random } from './derive.ts'

const prefix = 'gth_at_'
const hourLength = 4
const nonceLength = 12
const tagLength = 16
const textAt = hourLength + nonceLength
const options = { authTagLength: tagLength }
/** Keys that are remembered: of more hours than any access token lives. */
const rememberedKeys = 64

/**
 * `gth_at_` and base64url of: hour of issue since the epoch (4 bytes), nonce (12), ciphertext, tag (16) of AES-256-GCM. `root`: used only for this
 * purpose in this tenant. Each hour has a key of its own: one key with random nonces is good for 2^32 tokens only (NIST SP 800-38D §8.3).
 */
export function sealedAccessTokens(root: DerivedKey, random: Random): Pick<Tokens, 'sealAccessToken' | 'openAccessToken'> {
  const keys = new Map<number, KeyObject>()
  function keyOf(hour: number): KeyObject {
    const key = keys.get(hour) ?? derive(root(), String(hour))
    keys.set(hour, key)
    if (keys.size > rememberedKeys) keys.delete(keys.keys().next().value!)
    return key
  }
  return {
    sealAccessToken: (claims) => {
      const hour = Math.floor(claims.iat / 3600)
      const head = Buffer.allocUnsafe(textAt)
      head.writeUInt32BE(hour)
      head.set(random(nonceLength), hourLength)
      const cipher = createCipheriv('aes-256-gcm', keyOf(hour), head.subarray(hourLength), options)
      const parts = [head, cipher.update(JSON.stringify(claims), 'utf8'), cipher.final(), cipher.getAuthTag()]
      return prefix + Buffer.concat(parts).toString('base64url')
    },
    openAccessToken: (text) => {
      if (!text.startsWith(prefix)) return undefined
      const bytes = fromBase64url(text.slice(prefix.length))
      if (bytes === undefined || bytes.length <= textAt + tagLength) return undefined
      const decipher = createDecipheriv('aes-256-gcm', keyOf(bytes.readUInt32BE()), bytes.subarray(hourLength, textAt), options)
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

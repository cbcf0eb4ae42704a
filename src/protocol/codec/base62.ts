/** Bytes as digits and letters, for texts that survive a double click. */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * The bytes as one big-endian number to the base of 62, left-padded with zeros to `width` characters. Nothing is lost, so uniform bytes
 * keep all their entropy: 4 bytes need 6 characters, 32 bytes 43. The number of bytes must be a multiple of 4.
 */
export function base62(bytes: Uint8Array, width: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const limbs = Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getUint32(i * 4))
  let text = ''
  for (let i = 0; i < width; i++) text = alphabet[divide(limbs)] + text
  if (limbs.some((limb) => limb > 0)) throw new RangeError('too many bytes for this width')
  return text
}

/** Divides the number by 62 in place and returns the rest. */
function divide(limbs: number[]): number {
  let rest = 0
  for (let i = 0; i < limbs.length; i++) {
    const part = rest * 2 ** 32 + limbs[i]! // below 62 × 2³²: exact
    limbs[i] = Math.floor(part / 62)
    rest = part % 62
  }
  return rest
}

/** Encodes bytes as digits and letters, which a double click selects as one word. */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62⁸: as many digits at a time as a double holds exactly. */
const LIMB = 62n ** 8n

/**
 * The bytes as one big-endian number in base 62, left-padded with zeros to `width` characters. The encoding is lossless, so uniform bytes
 * keep all their entropy: 4 bytes need 6 characters, 32 bytes 43. Throws a RangeError when they need more.
 */
export function base62(bytes: Uint8Array, width: number): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; text.length < width; number /= LIMB) text = eightDigits(Number(number % LIMB)) + text
  const surplus = text.length - width
  if (number > 0n || /[^0]/.test(text.slice(0, surplus))) throw new RangeError('too many bytes for this width')
  return text.slice(surplus)
}

function eightDigits(number: number): string {
  let text = ''
  for (let rest = number, i = 0; i < 8; i++) {
    text = alphabet[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

/** Bytes as letters and digits that people can type — RFC 4648 §6, without padding. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

/** The bytes; undefined when it is not base32, of either case, with or without padding. */
export function base32Bytes(text: string): Uint8Array | undefined {
  const letters = text.toUpperCase().replace(/=+$/, '')
  if (!/^[A-Z2-7]+$/.test(letters)) return undefined
  const bits = Array.from(letters, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2))
}

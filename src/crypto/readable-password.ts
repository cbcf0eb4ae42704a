/** Passwords made for people: easy to read out and to type, 100 bits. */

const letters = 'abcdefghijkmnpqrstuvwxyz23456789' // 32, no two of which look alike

/** Five groups of four, such as `k3xw-p9qa-…`. */
export function readablePassword(random: (bytes: number) => Uint8Array): string {
  const text = [...random(20)].map((byte) => letters[byte % 32]).join('')
  return text.match(/.{4}/g)!.join('-')
}

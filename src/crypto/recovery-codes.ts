/** Recovery codes — NIST SP 800-63B-4 §3.1.2: 50 random bits in letters and digits that do not look alike. */
import type { Random } from './derive.ts'

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'

/** As it is shown: `xxxxx-xxxxx`. */
export function recoveryCode(random: Random): string {
  const text = Array.from(random(10), (byte) => alphabet[byte % 32]).join('')
  return `${text.slice(0, 5)}-${text.slice(5)}`
}

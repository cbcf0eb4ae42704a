/** Statuses as a compressed list of bits — Token Status List §4. */
import { deflateSync } from 'node:zlib'

/** Bits of one status. §4.1 */
export const statusBits = 2
/** Statuses in a list. */
export const statusListSize = 65_536

/** The `lst` of a list whose other statuses are 0. §4.1, §4.2 */
export function compressedStatuses(statuses: readonly { index: number; value: number }[]): string {
  const bytes = Buffer.alloc((statusListSize * statusBits) / 8)
  for (const { index, value } of statuses) {
    const bit = index * statusBits
    bytes[bit >> 3]! |= value << (bit & 7)
  }
  return deflateSync(bytes, { level: 9 }).toString('base64url')
}

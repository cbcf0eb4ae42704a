/** How much a token tells of a person. */
import { Buffer } from 'node:buffer'

const maxGroupsInToken = 100
/** A token travels in headers, which servers refuse when they are long. */
const maxBytesInToken = 4096

/** The names for a token. When there are too many, it has none: half of them would look like all. UserInfo tells any number. */
export function groupsToTell(names: readonly string[]): readonly string[] | undefined {
  return names.length > maxGroupsInToken || bytesOf(names) > maxBytesInToken ? undefined : names
}

/** These claims in their order, without those for which a token has no room. */
export function claimsToTell(claims: readonly (readonly [name: string, value: unknown])[]): Record<string, unknown> {
  let room = maxBytesInToken
  const told = claims.filter(([name, value]) => {
    const bytes = bytesOf({ [name]: value })
    if (bytes > room) return false
    room -= bytes
    return true
  })
  return Object.fromEntries(told)
}

/** As JSON. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** Limits of the size of a token, since servers refuse long headers and URLs. */
import { Buffer } from 'node:buffer'
import { refuse } from './errors.ts'

const maxGroupsInToken = 100
/** Of the looked-up claims, in bytes of JSON. */
const maxBytesInToken = 4096

/** The group names for a token. When there are too many it has none, since an incomplete list would look complete. UserInfo returns any number. */
export function groupsForToken(names: readonly string[]): readonly string[] | undefined {
  return names.length > maxGroupsInToken || bytesOf(names) > maxBytesInToken ? undefined : names
}

/** These claims in their order, without those that exceed the limit. */
export function claimsForToken(claims: readonly (readonly [name: string, value: unknown])[]): Record<string, unknown> {
  let room = maxBytesInToken
  const told = claims.filter(([name, value]) => {
    const bytes = bytesOf({ [name]: value })
    if (bytes > room) return false
    room -= bytes
    return true
  })
  return Object.fromEntries(told)
}

/** Returns the token. Refuses one that is too long to leave room for other headers in the 16 KB that servers accept. */
export function transportable(token: string): string {
  return token.length <= 12_288
    ? token
    : refuse('invalid_scope', 'the token would be longer than 12288 characters; ask for fewer scopes or resources')
}

/** As JSON. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

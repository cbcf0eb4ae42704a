/** How much a token may hold: it travels in headers and URLs, which servers refuse when they are long. */
import { Buffer } from 'node:buffer'
import { refuse } from './errors.ts'

const maxGroupsInToken = 100
/** Bytes of what is looked up, as JSON. */
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

/** A token that was made, if it leaves room for other headers in the 16 KB that servers take. Refuses it otherwise. */
export function transportable(token: string): string {
  return token.length <= 12_288
    ? token
    : refuse('invalid_scope', 'the token would be longer than 12288 characters; ask for fewer scopes or resources')
}

/** As JSON. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

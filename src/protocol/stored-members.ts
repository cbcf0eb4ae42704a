/** Reads a document from storage member by member, since it may be older or newer than its schema. */
import type { z } from 'zod'

/**
 * The members that the shape has. Unknown members and list entries are left out. A value that is no longer known becomes that of
 * `unreadable`, or the default.
 */
export function storedMembers(
  shape: Readonly<Record<string, z.ZodType>>,
  document: Readonly<Record<string, unknown>>,
  unreadable: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const members = Object.entries(shape).map(([name, schema]) => {
    const value = document[name]
    const known = Array.isArray(value) ? value.filter((entry) => schema.safeParse([entry]).success) : value
    const read = schema.safeParse(known)
    return [name, read.success ? read.data : (unreadable[name] ?? schema.safeParse(undefined).data)]
  })
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

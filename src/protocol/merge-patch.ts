/** JSON merge patches — RFC 7396: an absent member is unchanged, null removes it. */
import { z } from 'zod'

type Members = Readonly<Record<string, unknown>>

/** The schema of a change: every member may be absent or null. The values are checked in the merged result. Made when it is first used. */
export function mergePatchOf(schema: z.ZodObject): z.ZodType<Members> {
  return z.lazy(() => mergePatchObjectOf(schema) as unknown as z.ZodType<Members>)
}

/** The same, made at once. */
export function mergePatchObjectOf(schema: z.ZodObject): z.ZodObject {
  const members = Object.entries(schema.shape).map(([name, member]) => [name, changeOf(member as z.ZodType)] as const)
  return z.strictObject(Object.fromEntries(members))
}

function changeOf(member: z.ZodType): z.ZodType {
  const bare = withoutDefault(member)
  return innerChangeOf(bare)
    .nullish()
    .describe(member.description ?? '')
}

function innerChangeOf(bare: z.ZodType): z.ZodType {
  if (bare instanceof z.ZodObject) return mergePatchObjectOf(bare)
  return bare instanceof z.ZodRecord ? z.record(z.string(), (bare.valueType as z.ZodType).nullable()) : bare
}

/** A change that does not name a member does not reset it to its default. */
function withoutDefault(member: z.ZodType): z.ZodType {
  if (member instanceof z.ZodDefault || member instanceof z.ZodPrefault || member instanceof z.ZodOptional)
    return withoutDefault(member.unwrap() as z.ZodType)
  return member
}

/** §2. */
export function mergePatch(before: Members, patch: Members): Members {
  const after = Object.entries(patch).map(([name, value]) => [name, isObject(value) ? mergePatch(objectOf(before[name]), value) : value])
  return Object.fromEntries(
    Object.entries({ ...before, ...Object.fromEntries(after) }).filter(([, value]) => value !== null && value !== undefined),
  )
}

function objectOf(value: unknown): Members {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

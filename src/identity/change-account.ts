/** Changing what is kept about a person: names, claims, attributes, user name, e-mail address. */
import { z } from 'zod'
import { type AccountRoom, accountSchema, claimsSchema } from './accounts.ts'
import { checkWriter, type Writer } from './attributes.ts'
import type { Account } from './types.ts'

const claimChanges = Object.entries(claimsSchema.shape).map(([name, value]) => [name, value.nullable()] as const)

/** What is absent stays as it is; null takes it away. A claim or an attribute changes as a whole. */
export const accountChangeSchema = z.strictObject({
  username: accountSchema.shape.username.optional(),
  email: accountSchema.shape.email.nullable(),
  claims: z.strictObject(Object.fromEntries(claimChanges)).optional(),
  attributes: z.record(z.string(), z.json()).optional(),
})
export type AccountChange = z.input<typeof accountChangeSchema>

/** Claims that only a proof makes true, and of what they are the proof. */
const proofs = { email_verified: 'email', phone_number_verified: 'phone_number' } as const

/**
 * Changes what is given, all of it or nothing. An address or number that changes is unverified, unless an administrator says otherwise; a
 * person changes an address by a link (see `links.ts`). 'taken': user name or address are another's. Throws a `ZodError` whose issues name
 * the member, such as `attributes.department`.
 */
export async function changeAccount(
  { store, now }: Pick<AccountRoom, 'store' | 'now'>,
  subject: string,
  input: AccountChange,
  by: Writer,
): Promise<Account | 'unknown' | 'taken'> {
  const change = accountChangeSchema.parse(input)
  if (by === 'person') checkProofs(change)
  const { attributes = {} } = change
  if (by === 'person') checkWriter(await store.attributes.list(), Object.keys(attributes))
  const outcome = await store.accounts.change(subject, (before) => ({
    username: change.username ?? before.username,
    email: change.email === undefined ? before.email : (change.email ?? undefined),
    claims: laid(stillProven(before, change), change.claims ?? {}),
    attributes: laid(before.attributes, attributes),
    updatedAt: now(),
  }))
  return outcome === 'changed' ? ((await store.accounts.bySubject(subject)) ?? 'unknown') : outcome
}

type Checked = z.output<typeof accountChangeSchema>

function checkProofs({ email, claims = {} }: Checked): void {
  const paths = [
    ...(email === undefined ? [] : [['email']]),
    ...Object.keys(proofs).flatMap((name) => (name in claims ? [['claims', name]] : [])),
  ]
  if (paths.length > 0) throw new z.ZodError(paths.map((path) => ({ code: 'custom', path, message: 'must be proven', input: undefined })))
}

/** The claims, without the proofs of what is about to change. */
function stillProven({ claims, email }: Account, change: Checked): Account['claims'] {
  const before: Readonly<Record<string, unknown>> = { ...claims, email }
  const after: Readonly<Record<string, unknown>> = { ...change.claims, ...(change.email === undefined ? {} : { email: change.email }) }
  const lost = Object.entries(proofs).flatMap(([proof, of]) => (of in after && after[of] !== before[of] ? [proof] : []))
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !lost.includes(name)))
}

/** One over the other; null takes away. */
function laid(under: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...under, ...over }).filter(([, value]) => value !== null))
}

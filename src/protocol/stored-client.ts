/** Reading a client back from storage, where a document may be older or newer than the schema. */
import type { z } from 'zod'
import { type ClientMetadata, clientSchema, policySchema } from './client.ts'

type Policy = z.infer<typeof policySchema>

/** Takes the place of a policy value that cannot be read: a client that was meant to be strict does not become lax. */
const strictest: Policy = {
  pkce: 'required',
  pushed_requests: 'required',
  signed_requests: 'required',
  assertion_audience: 'issuer',
  allowed_algs: ['ES256'],
  sender_constraint: 'required',
  dpop_nonce: 'required',
  refresh_rotation: 'rotate',
  code_lifetime: 60,
  consent: 'ask',
}

/**
 * The client of a stored document, whatever else the document holds: unknown members and list entries are left out, and a member whose
 * value is no longer known has its default, or in `policy` the strictest value.
 */
export function storedClient(id: string, document: Readonly<Record<string, unknown>>): ClientMetadata {
  const members = readable(clientSchema.shape, { ...document, client_id: id, policy: {} })
  const policy = readable(policySchema.shape, (document['policy'] ?? {}) as Readonly<Record<string, unknown>>, strictest)
  return { ...members, policy } as ClientMetadata
}

function readable(
  shape: Readonly<Record<string, z.ZodType>>,
  document: Readonly<Record<string, unknown>>,
  unreadable: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const members = Object.entries(shape).map(([name, schema]) => {
    const read = (value: unknown) => schema.safeParse(value)
    const value = document[name]
    const whole = read(Array.isArray(value) ? value.filter((entry) => read([entry]).success) : value)
    return [name, whole.success ? whole.data : (unreadable[name] ?? read(undefined).data)]
  })
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

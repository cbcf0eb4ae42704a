/** Reads a client from storage, where a document may be older or newer than the schema. */
import type { z } from 'zod'
import { type ClientMetadata, clientSchema } from './client.ts'
import { policySchema } from './client-policy.ts'
import { storedMembers } from './stored-members.ts'

type Policy = z.infer<typeof policySchema>

/** Takes the place of a policy value that cannot be read: a client that was meant to be strict does not become lax. */
const strictest: Policy = {
  pkce: 'required',
  pushed_requests: 'required',
  signed_requests: 'required',
  signed_responses: 'required',
  request_object_lifetime: 3600,
  request_object_jti: 'required',
  request_object_audience: 'issuer',
  parameters_outside_request_object: 'ignored',
  assertion_audience: 'issuer',
  allowed_algs: ['ES256'],
  sender_constraint: 'required',
  dpop_nonce: 'required',
  refresh_rotation: 'rotate',
  client_secret_method: 'registered',
  audience_parameter: 'ignore',
  iss_parameter: 'send',
  token_exchange: 'none',
  device_sso_group: undefined,
  code_lifetime: 60,
  assignment: 'required',
  after_session: 'end',
  consent: 'ask',
}

/**
 * The client of a stored document. Unknown members and list entries are left out, and a member whose
 * value is no longer known has its default, or in `policy` the strictest value.
 */
export function storedClient(id: string, document: Readonly<Record<string, unknown>>): ClientMetadata {
  const members = storedMembers(clientSchema.shape, { ...document, client_id: id, policy: {} })
  const policy = storedMembers(policySchema.shape, (document['policy'] ?? {}) as Readonly<Record<string, unknown>>, strictest)
  return { ...members, policy } as ClientMetadata
}

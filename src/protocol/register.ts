/** Registering a client: its metadata must be valid in itself (RFC 7591 §2) and served by this server. */
import type { z } from 'zod'
import type { SigningAlg } from './algs.ts'
import { accountPageId, type ClientMetadata, clientSchema, firstPartyId, policySchema, scopesOf } from './client.ts'
import type { Server } from './feature.ts'

/** Throws a `ZodError` whose issues name the member and the rule. `algs`: those the tenant signs with. `newId` is used when the input names no client_id. */
export function readClient(
  server: Server,
  algs: readonly SigningAlg[],
  input: Readonly<Record<string, unknown>>,
  newId: () => string,
): ClientMetadata {
  const served = clientSchema.superRefine((client, check) => {
    const known = (path: string, value: string, offered: readonly string[]) => {
      if (!offered.includes(value)) check.addIssue({ code: 'custom', path: [path], message: `must be one of ${offered.join(', ')}` })
    }
    if ([firstPartyId, accountPageId].includes(client.client_id))
      check.addIssue({ code: 'custom', path: ['client_id'], message: 'is that of an application of this server' })
    for (const grantType of client.grant_types) known('grant_types', grantType, [...server.grantTypes.keys()])
    for (const type of client.response_types.filter((name) => name !== 'code'))
      known('response_types', type, [...server.responseTypes.keys()])
    known('token_endpoint_auth_method', client.token_endpoint_auth_method, [...server.clientAuth.keys()])
    if (client.require_signed_request_object && !server.parameters.has('request'))
      check.addIssue({ code: 'custom', path: ['require_signed_request_object'], message: 'is served by no enabled feature' })
    for (const [member, values] of unservedPolicy(server, client))
      check.addIssue({
        code: 'custom',
        path: ['policy', member],
        message: `must be one of ${values.join(', ')}: no enabled feature serves more`,
      })
    const allowed = algs.filter((alg) => client.policy.allowed_algs?.includes(alg) ?? true)
    const forPeople = client.grant_types.some((grantType) => grantType !== 'client_credentials')
    if (forPeople && scopesOf(client).includes('openid'))
      known('id_token_signed_response_alg', client.id_token_signed_response_alg, allowed)
    const shared = client.policy.allowed_algs ? [] : ['HS256'] // a profile that lists algorithms wants keys that nobody shares
    if (client.access_token_format === 'jwt')
      known('access_token_signed_response_alg', client.access_token_signed_response_alg, [...allowed, ...shared])
  })
  return served.parse({ ...input, client_id: input['client_id'] ?? newId() })
}

/** The policy members whose value neither is the default nor is served by an enabled feature, with the values that this server serves. */
function unservedPolicy({ features }: Server, { policy }: ClientMetadata): [member: string, served: string[]][] {
  return Object.entries(policySchema.parse({})).flatMap(([member, fallback]): [string, string[]][] => {
    const name = member as keyof typeof policy
    const served = [String(fallback), ...features.flatMap(({ serves }) => serves?.[name] ?? [])]
    return served.includes(String(policy[name])) ? [] : [[member, served]]
  })
}

/** What is wrong, one sentence for each problem, naming the member. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')} ${issue.message}` : issue.message))
}

/** Validates the registration of a client: its metadata must be valid (RFC 7591 §2) and served by this server. */
import type { z } from 'zod'
import { isAllowedAlg, type SigningAlg } from './algs.ts'
import { grantTypesOf } from './assemble.ts'
import { accountPageId, type ClientMetadata, clientSchema, firstPartyId, heldMembers, scopesOf } from './client.ts'
import { policySchema } from './client-policy.ts'
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
      check.addIssue({ code: 'custom', path: ['client_id'], message: 'is reserved for an application of this server' })
    const unservedBeyond = (path: PropertyKey[], offered: readonly unknown[]) =>
      check.addIssue({ code: 'custom', path, message: `must be one of ${offered.join(', ')}: no enabled feature serves more` })
    const byFeature = (path: string, value: string, offered: readonly string[]) => {
      if (!offered.includes(value)) unservedBeyond([path], offered)
    }
    for (const grantType of client.grant_types) byFeature('grant_types', grantType, grantTypesOf(server))
    for (const type of client.response_types.filter((name) => name !== 'code'))
      byFeature('response_types', type, [...server.responseTypes.keys()])
    byFeature('token_endpoint_auth_method', client.token_endpoint_auth_method, [...server.clientAuth.keys()])
    if (client.require_signed_request_object && !server.parameters.has('request'))
      check.addIssue({ code: 'custom', path: ['require_signed_request_object'], message: 'is served by no enabled feature' })
    for (const [path, values] of unserved(server, client)) unservedBeyond(path, values)
    const allowed = algs.filter((alg) => isAllowedAlg(client.policy.allowed_algs, alg))
    const forPeople = client.grant_types.some((grantType) => grantType !== 'client_credentials')
    if (forPeople && scopesOf(client).includes('openid'))
      known('id_token_signed_response_alg', client.id_token_signed_response_alg, allowed)
    for (const name of ['authorization_signed_response_alg', 'userinfo_signed_response_alg'] as const)
      if (client[name] !== undefined) known(name, client[name], allowed)
    const shared = client.policy.allowed_algs ? [] : ['HS256'] // a profile that lists algorithms does not allow shared keys
    if (client.access_token_format === 'jwt')
      known('access_token_signed_response_alg', client.access_token_signed_response_alg, [...allowed, ...shared])
  })
  return served.parse({ ...input, client_id: input['client_id'] ?? newId() })
}

/** Members of the policy, and those that bind tokens, whose value neither is the default nor is served by an enabled feature; and what is served. */
function unserved({ features }: Server, client: ClientMetadata): [path: string[], served: string[]][] {
  const policy = Object.entries(policySchema.parse({})).map(([name, fallback]) => {
    const member = name as keyof typeof client.policy
    return { member, path: ['policy', name], fallback, value: client.policy[member] }
  })
  const held = heldMembers.map((member) => ({ member, path: [member], fallback: false, value: client[member] }))
  return [...policy, ...held].flatMap(({ member, path, fallback, value }): [string[], string[]][] => {
    const served = [String(fallback), ...features.flatMap(({ serves }) => serves?.[member] ?? [])]
    return served.includes(String(value)) ? [] : [[path, served]]
  })
}

/** What is wrong, one sentence for each problem, naming the member. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')} ${issue.message}` : issue.message))
}

/** Registering a client: its metadata must be valid in itself (RFC 7591 §2) and served by this server. */
import type { z } from 'zod'
import { type ClientMetadata, clientSchema } from './client.ts'
import type { Server } from './feature.ts'

/** Throws a `ZodError` whose issues name the member and the rule. `newId` is used when the input names no client_id. */
export function readClient(server: Server, input: Readonly<Record<string, unknown>>, newId: () => string): ClientMetadata {
  const served = clientSchema.superRefine((client, check) => {
    const known = (path: string, value: string, offered: ReadonlyMap<string, unknown>) => {
      if (!offered.has(value)) check.addIssue({ code: 'custom', path: [path], message: `must be one of ${[...offered.keys()].join(', ')}` })
    }
    for (const grantType of client.grant_types) known('grant_types', grantType, server.grantTypes)
    known('token_endpoint_auth_method', client.token_endpoint_auth_method, server.clientAuth)
  })
  return served.parse({ ...input, client_id: input['client_id'] ?? newId() })
}

/** What is wrong, one sentence for each problem, naming the member. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')} ${issue.message}` : issue.message))
}

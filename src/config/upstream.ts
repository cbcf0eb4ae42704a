/** Settings of the API of the Auth Manager, and of the Keycloak that it may stand before. */
import { z } from 'zod'
import { connectionName } from '../connections/connection.ts'

export const authManager = z.strictObject({
  connection: connectionName.default('keycloak').describe('Connection whose tokens the API of the Auth Manager handles'),
  state_seconds: z.int().min(60).max(3600).default(600).describe('How long a person may take to consent, in seconds'),
  redirect_uri: z
    .url()
    .max(2000)
    .optional()
    .describe('Address to which the provider returns; absent: `/v1/offline-token/callback` of the tenant'),
})

export const keycloak = z
  .strictObject({
    server: z
      .url()
      .max(2000)
      .optional()
      .describe('Base URL of a Keycloak for the API of the Auth Manager, in place of a connection')
      .meta({ examples: ['https://sso.example.com/auth'] }),
    realm: z.string().min(1).max(200).optional().describe('Its realm'),
    client_id: z.string().min(1).max(500).optional().describe('Identifier of this server there'),
    client_secret: z.string().min(1).optional().describe('Its secret').meta({ secret: true }),
    client_secret_file: z.string().min(1).optional().describe('File that holds `keycloak.client_secret`'),
  })
  .superRefine((given, check) => {
    for (const name of ['realm', 'client_id', 'client_secret'] as const)
      if (given.server !== undefined && given[name] === undefined)
        check.addIssue({ code: 'custom', path: [name], message: 'is missing: it is needed with keycloak.server' })
  })

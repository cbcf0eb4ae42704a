/** A client whose identifier is the URL of its metadata: OAuth Client ID Metadata Document. */
import type { CheckContext } from '../context.ts'
import type { Document } from '../sink.ts'
import type { Application } from './application.ts'

export interface DocumentClient {
  app: Application
  /** What the server has asked for so far. */
  calls(): readonly string[]
}

export const documentRedirect = 'https://document.example/callback'

/** `change`: of the document; it is served as `/client.json`, and what it returns beside it under other paths. */
export async function documentClient(
  { app, publish, target }: CheckContext,
  {
    path = '/client.json',
    document = {},
    others = {},
  }: { path?: string; document?: Document; others?: Readonly<Record<string, Document>> } = {},
): Promise<DocumentClient> {
  const scope = target.api?.scope ?? ''
  const { url, calls } = await publish((origin) => ({
    '/client.json': {
      ...document,
      json: {
        client_id: `${origin}/client.json`,
        client_name: 'Document client',
        redirect_uris: [documentRedirect],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        scope: `openid ${scope}`.trim(),
        ...document.json,
      },
    },
    ...others,
  }))
  const registration = {
    client_id: `${url}${path}`,
    client_secret: undefined,
    token_endpoint_auth_method: 'none' as const,
    redirect_uris: [documentRedirect],
    scope: `openid ${scope}`.trim(),
  }
  return { app: app().with(registration), calls }
}

/** The way back to an application from a page that cannot go on — OpenID Connect Core §4, RFC 7591 §2. */
import type { Client } from './client.ts'
import { type ApplicationHome, asOAuthError } from './errors.ts'
import type { Ctx } from './feature.ts'

/** Where a sign-in to it starts, begun here. OpenID Connect Core §4 */
export function startOf({ initiate_login_uri: uri }: Client, iss: string): string | undefined {
  if (uri === undefined) return undefined
  const url = new URL(uri)
  url.searchParams.set('iss', iss)
  return url.href
}

/** Where it says that it begins, or else the site of its redirect URI. None for one that registered itself and that nobody has used. */
function homeOf(client: Client, { issuer }: Pick<Ctx, 'issuer'>): ApplicationHome | undefined {
  if (client.quarantined) return undefined
  const site = client.redirect_uris.find((uri) => uri.startsWith('https://') || uri.startsWith('http://'))
  const url = startOf(client, issuer) ?? client.client_uri ?? (site && `${new URL(site).origin}/`)
  return url === undefined ? undefined : { name: client.client_name ?? client.client_id, url }
}

/** What `work` answers. A refusal of it leads back to the application, if that is known. */
export async function leadingBack<R>(ctx: Pick<Ctx, 'issuer'>, client: Client | undefined, work: () => Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (cause) {
    const error = asOAuthError(cause)
    error.application ??= client && homeOf(client, ctx)
    throw error
  }
}

/** Registers missing clients dynamically (RFC 7591) and deletes them after the run (RFC 7592). */
import { registrar } from '../actors/registrar.ts'
import { Unjudgeable } from '../errors.ts'
import { recorder } from '../http/exchange.ts'
import type { Bounds } from '../http/wire.ts'
import type { Metadata } from '../metadata.ts'
import { clients, grantTypeOf, type Prepared } from './prepared.ts'
import type { Registration, Target } from './target.ts'

export interface Registered {
  clients: Readonly<Record<string, Registration>>
  remove(): Promise<void>
}

/** Clients that can be described by their metadata alone. */
const names = [
  'web',
  'other',
  'single',
  'fresh',
  'none',
  'post',
  'public',
  'native',
  'machine',
  'api',
  'jwt',
  'device',
  'exchange',
] as const

const removeSeconds = 10

export async function registerClients(target: Target, metadata: Metadata, bounds: Bounds): Promise<Registered> {
  const endpoint = metadata.text('registration_endpoint')
  if (endpoint === undefined) throw new Unjudgeable('the target says "register", but the server has no registration_endpoint')
  const { send } = recorder(bounds)
  const { register } = registrar(
    () => endpoint,
    (request) => send('Suite', request),
    target.initial_access_token,
  )
  const made: [string, Registration][] = []
  for (const name of names) {
    const { registration } = await register(wantedOf(clients[name]!))
    if (registration.client_id !== '') made.push([name, { ...registration, ...ownOf(clients[name]!, metadata) }])
  }
  return {
    clients: { ...Object.fromEntries(made), ...target.clients },
    async remove() {
      const { send } = recorder({ ...bounds, signal: AbortSignal.timeout(removeSeconds * 1000) })
      for (const [, { registration_client_uri: url, registration_access_token: token }] of made) {
        if (url && token) await send('Suite', { method: 'DELETE', url, headers: { authorization: `Bearer ${token}` } }).catch(() => {})
      }
    },
  }
}

function wantedOf({
  grants,
  native,
  responseTypes = ['code'],
  private_key,
  redirect_uris,
  post_logout_redirect_uris,
  token_endpoint_auth_method,
}: Prepared): object {
  const { d, ...publicKey } = private_key ?? {}
  return {
    redirect_uris,
    post_logout_redirect_uris,
    token_endpoint_auth_method,
    grant_types: grants.map(grantTypeOf),
    response_types: grants.includes('authorization_code') ? responseTypes : [],
    ...(native ? { application_type: 'native' } : {}),
    ...(private_key ? { jwks: { keys: [publicKey] } } : {}),
  }
}

/** Data that the registration response does not contain. */
function ownOf({ private_key, grants }: Prepared, metadata: Metadata): Partial<Registration> {
  const offered = metadata.list('scopes_supported') ?? ['openid']
  const scope = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'].filter((word) => offered.includes(word)).join(' ')
  return { private_key, ...(grants.includes('authorization_code') ? { scope } : {}) }
}

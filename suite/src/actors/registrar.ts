/** Dynamic client registration and its management: RFC 7591, RFC 7592. */
import { accepted, demand, json, NotApplicable, refused } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { HttpRequest } from '../http/wire.ts'
import type { Registration } from '../target/target.ts'

export interface Registered {
  reply: Reply
  /** From the response. */
  registration: Registration
}

/** A client that can manage its registration. */
export interface Managed {
  id: string
  token: string
  registration: Registration
  /** Metadata for an update request, RFC 7592 §2.2. */
  metadata: Readonly<Record<string, unknown>>
  /** Sends a request to the client configuration endpoint. `token`: null sends none. */
  send(method: 'GET' | 'PUT' | 'DELETE', how?: { body?: object; token?: string | null }): Promise<Reply>
}

export interface Registrar {
  register(metadata: object): Promise<Registered>
  manage(metadata?: object): Promise<Managed>
}

const usual = { redirect_uris: ['https://registered.example/callback'] }
const jsonType = { accept: 'application/json', 'content-type': 'application/json' }
const serverSaid = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']

export function registrar(
  endpoint: () => string,
  send: (request: HttpRequest) => Promise<Reply>,
  accessToken: string | undefined,
): Registrar {
  async function register(metadata: object): Promise<Registered> {
    const headers = accessToken === undefined ? jsonType : { ...jsonType, authorization: `Bearer ${accessToken}` }
    const reply = await send({ method: 'POST', url: endpoint(), headers, body: JSON.stringify({ ...usual, ...metadata }) })
    return { reply, registration: registrationOf(reply) }
  }

  async function manage(metadata: object = {}): Promise<Managed> {
    const { reply, registration } = await register(metadata)
    const { registration_client_uri: url, registration_access_token: own, ...rest } = json(accepted(reply))
    if (typeof url !== 'string' || typeof own !== 'string') throw new NotApplicable('clients cannot change their registration')
    demand(URL.canParse(url), 'registration_client_uri is no URI')
    let newest = own
    return {
      id: registration.client_id,
      token: own,
      registration,
      metadata: Object.fromEntries(Object.entries(rest).filter(([name]) => !serverSaid.includes(name))),
      async send(method, { body, token = newest } = {}) {
        const headers = token === null ? jsonType : { ...jsonType, authorization: `Bearer ${token}` }
        const reply = await send({ method, url, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
        newest = /"registration_access_token"\s*:\s*"([^"]+)"/.exec(reply.body)?.[1] ?? newest // an answer may replace it, RFC 7592 §3
        return reply
      },
    }
  }
  return { register, manage }
}

/** An error, or a response that tells other values. RFC 7591 §3.2.1 */
export function refusedOrReplaced(reply: Reply, invalid: Readonly<Record<string, unknown>>): void {
  if (reply.status >= 300) {
    refused(reply, 'invalid_client_metadata', 'invalid_redirect_uri')
    return
  }
  const told = json(reply)
  for (const [name, value] of Object.entries(invalid)) {
    demand(told[name] !== undefined, `the response does not tell ${name}`)
    demand(JSON.stringify(told[name]) !== JSON.stringify(value), `${name} is ${JSON.stringify(value)}`)
  }
}

function registrationOf(reply: Reply): Registration {
  const said: Partial<Registration> = reply.status < 300 ? json(reply) : {}
  const method = 'client_secret_basic' // RFC 7591 §2
  return { client_id: '', token_endpoint_auth_method: method, redirect_uris: [], post_logout_redirect_uris: [], scope: 'openid', ...said }
}

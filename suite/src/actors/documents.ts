/** Documents that a server publishes beside its metadata. */
import type { CheckContext } from '../context.ts'
import { accepted, json, NotApplicable } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import { decode, type Jwt } from './jwt.ts'

type Sender = Pick<CheckContext, 'get' | 'target'>

/** The entity configuration, OpenID Federation §9. Not applicable if there is none. */
export async function entityConfiguration({ get, target }: Sender): Promise<Jwt & { reply: Reply; token: string }> {
  const reply = await get(`${target.issuer.replace(/\/$/, '')}/.well-known/openid-federation`)
  if (reply.status === 404) throw new NotApplicable('the server takes part in no federation')
  const token = accepted(reply).body
  return { ...decode(token), reply, token }
}

/** The metadata of the issuer of credentials, OpenID for Verifiable Credential Issuance §12.2.2. Not applicable if there is none. */
export async function credentialIssuer({ get, target }: Sender): Promise<{ reply: Reply; members: Record<string, unknown> }> {
  const { origin, pathname } = new URL(target.issuer)
  const path = pathname.replace(/\/$/, '')
  const reply = await get(`${origin}/.well-known/openid-credential-issuer${path}`, { accept: 'application/json' })
  if (reply.status === 404) throw new NotApplicable('the server issues no credentials')
  return { reply, members: json(accepted(reply)) }
}

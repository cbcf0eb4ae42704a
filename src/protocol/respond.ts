/** The authorization response — RFC 6749 §4.1.2. */
import { accountPageId, type Client } from './client.ts'
import { documentHost } from './client-document.ts'
import { refuse } from './errors.ts'
import type { Ctx, ResponseDestination } from './feature.ts'
import type { LiveFlow } from './flow.ts'
import type { Application, Reply } from './request-reply.ts'
import type { AuthorizationRequest } from './types.ts'

/** `state` is returned whenever it was sent. */
export async function respond(ctx: Ctx, address: ResponseDestination, mode: string, answer: Record<string, string>): Promise<Reply> {
  const { state } = address
  const all = Object.assign(
    {},
    answer,
    ...ctx.server.having('respond').map((feature) => feature.respond(ctx, address)),
    state === undefined ? {} : { state },
  )
  const responseMode = ctx.server.responseModes.get(mode) ?? refuse('invalid_request', 'response_mode is not offered here')
  return responseMode.reply(ctx, address, all)
}

/** Ends the flow and tells the client that the user refused. */
export async function deny(ctx: Ctx, { flow, client }: LiveFlow): Promise<Reply> {
  if (!(await ctx.store.flows.end(flow.id))) refuse('invalid_request', 'this sign-in was already finished')
  const { asked } = flow
  return leave(
    ctx,
    client,
    await respond(ctx, destinationOf(asked, client), asked.responseMode, { error: 'access_denied', error_description: 'the user refused' }),
  )
}

/** Continues from a form of our pages. Browsers may refuse a redirect to another site there (CSP form-action), so a page does it. */
export function leave({ issuer }: Ctx, client: Client, reply: Reply): Reply {
  return reply.kind === 'redirect' && new URL(reply.to).origin !== new URL(issuer).origin
    ? { kind: 'page', page: 'leave', data: { application: applicationOf(client), to: reply.to } }
    : reply
}

export function destinationOf({ redirectUri, state }: AuthorizationRequest, client: Client): ResponseDestination {
  return { client, redirectUri, state }
}

/**
 * How an application is shown to people: while nobody has signed in to one that registered itself, without pictures and links (RFC 7591 §5). One
 * of a metadata document has no picture at all, because it could change at any time.
 */
export function applicationOf(client: Client): Application {
  const host = documentHost(client)
  const own = client.client_id === accountPageId && { own: true as const }
  const shown = { name: client.client_name ?? host ?? client.client_id, ...own, ...(host !== undefined && { host }) }
  if (client.quarantined) return { ...shown, clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
  const logoUri = host === undefined ? client.logo_uri : undefined
  return { ...shown, clientUri: client.client_uri, logoUri, policyUri: client.policy_uri, tosUri: client.tos_uri }
}

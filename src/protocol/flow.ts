/** A flow: one visit of one browser to the authorization endpoint, remembered while the user answers. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Browser } from './request-reply.ts'
import type { AuthorizationRequest, Flow } from './types.ts'

/** A flow, and the client that began it. */
export interface Visit {
  flow: Flow
  client: Client
}

/** The flow of a ticket. Refuses unless it lives and belongs to this browser. */
export async function findFlow(ctx: Ctx, ticket: string, browser: Browser): Promise<Visit> {
  const expired = 'this sign-in has expired or belongs to another browser; go back to the application and start again'
  return (await liveFlow(ctx, ticket, browser)) ?? refuse('invalid_request', expired)
}

/** The flow of a ticket, if it lives and belongs to this browser. */
export async function liveFlow(ctx: Ctx, ticket: string, browser: Browser): Promise<Visit | undefined> {
  const id = ctx.tokens.hash('fl', ticket)
  const flow = id === undefined ? undefined : await ctx.store.flows.find(id, ctx.now())
  if (!flow || browser.id === undefined || flow.browser !== ctx.tokens.hash('br', browser.id)) return undefined
  const client = await ctx.store.clients.find(flow.asked.clientId)
  return client && { flow, client }
}

/** Remembers a request for the time the user needs to answer. */
export async function begin(ctx: Ctx, asked: AuthorizationRequest, known: Browser): Promise<{ ticket: string; browser: string }> {
  const ticket = ctx.tokens.make('fl')
  const browser = known.id !== undefined && ctx.tokens.hash('br', known.id) ? known.id : ctx.tokens.make('br')
  const flow = {
    id: ctx.tokens.hash('fl', ticket) as string,
    browser: ctx.tokens.hash('br', browser) as string,
    asked,
    answered: [],
    half: undefined,
  }
  await ctx.store.flows.begin(flow, ctx.now() + ctx.tenant.lifetimes.flow)
  return { ticket, browser }
}

/** Where a step returns to. */
export function hubUrl(ctx: Ctx, ticket: string): string {
  return `${ctx.issuer}/authorize/continue?flow=${encodeURIComponent(ticket)}`
}

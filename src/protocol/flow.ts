/** A flow: one authorization request in one browser, stored while the user completes the required steps. */

import { leadingBack } from './application-home.ts'
import { type Client, isVoid } from './client.ts'
import { refuse, TooMany } from './errors.ts'
import type { Ctx } from './feature.ts'
import { inLanguages } from './languages.ts'
import type { Browser } from './request-reply.ts'
import type { AuthorizationRequest, Flow } from './types.ts'

/** How long an expired flow still tells which application it was for, in seconds. */
const flowMemory = 3600

/** A flow, and the client that began it, in the languages that the request names. */
export interface LiveFlow {
  flow: Flow
  client: Client
}

/** The flow of a flow token. Refuses when it has expired or belongs to another browser. */
export async function findFlow(ctx: Ctx, flowToken: string, browser: Browser): Promise<LiveFlow> {
  const expired = 'this sign-in has expired or belongs to another browser; go back to the application and start again'
  const live = await liveFlow(ctx, flowToken, browser)
  if (live) return live
  const late = await flowAt(ctx, flowToken, browser, ctx.now() - flowMemory)
  return leadingBack(ctx, late?.client, async () => refuse('invalid_request', expired))
}

/** The flow of a flow token; undefined when it has expired or belongs to another browser. */
export function liveFlow(ctx: Ctx, flowToken: string, browser: Browser): Promise<LiveFlow | undefined> {
  return flowAt(ctx, flowToken, browser, ctx.now())
}

async function flowAt(ctx: Ctx, flowToken: string, browser: Browser, now: number): Promise<LiveFlow | undefined> {
  const id = ctx.tokens.hash('fl', flowToken)
  const flow = id === undefined ? undefined : await ctx.store.flows.find(id, now)
  if (!flow || browser.id === undefined || flow.browser !== ctx.tokens.hash('br', browser.id)) return undefined
  const client = await ctx.store.clients.find(flow.asked.clientId)
  return client && !isVoid(client, flow.asked.askedAt) ? { flow, client: inLanguages(client, flow.asked.uiLocales) } : undefined
}

/** Counts the requests that an IP address has stored without signing in. Refuses when there are too many. */
export async function countFlow(ctx: Ctx, address: string): Promise<void> {
  const wait = await ctx.people.countFlow(address, ctx.now())
  if (wait !== undefined) throw new TooMany('too many flows from one address', wait)
}

/** Stores a request while the user completes the required steps. Refuses when too many flows began at the address. */
export async function beginFlow(
  ctx: Ctx,
  asked: AuthorizationRequest,
  from: { browser: Browser; address: string },
): Promise<{ flowToken: string; browser: string }> {
  await countFlow(ctx, from.address)
  const flowToken = ctx.tokens.make('fl')
  const known = from.browser.id
  const browser = known !== undefined && ctx.tokens.hash('br', known) ? known : ctx.tokens.make('br')
  const flow = {
    id: ctx.tokens.hash('fl', flowToken) as string,
    browser: ctx.tokens.hash('br', browser) as string,
    asked,
    answered: [],
    pending: undefined,
  }
  await ctx.store.flows.begin(flow, ctx.now() + ctx.tenant.lifetimes.flow)
  return { flowToken, browser }
}

/** The URL to which every step returns. */
export function continueUrl(ctx: Ctx, flowToken: string): string {
  return `${ctx.issuer}/authorize/continue?flow=${encodeURIComponent(flowToken)}`
}

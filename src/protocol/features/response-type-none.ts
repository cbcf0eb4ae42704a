/** Response type none: the person signs in and consents, and the client gets neither code nor token — OAuth 2.0 Multiple Response Type Encoding Practices §4. */
import type { Feature, ResponseType } from '../feature.ts'
import { allow } from '../granted.ts'
import { isAllowed } from '../requested-permissions.ts'

/** The grant remains for later requests. */
const none: ResponseType = {
  name: 'none',
  grantTypes: [],
  defaultMode: 'query',
  async issue(ctx, { client, asked, session, grant, flow }) {
    if (flow !== undefined && !(await ctx.store.flows.end(flow))) return undefined
    if (asked.pushed !== undefined && !(await ctx.store.pushedRequests.end(asked.pushed))) return undefined
    const { usesUp } = asked
    if (usesUp && !(await ctx.store.usedOnce.first('request-object', usesUp.id, usesUp.expiresAt))) return undefined
    const { subject } = session
    if (!(await isAllowed(ctx, asked, grant))) await allow(ctx, client, asked, subject)
    return {}
  },
}

export function responseTypeNone(): Feature {
  return {
    id: 'responseTypeNone',
    spec: 'OAuth 2.0 Multiple Response Type Encoding Practices §4',
    requires: ['authorizationCode'],
    responseTypes: [none],
  }
}

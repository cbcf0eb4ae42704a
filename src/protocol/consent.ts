/** What a person allows an application — OpenID Connect Core §3.1.2.4. */
import type { AuditEvent } from './audit-events.ts'
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx, Endpoint } from './feature.ts'
import { continueUrl, findFlow, type LiveFlow } from './flow.ts'
import { allow } from './granted.ts'
import { partsOf } from './permissions.ts'
import { progress } from './progress.ts'
import type { Page, ScopeLine } from './request-reply.ts'
import { consentItemsOf, permissionsIn, resourcesOf } from './requested-permissions.ts'
import { applicationOf, deny } from './respond.ts'
import { describeScopes } from './scope-words.ts'
import type { AuthorizationRequest, Grant, Session } from './types.ts'

export const consentEndpoint: Endpoint = {
  path: '/authorize/consent',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(ctx, { params, browser, address }) {
    const flowToken = params.need('flow')
    const live = await findFlow(ctx, flowToken, browser)
    const { flow, client } = live
    const answer = params.get('answer')
    if (answer === 'disown') return { ...(await deny(ctx, live)), auditEvents: [disowned(live)] }
    if (answer !== 'allow') return deny(ctx, live)
    const { step, session } = await progress(ctx, client, flow, { browser, address })
    if (session?.sid !== params.need('sid'))
      refuse('access_denied', 'you are no longer signed in as the person who was asked; go back and start again')
    if (step !== 'consent') return { kind: 'redirect', to: continueUrl(ctx, flowToken) } // another step is required first, or none
    const grant = await allow(ctx, client, flow.asked, session.subject)
    await ctx.store.flows.answer(flow.id, 'consent')
    const detail = { client: client.client_id, scope: flow.asked.scope.join(' ') }
    const given = { act: 'grant.give', outcome: 'success', by: { type: 'user', id: session.subject }, target: grant.id, detail } as const
    return { kind: 'redirect', to: continueUrl(ctx, flowToken), auditEvents: [given] }
  },
}

/** Somebody began a request in the name of this person. */
function disowned({ flow, client }: LiveFlow): AuditEvent {
  return { act: 'user.disown', outcome: 'success', target: flow.asked.hintedSubject, detail: { client: client.client_id } }
}

/** The way back to the application without signing in or consenting. RFC 6749 §4.1.2.1. */
export const cancelEndpoint: Endpoint = {
  path: '/authorize/cancel',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  handle: async (ctx, { params, browser }) => deny(ctx, await findFlow(ctx, params.need('flow'), browser)),
}

interface ConsentPageData {
  client: Client
  asked: AuthorizationRequest
  session: Session
  grant: Grant | undefined
  flowToken: string
}

export async function consentPage(ctx: Ctx, { client, asked, session, grant, flowToken }: ConsentPageData): Promise<Page> {
  const { sid, name, detail } = session
  const { redirectUri: to } = asked
  const resources = await resourcesOf(ctx, asked)
  const scopes = permissionsIn(ctx, asked, resources).map((permission): ScopeLine => {
    const { word, identifier } = partsOf(permission)
    const resource = resources.find((one) => one.identifier === identifier)
    const description = describeScopes(ctx, resource?.scopes ?? {}, word)
    return { name: word, description, api: resource?.name, known: grant?.scope.includes(permission) ?? false }
  })
  return {
    page: 'consent',
    data: {
      flow: flowToken,
      application: applicationOf(client),
      person: { sid, name, detail },
      scopes,
      to,
      unproven: client.quarantined ?? false,
      details: consentItemsOf(ctx, asked, grant),
      comparison: ctx.server.responseTypes.get(asked.responseType)?.comparison?.(asked),
    },
  }
}

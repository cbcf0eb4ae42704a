/** Paths of the Authlete reference server, for programs written for it: the same endpoints, and a form that signs in and consents at once. */
import { OAuthError } from '../../protocol/errors.ts'
import { findClient } from '../../protocol/find-client.ts'
import { findFlow } from '../../protocol/flow.ts'
import { Params } from '../../protocol/params.ts'
import { progress } from '../../protocol/progress.ts'
import type { Browser, Reply, Request } from '../../protocol/request-reply.ts'
import { consentItemsOf } from '../../protocol/requested-permissions.ts'
import { applicationOf, deny } from '../../protocol/respond.ts'
import type { Route, ViewReply, WebTenant } from '../http/route.ts'
import { decisionView } from '../pages/decision.ts'
import { html } from '../pages/html.ts'
import { plain } from '../pages/names.ts'
import { destination } from '../pages/urls.ts'

/** Ours by theirs. */
export const authletePaths: Readonly<Record<string, string>> = {
  '/api/token': '/token',
  '/api/jwks': '/.well-known/jwks.json',
  '/api/introspection': '/introspect',
  '/api/userinfo': '/userinfo',
  '/api/revocation': '/revoke',
  '/api/par': '/par',
  '/api/register': '/register',
  '/api/register/:id': '/register/:id',
  '/api/gm/:id': '/grants/:id',
  '/api/federation/register': '/federation/register',
  '/.well-known/jwt-issuer': '/.well-known/jwt-vc-issuer',
  '/api/credential': '/credential',
  '/api/deferred_credential': '/deferred-credential',
  '/api/nonce': '/nonce',
  '/api/offer/:id': '/credential-offers/:id',
}

/** `/api/authorization` and `/api/authorization/decision`, made of the routes of the authorization endpoint; none where that is not served. */
export function authleteAuthorization(routes: readonly Route[]): Route[] {
  const at = (path: string) => routes.find((route) => route.path === path)
  const [start, go, signIn, consent] = ['/authorize', '/authorize/continue', '/authorize/sign-in', '/authorize/consent'].map(at)
  return start && go && signIn && consent ? [authorization({ start, go }), decision({ go, signIn, consent })] : []
}

type Routes = Readonly<Record<'start' | 'go' | 'signIn' | 'consent', Route>>

/** Until the client is known, refusals are JSON, with the code that their programs expect. */
function authorization({ start, go }: Pick<Routes, 'start' | 'go'>): Route {
  return {
    path: '/api/authorization',
    methods: ['GET', 'POST'],
    audience: 'program',
    async handle(tenant, request, sent) {
      const clientId = request.params.get('client_id')
      const named = clientId !== undefined && { clientId, address: request.address, refusal: 'invalid_client' as const }
      if (!named || !(await findClient(tenant.ctx, named).catch(asBadRequest))) return unknownClient()
      const reply = found(await start.handle(tenant, request, sent))
      const ticket = ticketOf(reply)
      if (ticket === undefined) return reply
      const browser = { ...request.browser, ...('remember' in reply ? reply.remember : {}) } as Browser
      const next = await go.handle(tenant, asking(request, browser, { flow: ticket }), sent)
      const asks = next.kind === 'page' && (next.page === 'sign-in' || next.page === 'consent')
      return asks && (await fitsForm(tenant, ticket, browser))
        ? formFor(tenant, ticket, { reply, browser, signedIn: next.page === 'consent' })
        : reply
    },
  }
}

function unknownClient(): never {
  return asBadRequest(new OAuthError('invalid_client', 'client_id is missing, or not registered here'))
}

function asBadRequest(error: unknown): never {
  if (error instanceof OAuthError) error.status = 400
  throw error
}

/** The ticket of the visit that begins; undefined: it is answered already. */
function ticketOf(reply: Reply | ViewReply): string | undefined {
  if (reply.kind !== 'redirect') return undefined
  const url = new URL(reply.to)
  return url.pathname.endsWith('/authorize/continue') ? (url.searchParams.get('flow') ?? undefined) : undefined
}

/** This form has no place for what our own page of consent warns of and lists besides scopes; then that page asks. */
async function fitsForm({ ctx }: WebTenant, ticket: string, browser: Browser): Promise<boolean> {
  const { flow, client } = await findFlow(ctx, ticket, browser)
  return client.quarantined !== true && client.documentReadAt === undefined && consentItemsOf(ctx, flow.asked, undefined).length === 0
}

async function formFor(
  tenant: WebTenant,
  ticket: string,
  { reply, browser, signedIn }: { reply: Reply | ViewReply; browser: Browser; signedIn: boolean },
): Promise<ViewReply> {
  const { flow, client } = await findFlow(tenant.ctx, ticket, browser)
  const scopes = flow.asked.scope.map((word) => tenant.ctx.tenant.scopes[word] ?? word)
  const view = decisionView({
    base: tenant.base,
    ticket,
    application: applicationOf(client),
    scopes,
    signedIn,
    loginHint: flow.asked.loginHint,
  })
  return { kind: 'view', view, ...('remember' in reply && reply.remember ? { remember: reply.remember } : {}) }
}

/**
 * Signs in if that is asked, and allows or refuses. A wrong password ends the visit, as there. What this form does not ask, such as a second
 * factor, our own pages ask next. The form belongs to the browser that began, and is accepted from our own origin alone.
 */
function decision({ go, signIn, consent }: Pick<Routes, 'go' | 'signIn' | 'consent'>): Route {
  return {
    path: '/api/authorization/decision',
    methods: ['POST'],
    audience: 'person',
    ownForm: true,
    async handle(tenant, request, sent) {
      const { ctx } = tenant
      const { params } = request
      const [flow, authorized] = [params.need('ticket'), params.need('authorized')]
      const live = await findFlow(ctx, flow, request.browser)
      if (authorized !== 'true') return located(await deny(ctx, live))
      const subject = params.get('subject')
      const signed =
        subject === undefined
          ? undefined
          : await signIn.handle(
              tenant,
              asking(request, request.browser, { flow, username: subject, password: params.get('password') ?? '' }),
              sent,
            )
      if (signed && signed.kind !== 'redirect') return signed.status === 429 ? signed : merged(located(await deny(ctx, live)), signed)
      const remembered = signed && 'remember' in signed ? signed.remember : undefined
      const browser = { ...request.browser, ...remembered } as Browser
      const { step, session } = await progress(ctx, live.client, (await findFlow(ctx, flow, browser)).flow, {
        browser,
        address: request.address,
      })
      const allowed =
        step === 'consent' && session
          ? await consent.handle(tenant, asking(request, browser, { flow, sid: session.sid, answer: 'allow' }), sent)
          : undefined
      const done = await go.handle(tenant, asking(request, browser, { flow }), sent)
      return merged(located(done), signed, allowed)
    },
  }
}

/** The same request with other parameters, from a browser that remembers what it was just told. */
function asking(request: Request, browser: Browser, fields: Readonly<Record<string, string>>): Request {
  return { ...request, browser, params: new Params(Object.entries(fields)) }
}

/** Their programs follow a redirect, or look for their own page that posts: the pages of ours that lead on would be in the way. */
function located<T extends Reply | ViewReply>(reply: T): T | Reply {
  if (reply.kind === 'page' && reply.page === 'form-post') return selfSubmitting(reply)
  if (reply.kind !== 'page' || reply.page !== 'leave') return found(reply)
  const { remember, headers, auditEvents } = reply
  return found({ kind: 'redirect', to: reply.data.to, ...{ remember, headers, auditEvents } } as Reply)
}

/** Their programs look for this status. */
function found<T extends Reply | ViewReply>(reply: T): T {
  return reply.kind === 'redirect' ? { ...reply, status: 302 } : reply
}

const submit = 'javascript:document.forms[0].submit()'

/** OAuth 2.0 Form Post Response Mode §2, with the handler that their programs look for; the policy allows that handler alone. */
function selfSubmitting({ data, headers, remember, auditEvents }: Extract<Reply, { page: 'form-post' }>): Reply {
  const fields = Object.entries(data.fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}"/>\n`)
  const page = html`<html>
<head><title>${plain(data.application.name)}</title></head>
<body onload="${submit}">
<form method="post" action="${destination(data.action)}">
${fields}<noscript><button>Continue</button></noscript>
</form>
</body>
</html>
`
  const policy = "default-src 'none'; script-src 'unsafe-hashes' 'sha256-FRuPMoCm2v334i+3oP3jLBT4RnmwV1pycDQaxVXK4MY='"
  return {
    ...{ kind: 'text', status: 200, type: 'text/html;charset=UTF-8', text: page.text },
    headers: { ...headers, 'content-security-policy': `${policy}; base-uri 'none'; frame-ancestors 'none'`, 'cache-control': 'no-store' },
    ...(remember && { remember }),
    ...(auditEvents && { auditEvents }),
  }
}

/** One answer, with what the steps before it told the browser and the audit log. */
function merged(last: Reply | ViewReply, ...steps: (Reply | ViewReply | undefined)[]): Reply | ViewReply {
  const all = [...steps, last].filter((one) => one !== undefined)
  const remember = Object.assign({}, ...all.map((one) => ('remember' in one ? one.remember : undefined)))
  return { ...last, remember, auditEvents: all.flatMap(({ auditEvents }) => auditEvents ?? []) } as Reply | ViewReply
}

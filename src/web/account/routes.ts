/** The account page: who may see it, and how its sections are served. */
import { shown } from '../../identity/people.ts'
import { refuse } from '../../protocol/errors.ts'
import { isComplete } from '../../protocol/progress.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import type { Route, ViewReply, WebTenant } from '../http/route.ts'
import { type AccountPageContext, accountView, type SectionGroup } from '../pages/account/layout.ts'
import { overviewPage } from '../pages/account/overview.ts'
import { strangerView } from '../pages/account/stranger.ts'
import { confirmUrl, recently, returnPath, signInUrl } from './client.ts'
import type { AccountRequest, RefusedAction, Section, SectionAction } from './section.ts'
import { sectionGroups, sections } from './sections.ts'

/** Notices of actions that were not done because a sign-in was required first. */
const undone: Readonly<Record<string, string>> = {
  again: 'You had to sign in first, so nothing has been changed yet. Please try again.',
  unconfirmed: 'You have not signed in again, so nothing has been changed.',
}
const otherAccount =
  'Another account was chosen in the meantime, perhaps in another window. Nothing was changed; this is your current account.'

/** Undefined: nobody is signed in with a complete session. The page is about the browser's first account. */
async function openAccountPage(tenant: WebTenant, request: Request): Promise<AccountRequest | undefined> {
  const { ctx, signIn } = tenant
  const sessions = await ctx.people.sessions(request.browser.sessions, ctx.now(), request.address)
  const session = sessions[0]
  const account = session && isComplete(ctx, session) ? await signIn.store.accounts.bySubject(session.subject) : undefined
  if (!session || !account) return undefined
  return { tenant, request, sessions, session, account, fresh: ctx.now() - session.authTime <= recently }
}

const isOffered = ({ offered }: Pick<Section, 'offered'>, tenant: WebTenant) => offered?.(tenant) ?? true

const pathOf = (name: string) => (name === 'overview' ? '/account' : `/account/${name}`)

/** The sections that this tenant offers. */
function groupsFor(tenant: WebTenant): SectionGroup<Section>[] {
  return sectionGroups.map(({ heading, sections }) => ({ heading, sections: sections.filter((section) => isOffered(section, tenant)) }))
}

/** What every account page displays. */
function locationOf({ tenant, account }: AccountRequest, current: string): AccountPageContext {
  const { base, ctx } = tenant
  return {
    base,
    tenant: ctx.tenant.name,
    logo: ctx.tenant.logoUri,
    current: current === 'overview' ? undefined : current,
    groups: groupsFor(tenant),
    person: shown(account),
    switchAccount: signInUrl(ctx, { state: current, purpose: 'switch' }),
    signOut: ctx.server.endpoints.has('/logout'),
  }
}

/** Only sentences of the table: the sender of a link must not choose the text. */
function sentence(table: Readonly<Record<string, string>>, name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}

async function pageOf(section: Section, accountRequest: AccountRequest, refused?: RefusedAction): Promise<ViewReply> {
  const content = await section.show(accountRequest, refused)
  const done = accountRequest.request.method === 'GET' ? accountRequest.request.params.get('done') : undefined
  const messages = { notice: sentence(section.notices, done), undone: sentence(undone, done), problem: refused?.problem }
  const view = accountView(locationOf(accountRequest, section.name), {
    title: section.title,
    ...content,
    ...messages,
    focused: refused?.faults !== undefined,
  })
  return refused ? { kind: 'view', status: refused.status ?? 422, view, headers: refused.headers ?? {} } : { kind: 'view', view }
}

const overview: Route = {
  path: '/account',
  methods: ['GET'],
  audience: 'person',
  async handle(tenant, request) {
    const accountRequest = await openAccountPage(tenant, request)
    if (!accountRequest) return { kind: 'redirect', to: signInUrl(tenant.ctx, { state: 'overview', purpose: 'sign-in' }) }
    const groups = await Promise.all(
      groupsFor(tenant).map(async ({ heading, sections }) => ({
        heading,
        sections: await Promise.all(sections.map(async (section) => ({ ...section, state: await section.state?.(accountRequest) }))),
      })),
    )
    const body = overviewPage({ base: tenant.base, groups })
    return { kind: 'view', view: accountView(locationOf(accountRequest, 'overview'), { title: 'Your account', body }) }
  },
}

/** Where the browser returns after signing in; `state` is the section, and `.again` after it says that an action was not done. */
const comeBack: Route = {
  path: returnPath,
  methods: ['GET'],
  audience: 'person',
  async handle(tenant, request) {
    const { params } = request
    const [name = '', again] = (params.get('state') ?? '').split('.')
    const path = sections.some((section) => section.name === name) ? pathOf(name) : '/account'
    const failed = params.get('error') !== undefined
    if (failed && !(await openAccountPage(tenant, request))) return { kind: 'view', view: strangerView(tenant.base) }
    const done = again !== 'again' ? '' : `?done=${failed ? 'unconfirmed' : 'again'}`
    return { kind: 'redirect', to: tenant.ctx.issuer + path + done }
  },
}

function sectionRoute(section: Section): Route {
  return {
    path: pathOf(section.name),
    methods: ['GET'],
    audience: 'person',
    async handle(tenant, request) {
      if (!isOffered(section, tenant)) refuse('not_found', 'there is nothing at this URL')
      const accountRequest = await openAccountPage(tenant, request)
      return accountRequest
        ? pageOf(section, accountRequest)
        : { kind: 'redirect', to: signInUrl(tenant.ctx, { state: section.name, purpose: 'sign-in' }) }
    },
  }
}

/** The only place that checks who posts, for which account, and whether the sign-in is recent enough. */
function actRoute(section: Section, name: string, act: SectionAction): Route {
  return {
    path: `${pathOf(section.name)}/${name}`,
    methods: ['POST'],
    audience: 'person',
    ownForm: true,
    async handle(tenant, request) {
      if (!isOffered(section, tenant) || !isOffered(act, tenant)) refuse('not_found', 'there is nothing at this URL')
      request.params.check(new Set())
      const accountRequest = await openAccountPage(tenant, request)
      const state = `${section.name}.again`
      if (!accountRequest) return { kind: 'redirect', to: signInUrl(tenant.ctx, { state, purpose: 'sign-in' }) }
      if (request.params.get('sid') !== accountRequest.session.sid)
        return pageOf(section, accountRequest, { act: undefined, problem: otherAccount, status: 409 })
      if (act.sensitive && !accountRequest.fresh) return { kind: 'redirect', to: confirmUrl(accountRequest, state) }
      return outcomeOf(section, name, act, accountRequest)
    },
  }
}

async function outcomeOf(section: Section, name: string, act: SectionAction, accountRequest: AccountRequest): Promise<Reply | ViewReply> {
  const outcome = await act.run(accountRequest)
  const { subject } = accountRequest.account
  const detail = act.factor === undefined ? {} : { detail: { factor: act.factor } }
  const event = { act: act.audit, by: { type: 'user', id: subject }, target: subject, ...detail } as const
  if ('refused' in outcome) {
    const page = await pageOf(section, accountRequest, { ...outcome.refused, act: name })
    return outcome.refused.auditEvent ? { ...page, auditEvents: [{ ...event, outcome: 'failure' }] } : page
  }
  if ('reply' in outcome && outcome.unfinished) return outcome.reply
  if ('reply' in outcome) return { ...outcome.reply, auditEvents: [{ ...event, outcome: 'success' }] }
  const { done, target = subject, remember = {} } = outcome
  const to = `${accountRequest.tenant.ctx.issuer}${pathOf(section.name)}?done=${done}`
  return { kind: 'redirect', to, remember, auditEvents: [{ ...event, target, outcome: 'success' }] }
}

export const accountRoutes: readonly Route[] = [
  overview,
  comeBack,
  ...sections.flatMap((section) => [
    sectionRoute(section),
    ...Object.entries(section.actions).map(([name, act]) => actRoute(section, name, act)),
  ]),
]

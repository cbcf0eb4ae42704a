/** The account page: who may see it, and how its sections are served. */
import { shown } from '../../identity/people.ts'
import { refuse } from '../../protocol/errors.ts'
import { isComplete } from '../../protocol/progress.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import type { Route, TenantRoom, ViewReply } from '../http/route.ts'
import { accountView, type Place } from '../pages/account/layout.ts'
import { overviewPage } from '../pages/account/overview.ts'
import { strangerView } from '../pages/account/stranger.ts'
import { confirming, recently, returnPath, wayIn } from './client.ts'
import type { Act, RefusedAct, Section, Visit } from './section.ts'
import { sections } from './sections.ts'

/** What did not come about because of a sign-in that was needed first. */
const undone: Readonly<Record<string, string>> = {
  again: 'You had to sign in first, so nothing has been changed yet. Please do it once more.',
  unconfirmed: 'You have not signed in again, so nothing has been changed.',
}
const otherAccount =
  'Another account was chosen meanwhile, in another window perhaps. Nothing was changed; this is the account you are in now.'

/** Undefined: nobody is signed in here who owes nothing. The first account of the browser is the one the page is about. */
async function enter(room: TenantRoom, request: Request): Promise<Visit | undefined> {
  const { ctx, signIn } = room
  const sessions = await ctx.people.sessions(request.browser.sessions, ctx.now(), request.address)
  const session = sessions[0]
  const account = session && isComplete(ctx, session) ? await signIn.store.accounts.bySubject(session.subject) : undefined
  if (!session || !account) return undefined
  return { room, request, sessions, session, account, fresh: ctx.now() - session.authTime <= recently }
}

const isOffered = ({ offered }: Pick<Section, 'offered'>, room: TenantRoom) => offered?.(room) ?? true

const pathOf = (name: string) => (name === 'overview' ? '/account' : `/account/${name}`)

/** What is common to every page of somebody's account. */
function placeOf({ room, account }: Visit, current: string): Place {
  const { base, ctx } = room
  return {
    base,
    tenant: ctx.tenant.name,
    current: current === 'overview' ? undefined : current,
    sections: sections.filter((section) => isOffered(section, room)),
    person: shown(account),
    switchAccount: wayIn(ctx, { state: current, purpose: 'switch' }),
    signOut: ctx.server.endpoints.has('/logout'),
  }
}

/** Nothing that is not in the table: whoever sends the link can choose among our sentences only. */
function sentence(table: Readonly<Record<string, string>>, name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}

async function pageOf(section: Section, visit: Visit, refused?: RefusedAct): Promise<ViewReply> {
  const content = await section.show(visit, refused)
  const done = visit.request.method === 'GET' ? visit.request.params.get('done') : undefined
  const told = { notice: sentence(section.notices, done), undone: sentence(undone, done), problem: refused?.problem }
  const view = accountView(placeOf(visit, section.name), { title: section.title, ...content, ...told })
  return refused ? { kind: 'view', status: refused.status ?? 422, view, headers: refused.headers ?? {} } : { kind: 'view', view }
}

const overview: Route = {
  path: '/account',
  methods: ['GET'],
  audience: 'person',
  async handle(room, request) {
    const visit = await enter(room, request)
    if (!visit) return { kind: 'redirect', to: wayIn(room.ctx, { state: 'overview', purpose: 'sign-in' }) }
    const place = placeOf(visit, 'overview')
    return { kind: 'view', view: accountView(place, { title: 'Your account', body: overviewPage(place) }) }
  },
}

/** Where the browser comes back to from signing in; `state` is the section, and `.again` after it says that something was not done. */
const comeBack: Route = {
  path: returnPath,
  methods: ['GET'],
  audience: 'person',
  async handle(room, request) {
    const { params } = request
    const [name = '', again] = (params.get('state') ?? '').split('.')
    const path = sections.some((section) => section.name === name) ? pathOf(name) : '/account'
    const failed = params.get('error') !== undefined
    if (failed && !(await enter(room, request))) return { kind: 'view', view: strangerView(room.base) }
    const done = again !== 'again' ? '' : `?done=${failed ? 'unconfirmed' : 'again'}`
    return { kind: 'redirect', to: room.ctx.issuer + path + done }
  },
}

function sectionRoute(section: Section): Route {
  return {
    path: pathOf(section.name),
    methods: ['GET'],
    audience: 'person',
    async handle(room, request) {
      if (!isOffered(section, room)) refuse('not_found', 'there is nothing at this address')
      const visit = await enter(room, request)
      return visit ? pageOf(section, visit) : { kind: 'redirect', to: wayIn(room.ctx, { state: section.name, purpose: 'sign-in' }) }
    },
  }
}

/** The one place where it is checked who posts, for which account, and whether the sign-in is recent enough. */
function actRoute(section: Section, name: string, act: Act): Route {
  return {
    path: `${pathOf(section.name)}/${name}`,
    methods: ['POST'],
    audience: 'person',
    ownForm: true,
    async handle(room, request) {
      if (!isOffered(section, room) || !isOffered(act, room)) refuse('not_found', 'there is nothing at this address')
      request.params.check(new Set())
      const visit = await enter(room, request)
      const state = `${section.name}.again`
      if (!visit) return { kind: 'redirect', to: wayIn(room.ctx, { state, purpose: 'sign-in' }) }
      if (request.params.get('sid') !== visit.session.sid)
        return pageOf(section, visit, { act: undefined, problem: otherAccount, status: 409 })
      if (act.sensitive && !visit.fresh) return { kind: 'redirect', to: confirming(visit, state) }
      return outcomeOf(section, name, act, visit)
    },
  }
}

async function outcomeOf(section: Section, name: string, act: Act, visit: Visit): Promise<Reply | ViewReply> {
  const outcome = await act.run(visit)
  const { subject } = visit.account
  const happening = { act: act.audit, by: { type: 'user', id: subject }, target: subject } as const
  if ('refused' in outcome) {
    const page = await pageOf(section, visit, { ...outcome.refused, act: name })
    return outcome.refused.noted ? { ...page, happened: [{ ...happening, outcome: 'failure' }] } : page
  }
  if ('reply' in outcome) return { ...outcome.reply, happened: [{ ...happening, outcome: 'success' }] }
  const { done, target = subject, remember = {} } = outcome
  const to = `${visit.room.ctx.issuer}${pathOf(section.name)}?done=${done}`
  return { kind: 'redirect', to, remember, happened: [{ ...happening, target, outcome: 'success' }] }
}

export const accountRoutes: readonly Route[] = [
  overview,
  comeBack,
  ...sections.flatMap((section) => [
    sectionRoute(section),
    ...Object.entries(section.acts).map(([name, act]) => actRoute(section, name, act)),
  ]),
]

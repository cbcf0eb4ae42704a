/** "Forgot your password?", and the pages behind the links in our mails. None of it is there where no mail can be sent. */
import { rememberDevice } from '../../identity/devices.ts'
import { findLink, type Mailroom, sendLink, sendNews } from '../../identity/links.ts'
import { passwordProblem } from '../../identity/password-policy.ts'
import { shown } from '../../identity/people.ts'
import { tryMail } from '../../identity/throttle.ts'
import { type Account, foldLogin, isActive, type Link, loginOf } from '../../identity/types.ts'
import { refuse } from '../../protocol/errors.ts'
import type { Page, PageReply } from '../../protocol/request-reply.ts'
import { byThemselves } from '../http/own-event.ts'
import type { Route, TenantRoom } from '../http/route.ts'
import { tooOften } from './too-many-attempts.ts'

const dead = 'this link was used already or has expired; ask for a new one'

/** These routes are served only where there is one. */
const mailroomOf = ({ mailroom }: TenantRoom) => mailroom as Mailroom

const forgotPassword: Route = {
  path: '/forgot-password',
  methods: ['GET'],
  audience: 'person',
  async handle(_, { params }) {
    return { kind: 'page', page: 'forgot-password', data: { flow: params.get('flow'), login: undefined, problem: undefined } }
  },
}

/** Whoever asks sees the same after the same time: whether there is such an account is found out after the answer. */
const sendReset: Route = {
  path: '/forgot-password/send',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(room, { id: requestId, params, address }) {
    const [flow, login = ''] = [params.get('flow'), params.get('login')]
    const wait = await tryMail(room.signIn, { login, address }, room.ctx.now())
    if (wait !== undefined) {
      const data = { flow, login, problem: tooOften(wait) }
      return { kind: 'page', page: 'forgot-password', status: 429, data, headers: { 'retry-after': String(wait) } }
    }
    const mailroom = mailroomOf(room)
    mailroom.later(async () => {
      const account = await mailroom.store.accounts.byLogin(foldLogin(login))
      if (account?.email === undefined || !isActive(account)) return
      const asked = { act: 'user.link', outcome: 'success', target: account.subject, detail: { kind: 'reset' } } as const
      await room.note([asked], { requestId, address })
      await sendLink(mailroom, 'reset', account, account.email)
    })
    return { kind: 'page', page: 'done', data: { what: 'mail-sent', flow } }
  },
}

/** Looking spends nothing: programs that look into mails follow links too. */
const openLink: Route = {
  path: '/link',
  methods: ['GET'],
  audience: 'person',
  async handle(room, { params }) {
    const token = params.need('token')
    const { link, account } = (await findLink(mailroomOf(room), token)) ?? refuse('invalid_request', dead)
    return { kind: 'page', ...pageOf(token, link, account) }
  },
}

function pageOf(token: string, { kind, email }: Link, account: Account): Page {
  const person = shown(account)
  if (kind === 'reset' || kind === 'invitation')
    return { page: 'choose-password', data: { token, kind, username: loginOf(account), person, problem: undefined } }
  return { page: 'confirm-email', data: { token, email, person } }
}

const setPassword: Route = {
  path: '/link/password',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(room, { params, browser }) {
    const { signIn, ctx } = room
    const mailroom = mailroomOf(room)
    const token = params.need('token')
    const { link, account } = (await findLink(mailroom, token)) ?? refuse('invalid_request', dead)
    const page = pageOf(token, link, account)
    if (page.page !== 'choose-password') refuse('invalid_request', dead, 'the link is for something else')
    const [text = '', repeated = ''] = [params.get('password'), params.get('repeated')]
    const problem = passwordProblem(text, { repeated, account, isPopular: signIn.passwords.isPopular })
    if (problem) return { kind: 'page', status: 400, page: page.page, data: { ...page.data, problem } }
    const hash = await signIn.passwords.hash(text)
    if (!(await mailroom.store.links.setPassword(link.hash, hash, ctx.now()))) refuse('invalid_request', dead)
    if (link.kind === 'reset') mailroom.later(() => sendNews(mailroom, { kind: 'password-changed' }, account))
    const device = await rememberDevice(signIn, browser.device, account.subject, ctx.now())
    return { ...finished('password-set'), remember: { device }, happened: [byThemselves('user.recovery', account)] }
  },
}

const confirmEmail: Route = {
  path: '/link/confirm',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(room, { params }) {
    const mailroom = mailroomOf(room)
    const { link, account } = (await findLink(mailroom, params.need('token'))) ?? refuse('invalid_request', dead)
    if (link.kind !== 'verification' && link.kind !== 'email-change') refuse('invalid_request', dead, 'the link is for something else')
    const outcome = await mailroom.store.links.confirmEmail(link.hash, room.ctx.now())
    if (outcome === 'taken') refuse('invalid_request', 'another account has this e-mail address by now')
    if (outcome === 'unknown') refuse('invalid_request', dead)
    if (link.kind === 'email-change') mailroom.later(() => sendNews(mailroom, { kind: 'email-changed' }, account))
    return { ...finished('email-confirmed'), happened: [byThemselves('user.email', account)] }
  },
}

function finished(what: 'password-set' | 'email-confirmed'): PageReply {
  return { kind: 'page', page: 'done', data: { what, flow: undefined } }
}

export const linkRoutes: readonly Route[] = [forgotPassword, sendReset, openLink, setPassword, confirmEmail]

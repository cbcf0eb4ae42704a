/** "Forgot your password?", and the pages that links in mails lead to. Served only where mail can be sent. */

import { type Account, foldLogin, isActive, type Link, loginOf } from '../../identity/account.ts'
import { rememberDevice } from '../../identity/devices.ts'
import { findLink, type MailDeps, sendLink } from '../../identity/links.ts'
import { passwordProblem } from '../../identity/password-policy.ts'
import { shown } from '../../identity/people.ts'
import { countMail, mayReset } from '../../identity/throttle.ts'
import { refuse } from '../../protocol/errors.ts'
import { liveFlow } from '../../protocol/flow.ts'
import type { Page, PageReply } from '../../protocol/request-reply.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { connectByLink, connectPage } from '../upstream/mailed-link.ts'
import { tooManyAttempts } from './too-many-attempts.ts'

const dead = 'this link was already used or has expired; request a new one'

/** These routes are served only where mail can be sent. */
const mailOf = ({ mail }: WebTenant) => mail as MailDeps

const forgotPassword: Route = {
  path: '/forgot-password',
  methods: ['GET'],
  audience: 'person',
  async handle(_, { params }) {
    return { kind: 'page', page: 'forgot-password', data: { flow: params.get('flow'), login: params.get('login'), problem: undefined } }
  },
}

/** The response is the same after the same time: whether there is such an account is looked up afterwards. */
const sendReset: Route = {
  path: '/forgot-password/send',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(tenant, { id: requestId, params, address }) {
    const [flow, login = ''] = [params.get('flow'), params.get('login')]
    const wait = await countMail(tenant.signIn, 'reset', { logins: [login], address }, tenant.ctx.now())
    if (wait !== undefined) {
      const data = { flow, login, problem: tooManyAttempts(wait) }
      return { kind: 'page', page: 'forgot-password', status: 429, data, headers: { 'retry-after': String(wait) } }
    }
    const mail = mailOf(tenant)
    mail.inBackground(async () => {
      const account = await mail.store.accounts.byLogin(foldLogin(login))
      if (account?.email === undefined || !isActive(account)) return
      if (!(await mayReset(tenant.signIn, account, tenant.ctx.now()))) return
      const asked = { act: 'user.link', outcome: 'success', target: account.subject, detail: { kind: 'reset' } } as const
      await tenant.recordAudit([asked], { requestId, address })
      await sendLink(mail, 'reset', account, account.email, { flow: tenant.ctx.tokens.hash('fl', flow ?? '') && flow })
    })
    return { kind: 'page', page: 'done', data: { what: 'mail-sent', flow } }
  },
}

/** Opening it spends nothing: mail scanners follow links too. */
const openLink: Route = {
  path: '/link',
  methods: ['GET'],
  audience: 'person',
  wayOn: 'new-link',
  async handle(tenant, request) {
    const { params } = request
    const token = params.need('token')
    const found = (await findLink(mailOf(tenant), token)) ?? refuse('invalid_request', dead)
    if (found.link.kind === 'connection') return connectPage(tenant, request, found)
    return { kind: 'page', ...pageOf(token, found.link, found.account, params.get('flow')) }
  },
}

function pageOf(token: string, { kind, email }: Link, account: Account, flow?: string): Page {
  const person = shown(account)
  if (kind === 'reset' || kind === 'invitation')
    return { page: 'choose-password', data: { token, kind, username: loginOf(account), person, flow, problem: undefined } }
  return { page: 'confirm-email', data: { token, email, person } }
}

const setPassword: Route = {
  path: '/link/password',
  methods: ['POST'],
  audience: 'person',
  wayOn: 'new-link',
  ownForm: true,
  async handle(tenant, { params, browser }) {
    const { signIn, ctx } = tenant
    const mail = mailOf(tenant)
    const token = params.need('token')
    const { link, account } = (await findLink(mail, token)) ?? refuse('invalid_request', dead)
    const flow = params.get('flow')
    const page = pageOf(token, link, account, flow)
    if (page.page !== 'choose-password') refuse('invalid_request', dead, 'the link is of another kind')
    const [text = '', repeated] = [params.get('password'), params.get('repeated')]
    const problem = passwordProblem(text, { repeated, account, isPopular: signIn.passwords.isPopular })
    if (problem) return { kind: 'page', status: 400, page: page.page, data: { ...page.data, problem } }
    const hash = await signIn.passwords.hash(text)
    if (!(await mail.store.links.setPassword(link.hash, hash, ctx.now()))) refuse('invalid_request', dead)
    if (link.kind === 'reset') await signIn.notify({ kind: 'password-changed' }, account)
    const device = await rememberDevice(signIn, browser.device, account.subject, ctx.now())
    const live = flow !== undefined && (await liveFlow(ctx, flow, browser))
    return { ...finished('password-set', live ? flow : undefined), remember: { device }, auditEvents: [ownEvent('user.recovery', account)] }
  },
}

const confirmEmail: Route = {
  path: '/link/confirm',
  methods: ['POST'],
  audience: 'person',
  wayOn: 'new-link',
  ownForm: true,
  async handle(tenant, { params }) {
    const mail = mailOf(tenant)
    const { link, account } = (await findLink(mail, params.need('token'))) ?? refuse('invalid_request', dead)
    const outcome = await mail.store.links.confirmEmail(link.hash, tenant.ctx.now())
    if (outcome === 'taken') refuse('invalid_request', 'another account now has this email address')
    if (outcome === 'unknown') refuse('invalid_request', dead)
    if (link.kind === 'email-change') await tenant.signIn.notify({ kind: 'email-changed' }, account)
    return { ...finished('email-confirmed'), auditEvents: [ownEvent('user.email', account)] }
  },
}

function finished(what: 'password-set' | 'email-confirmed', flow?: string): PageReply {
  return { kind: 'page', page: 'done', data: { what, flow } }
}

export const linkRoutes: readonly Route[] = [forgotPassword, sendReset, openLink, setPassword, confirmEmail, connectByLink]

/** What a person can do during a flow besides consenting. Each form records an answer and returns to `/authorize/continue`. */

import type { Account } from '../../identity/account.ts'
import { replacePassword } from '../../identity/accounts.ts'
import { rememberDevice } from '../../identity/devices.ts'
import { failedSignIn } from '../../identity/failed-sign-in.ts'
import { passwordProblem } from '../../identity/password-policy.ts'
import { checkPassword, type SignInDeps, startSession } from '../../identity/sign-in.ts'
import { attemptPassword } from '../../identity/throttle.ts'
import { refuse } from '../../protocol/errors.ts'
import { continueUrl } from '../../protocol/flow.ts'
import { applicationOf } from '../../protocol/respond.ts'
import { signInPage } from '../../protocol/sign-in-page.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route } from '../http/route.ts'
import { completeSignIn, flowRequestOf } from './complete.ts'
import { enrolment, passkey, secondFactor } from './second-factor.ts'
import { tooManyAttempts } from './too-many-attempts.ts'

const wrong = 'The user name, email or password is not right. Please try again.'

const signIn: Route = {
  path: '/authorize/sign-in',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(tenant, request) {
    const { ctx, signIn } = tenant
    const { params, browser, address } = request
    const flowRequest = await flowRequestOf(ctx, request)
    const { client, flowToken, sessions } = flowRequest
    const [username = '', password = ''] = [params.get('username'), params.get('password')]
    const shown = { client, flowToken, loginHint: username, canChoose: sessions.length > 0 }
    const source = { login: username, address, device: browser.device }
    const { wait, result: signedIn } = await attemptPassword(signIn, source, ctx.now(), async () => {
      const account = await checkPassword(signIn, username, password)
      return account && completeSignIn(tenant, flowRequest, account)
    })
    if (wait !== undefined) {
      const page = await signInPage(ctx, { ...shown, problem: tooManyAttempts(wait), throttled: true })
      return { kind: 'page', ...page, status: 429, headers: { 'retry-after': String(wait) } }
    }
    if (signedIn) return signedIn
    const auditEvents = [await failedSignIn(signIn, username, 'page')]
    return { kind: 'page', ...(await signInPage(ctx, { ...shown, problem: wrong })), status: 401, auditEvents }
  },
}

const chooseAccount: Route = {
  path: '/authorize/choose-account',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle({ ctx }, request) {
    const { flowToken, flow, sessions } = await flowRequestOf(ctx, request)
    const sid = request.params.get('sid')
    if (sid === undefined) return { kind: 'redirect', to: `${continueUrl(ctx, flowToken)}&another=1` }
    const chosen =
      sessions.find((s) => s.sid === sid) ?? refuse('invalid_request', 'that account is no longer signed in here; go back and choose again')
    await ctx.store.flows.answer(flow.id, 'choose-account')
    const ids = [chosen, ...sessions.filter((s) => s !== chosen)].map((s) => s.id)
    return { kind: 'redirect', to: continueUrl(ctx, flowToken), remember: { sessions: ids } }
  },
}

/** Signed in with a temporary password: the person chooses a new one, and every other session ends. */
const newPassword: Route = {
  path: '/authorize/new-password',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle({ ctx, signIn, accounts }, request) {
    const { params, browser } = request
    const { client, flowToken, sessions } = await flowRequestOf(ctx, request)
    const session =
      sessions.find((s) => s.requiredAction === 'new-password') ??
      refuse('invalid_request', 'there is no password to change; go back and start again')
    const text = params.get('password') ?? ''
    const account = (await signIn.store.accounts.bySubject(session.subject)) ?? refuse('access_denied', 'the account no longer exists')
    const problem = await problemOf(signIn, account, text, params.get('repeated'))
    if (problem) {
      const { sid, name, detail } = session
      return {
        kind: 'page',
        page: 'new-password',
        status: 400,
        data: { flow: flowToken, application: applicationOf(client), person: { sid, name, detail }, problem },
      }
    }
    const passwordHash = await replacePassword(accounts, account, text)
    const changed = passwordHash === undefined ? undefined : { ...account, passwordHash }
    const ids = changed && (await startSession(signIn, changed, sessions, { ...session, now: ctx.now(), from: request }))
    if (!ids) refuse('access_denied', 'the password was changed elsewhere at this moment; go back and sign in again')
    const device = await rememberDevice(signIn, browser.device, account.subject, ctx.now())
    return {
      kind: 'redirect',
      to: continueUrl(ctx, flowToken),
      remember: { sessions: ids, device },
      auditEvents: [ownEvent('user.password', account)],
    }
  },
}

async function problemOf(
  { passwords }: SignInDeps,
  account: Account,
  text: string,
  repeated: string | undefined,
): Promise<string | undefined> {
  const problem = passwordProblem(text, { repeated, account, isPopular: passwords.isPopular })
  if (problem) return problem
  return (await passwords.verify(text, account.passwordHash)) ? 'Please choose a password other than the one you were given.' : undefined
}

export const steps: readonly Route[] = [signIn, chooseAccount, newPassword, passkey, secondFactor, enrolment]

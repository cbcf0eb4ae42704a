/** The password of an account: choosing another, or a first one — NIST SP 800-63B-4 §3.1.1.2. */

import { UnusablePassword } from '../../crypto/passwords.ts'
import { loginOf } from '../../identity/account.ts'
import { replacePassword } from '../../identity/accounts.ts'
import { rememberDevice } from '../../identity/devices.ts'
import { passwordProblem } from '../../identity/password-policy.ts'
import { startSession } from '../../identity/sign-in.ts'
import { attemptPassword } from '../../identity/throttle.ts'
import { passwordPage } from '../pages/account/password.ts'
import { tooManyAttempts } from '../sign-in/too-many-attempts.ts'
import { confirmUrl } from './client.ts'
import type { AccountRequest, Outcome, Refused, Section } from './section.ts'

const fault = (name: string, text: string): Refused => ({ faults: { [name]: text } })

async function change(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, request, account, session, sessions } = accountRequest
  const { params } = request
  const { passwords } = tenant.signIn
  const [text = '', repeated] = [params.get('password'), params.get('repeated')]
  const wrong = await problemOfCurrent(accountRequest, params.get('current') ?? '')
  if (wrong) return { refused: wrong }
  const problem = passwordProblem(text, { repeated, account, isPopular: passwords.isPopular })
  if (problem) return { refused: fault('password', problem) }
  if (await passwords.verify(text, account.passwordHash)) return { refused: fault('password', 'This is the password you have already.') }
  const to = await replacePassword(tenant.accounts, account, text).catch((error: unknown) => {
    if (error instanceof UnusablePassword) return fault('password', error.message)
    throw error
  })
  if (typeof to === 'object') return { refused: to }
  if (to === undefined)
    return { refused: { problem: 'Your password was changed in the meantime, perhaps in another window.', status: 409 } }

  const now = tenant.ctx.now()
  const ids = await startSession(tenant.signIn, { ...account, passwordHash: to }, sessions, { ...session, now, from: request })
  const device = await rememberDevice(tenant.signIn, request.browser.device, account.subject, now)
  return { done: 'changed', remember: { device, ...(ids && { sessions: ids }) } }
}

/** Counts like an attempt on the sign-in page, so that the password cannot be guessed here either, in an unattended browser. */
async function problemOfCurrent({ tenant, request, account }: AccountRequest, current: string): Promise<Refused | undefined> {
  const { subject, passwordHash } = account
  if (passwordHash === undefined) return undefined
  const source = { login: loginOf(account), address: request.address, device: request.browser.device }
  const { signIn, ctx } = tenant
  const { wait, result } = await attemptPassword(signIn, source, ctx.now(), async () =>
    (await signIn.passwords.verify(current, passwordHash)) ? subject : undefined,
  )
  if (wait !== undefined) return { problem: tooManyAttempts(wait), status: 429, headers: { 'retry-after': String(wait) } }
  return result === undefined ? { ...fault('current', 'This is not your password. Please try again.'), auditEvent: true } : undefined
}

export const password: Section = {
  name: 'password',
  title: 'Password',
  summary: 'Change your password',
  async show(accountRequest, refused) {
    const { tenant, session, account, fresh } = accountRequest
    const confirm = fresh ? undefined : confirmUrl(accountRequest, 'password')
    return {
      body: passwordPage({
        base: tenant.base,
        sid: session.sid,
        username: loginOf(account),
        exists: account.passwordHash !== undefined,
        confirm,
        faults: refused?.faults ?? {},
      }),
    }
  },
  state: async ({ account: { passwordHash } }) => ({ text: passwordHash === undefined ? 'None: you sign in without one' : 'Set' }),
  actions: { change: { sensitive: true, audit: 'user.password', run: change } },
  notices: { changed: 'Your password is saved. Everything else that was signed in with the old one is signed out.' },
}

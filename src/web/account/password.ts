/** The password of an account: choosing another, or a first one — NIST SP 800-63B-4 §3.1.1.2. */

import { UnusablePassword } from '../../crypto/passwords.ts'
import { replacePassword } from '../../identity/accounts.ts'
import { passwordProblem } from '../../identity/password-policy.ts'
import { startSession } from '../../identity/sign-in.ts'
import { countSignIn } from '../../identity/throttle.ts'
import { loginOf } from '../../identity/types.ts'
import { passwordPage } from '../pages/account/password.ts'
import { tooManyAttempts } from '../sign-in/too-many-attempts.ts'
import { confirmUrl } from './client.ts'
import type { AccountRequest, Outcome, Refused, Section } from './section.ts'

const fault = (name: string, text: string): Refused => ({ faults: { [name]: text } })

async function change(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, request, account, session, sessions } = accountRequest
  const { params } = request
  const { passwords } = tenant.signIn
  const [text = '', repeated = ''] = [params.get('password'), params.get('repeated')]
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
  if (to === undefined) return { refused: { problem: 'Your password was changed meanwhile, in another window perhaps.', status: 409 } }

  tenant.signIn.notify({ kind: 'password-changed' }, account)
  const changed = { ...account, passwordHash: to }
  const ids = await startSession(tenant.signIn, changed, sessions, { ...session, now: tenant.ctx.now(), from: request })
  return { done: 'changed', ...(ids && { remember: { sessions: ids } }) }
}

/** Guesses count as those at the sign-in page do: whoever sits down at somebody's browser cannot find it out here. */
async function problemOfCurrent({ tenant, request, account }: AccountRequest, current: string): Promise<Refused | undefined> {
  if (account.passwordHash === undefined) return undefined
  const source = { login: loginOf(account), address: request.address, device: request.browser.device }
  const { wait, succeeded } = await countSignIn(tenant.signIn, source, tenant.ctx.now())
  if (wait !== undefined) return { problem: tooManyAttempts(wait), status: 429, headers: { 'retry-after': String(wait) } }
  if (!(await tenant.signIn.passwords.verify(current, account.passwordHash)))
    return { ...fault('current', 'This is not your password. Please try again.'), auditEvent: true }
  await succeeded()
  return undefined
}

export const password: Section = {
  name: 'password',
  title: 'Password',
  summary: 'What you sign in with',
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
  actions: { change: { sensitive: true, audit: 'user.password', run: change } },
  notices: { changed: 'Your password is saved. Everything else that was signed in with the old one is signed out.' },
}

/** The email address of an account: verifying it, and changing it by a link to the new one — NIST SP 800-63B-4 §4.2.1. */
import { type Account, foldLogin } from '../../identity/account.ts'
import { type MailDeps, queueLink } from '../../identity/links.ts'
import { countMail } from '../../identity/throttle.ts'
import { emailAddress } from '../../protocol/email-address.ts'
import type { WebTenant } from '../http/route.ts'
import { emailPage } from '../pages/account/email.ts'
import { html } from '../pages/html.ts'
import { address } from '../pages/names.ts'
import { tooManyAttempts } from '../sign-in/too-many-attempts.ts'
import { confirmUrl } from './client.ts'
import type { AccountRequest, Outcome, Refused, Section } from './section.ts'

const schema = emailAddress({
  wrong: 'This must be an email address, such as ada@example.com.',
  long: 'This is too long for an email address.',
})

const hasMail = ({ mail }: WebTenant) => mail !== undefined

const isVerified = ({ claims }: Account) => claims['email_verified'] === true

/** These actions are served only where mail can be sent. */
const mailOf = ({ mail }: WebTenant) => mail as MailDeps

async function tooMany(
  { tenant, request: { address } }: AccountRequest,
  purpose: 'verification' | 'email-change',
  logins: readonly string[],
): Promise<Refused | undefined> {
  const wait = await countMail(tenant.signIn, purpose, { logins, address }, tenant.ctx.now())
  return wait === undefined ? undefined : { problem: tooManyAttempts(wait), status: 429, headers: { 'retry-after': String(wait) } }
}

async function verify(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, account } = accountRequest
  const { email } = account
  if (email === undefined) return { refused: { problem: 'There is no address to confirm yet.' } }
  if (isVerified(account)) return { refused: { problem: 'This address is confirmed already.' } }
  const refused = await tooMany(accountRequest, 'verification', [account.username])
  if (refused) return { refused }
  await queueLink(mailOf(tenant), 'verification', account, email)
  return { done: 'sent' }
}

/** Whether another account has the address is not revealed here: only the reader of its mail learns it. */
async function change(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, request, account } = accountRequest
  const checked = schema.safeParse(request.params.get('email')?.trim() ?? '')
  if (!checked.success) return { refused: { faults: { email: checked.error.issues[0]?.message ?? '' } } }
  const email = checked.data
  if (account.email !== undefined && foldLogin(email) === foldLogin(account.email))
    return { refused: { faults: { email: 'This is your address already.' } } }
  const refused = await tooMany(accountRequest, 'email-change', [account.username, email]) // many accounts cannot flood one mailbox either
  if (refused) return { refused }
  await queueLink(mailOf(tenant), 'email-change', account, email)
  return { done: 'asked' }
}

export const email: Section = {
  name: 'email',
  title: 'Email',
  summary: 'The address for mails about your account',
  async show(accountRequest, refused) {
    const { tenant, request, session, account, fresh } = accountRequest
    const confirm = fresh ? undefined : confirmUrl(accountRequest, 'email')
    return {
      body: emailPage({
        base: tenant.base,
        sid: session.sid,
        email: account.email,
        verified: isVerified(account),
        mail: hasMail(tenant),
        confirm,
        typed: refused?.act === 'change' ? request.params.get('email') : undefined,
        fault: refused?.faults?.['email'],
      }),
    }
  },
  state: async ({ account }) =>
    account.email === undefined
      ? { text: 'None yet', open: true }
      : { text: html`${address(account.email)}${!isVerified(account) && ', not confirmed yet'}`, open: !isVerified(account) },
  actions: {
    verify: { sensitive: false, audit: 'user.link', offered: hasMail, run: verify },
    change: { sensitive: true, audit: 'user.link', offered: hasMail, run: change },
  },
  notices: {
    sent: 'We have sent a link to your address. It works once, within one day.',
    asked: 'We have sent a link to the new address. Your address changes when you follow it, within one day.',
  },
}

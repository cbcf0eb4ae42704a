/** The e-mail address of an account: proving it, and changing it by a link to the new one — NIST SP 800-63B-4 §4.2.1. */
import { z } from 'zod'
import { type Mailroom, sendLink } from '../../identity/links.ts'
import { tryMail } from '../../identity/throttle.ts'
import { type Account, foldLogin } from '../../identity/types.ts'
import type { TenantRoom } from '../http/route.ts'
import { emailPage } from '../pages/account/email.ts'
import { tooOften } from '../sign-in/too-many-attempts.ts'
import { confirming } from './client.ts'
import type { Outcome, Refused, Section, Visit } from './section.ts'

const schema = z.email('This must be an e-mail address, such as ada@example.com.').max(254, 'This is too long for an e-mail address.')

const hasMail = ({ mailroom }: TenantRoom) => mailroom !== undefined

const isVerified = ({ claims }: Account) => claims['email_verified'] === true

/** These acts are served only where there is one. */
const mailroomOf = ({ mailroom }: TenantRoom) => mailroom as Mailroom

/** Counted for the account and for the address: many accounts together cannot flood one mailbox either. */
async function tooMany({ room, request, account }: Visit, email: string): Promise<Refused | undefined> {
  for (const login of new Set([account.username, email].map(foldLogin))) {
    const wait = await tryMail(room.signIn, { login, address: request.address }, room.ctx.now())
    if (wait !== undefined) return { problem: tooOften(wait), status: 429, headers: { 'retry-after': String(wait) } }
  }
  return undefined
}

async function verify(visit: Visit): Promise<Outcome> {
  const { room, account } = visit
  const { email } = account
  if (email === undefined) return { refused: { problem: 'There is no address to confirm yet.' } }
  if (isVerified(account)) return { refused: { problem: 'This address is confirmed already.' } }
  const refused = await tooMany(visit, email)
  if (refused) return { refused }
  const mailroom = mailroomOf(room)
  mailroom.later(() => sendLink(mailroom, 'verification', account, email))
  return { done: 'sent' }
}

/** Whether somebody else has the address is not told here: only who reads its mail learns it. */
async function change(visit: Visit): Promise<Outcome> {
  const { room, request, account } = visit
  const checked = schema.safeParse(request.params.get('email')?.trim() ?? '')
  if (!checked.success) return { refused: { faults: { email: checked.error.issues[0]?.message ?? '' } } }
  const email = checked.data
  if (account.email !== undefined && foldLogin(email) === foldLogin(account.email))
    return { refused: { faults: { email: 'This is your address already.' } } }
  const refused = await tooMany(visit, email)
  if (refused) return { refused }
  const mailroom = mailroomOf(room)
  mailroom.later(() => sendLink(mailroom, 'email-change', account, email))
  return { done: 'asked' }
}

export const email: Section = {
  name: 'email',
  title: 'E-mail',
  summary: 'Where mails about your account go',
  async show(visit, refused) {
    const { room, request, session, account, fresh } = visit
    const confirm = fresh ? undefined : confirming(visit, 'email')
    return {
      body: emailPage({
        base: room.base,
        sid: session.sid,
        email: account.email,
        verified: isVerified(account),
        mail: hasMail(room),
        confirm,
        typed: refused?.act === 'change' ? request.params.get('email') : undefined,
        fault: refused?.faults?.['email'],
      }),
    }
  },
  acts: {
    verify: { sensitive: false, audit: 'user.link', offered: hasMail, run: verify },
    change: { sensitive: true, audit: 'user.link', offered: hasMail, run: change },
  },
  notices: {
    sent: 'A link is on its way to your address. It works once, within one day.',
    asked: 'A link is on its way to the new address. Your address is changed when you have followed it, within one day.',
  },
}

/** `/api/v1/admin/users/:id/links`: links sent to a person by email. */
import { z } from 'zod'
import { type Account, isActive, type LinkKind } from '../../../identity/account.ts'
import { type MailDeps, sendLink } from '../../../identity/links.ts'
import { Unavailable } from '../../../protocol/errors.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { manageableAccount } from './people.ts'

const send = adminRoute(
  'users:links',
  {
    method: 'POST',
    path: `${administrationPath}/users/:id/links`,
    summary: 'Send a link with which the person chooses a password or confirms the email address',
    body: z.strictObject({ kind: z.enum(['invitation', 'reset', 'verification']) }),
    answer: z.object({ kind: z.string(), email: z.string().describe('Where it was sent') }),
    status: 202,
    act: 'user.link',
  },
  async ({ tenant, body, path }, by) => {
    const account = await manageableAccount(tenant, by, path.id)
    if (!isActive(account)) problem(409, 'invalid_request', 'the account is suspended')
    const way = mailable(tenant, account.email)
    if (!(await sendOrSay(way, body.kind, account))) throw new Unavailable('the mail server did not accept the mail')
    return { answer: { kind: body.kind, email: way.email }, detail: { kind: body.kind } }
  },
)

interface Way {
  mail: MailDeps
  email: string
}

/** Refuses when no mail can be sent, or the account has no address. */
export function mailable({ mail }: WebTenant, email: string | undefined): Way {
  if (!mail) problem(409, 'invalid_request', 'the server cannot send mail; it has no mail settings')
  if (email === undefined) problem(422, 'invalid_request', 'the account has no email address', [{ field: 'email', rule: 'is missing' }])
  return { mail, email }
}

/** False when the mail cannot be sent. One that the mail server does not accept now is retried. */
export async function sendOrSay({ mail, email }: Way, kind: LinkKind, account: Account): Promise<boolean> {
  return (await sendLink(mail, kind, account, email)).outcome !== 'lost'
}

export const linkSendingRoutes: readonly JsonRoute[] = [send]

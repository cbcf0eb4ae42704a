/** `/api/v1/admin/users/:id/links`: links to a person by e-mail. */
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
    summary: 'Send a link by which the person chooses a password or proves the e-mail address',
    body: z.strictObject({ kind: z.enum(['invitation', 'reset', 'verification']) }),
    answer: z.object({ kind: z.string(), email: z.string().describe('Where it was sent') }),
    status: 202,
    act: 'user.link',
  },
  async ({ tenant, body, path }, by) => {
    const account = await manageableAccount(tenant, by, path.id)
    if (!isActive(account)) problem(409, 'invalid_request', 'the account is suspended')
    const way = mailable(tenant, account.email)
    if (!(await sendOrSay(way, body.kind, account))) throw new Unavailable('the mail could not be handed on')
    return { answer: { kind: body.kind, email: way.email }, detail: { kind: body.kind } }
  },
)

interface Way {
  mail: MailDeps
  email: string
}

/** Refuses when nothing can be sent there. */
export function mailable({ mail }: WebTenant, email: string | undefined): Way {
  if (!mail) problem(409, 'invalid_request', 'no mail can be sent from here; the server has no mail settings')
  if (email === undefined)
    problem(422, 'invalid_request', 'there is nowhere to send the link', [{ field: 'email', rule: 'the account has none' }])
  return { mail, email }
}

/** False when the mail is lost. One that the mail server does not take now is on its way: it is tried again. */
export async function sendOrSay({ mail, email }: Way, kind: LinkKind, account: Account): Promise<boolean> {
  return (await sendLink(mail, kind, account, email)).outcome !== 'lost'
}

export const linkSendingRoutes: readonly JsonRoute[] = [send]

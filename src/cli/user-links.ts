/** `gatehouse users invite`, `send-reset` and the like: links that go to a person by e-mail. */
import type { Command } from 'commander'
import { accountSchema, createAccount } from '../identity/accounts.ts'
import { type Mailroom, sendLink } from '../identity/links.ts'
import type { Account, LinkKind } from '../identity/types.ts'
import type { Room } from '../tenant.ts'
import { accountByFlags, addAccountFlags, newAccountFlags } from './account-flags.ts'
import { confirm, type UpkeepFlags, upkeepCommand } from './admin-command.ts'
import { flagOf } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, refuse, toldIssues } from './problems.ts'
import type { Terminal } from './terminal.ts'
import { findUser } from './users.ts'

export function userLinks(group: Command, terminal: Terminal): void {
  const invite = upkeepCommand(group, 'invite', 'make an account and send a link by which its owner chooses a password', [
    'gatehouse users invite --username ada --email ada@example.com --name "Ada Lovelace"',
  ])
  addAccountFlags(invite, newAccountFlags).action((_: unknown, command: Command) =>
    withTenant(terminal, command.optsWithGlobals<UpkeepFlags>(), async (room, done) => {
      const account = checked(accountSchema, await accountByFlags(room, command, newAccountFlags), flagOf)
      const email = account.email ?? refuse('--email is missing')
      const mailroom = mailroomOf(room)
      const made = await toldIssues(flagOf, createAccount(room.accounts, account, undefined))
      await done('user.create', made.subject)
      await send(terminal, command.optsWithGlobals<UpkeepFlags>(), mailroom, 'invitation', made, email)
      await done('user.link', made.subject, { kind: 'invitation' })
    }),
  )
  for (const [verb, kind, summary] of [
    ['send-reset', 'reset', 'send a link by which the person chooses a new password'],
    ['send-verification', 'verification', 'send a link that proves the e-mail address'],
  ] as const) {
    upkeepCommand(group, `${verb} <login>`, summary, [`gatehouse users ${verb} ada`]).action((login: string, flags: UpkeepFlags) =>
      withTenant(terminal, flags, async (room, done) => {
        const account = await findUser(room, login)
        const email = account.email ?? refuse(`${account.username} has no e-mail address`)
        await send(terminal, flags, mailroomOf(room), kind, account, email)
        await done('user.link', account.subject, { kind })
      }),
    )
  }
  upkeepCommand(
    group,
    'change-email <login> <address>',
    'send a link to a new address, which becomes that of the account when it is followed',
    ['gatehouse users change-email ada countess@example.com'],
  ).action((login: string, address: string, flags: UpkeepFlags) =>
    withTenant(terminal, flags, async (room, done) => {
      const account = await findUser(room, login)
      const email = checked(accountSchema.shape.email.unwrap(), address, () => 'the address')
      await send(terminal, flags, mailroomOf(room), 'email-change', account, email)
      await done('user.link', account.subject, { kind: 'email-change' })
    }),
  )
}

function mailroomOf({ mailroom }: Room): Mailroom {
  return mailroom ?? refuse('no mail can be sent: set mail.smtp_url and mail.from')
}

async function send(terminal: Terminal, { json }: UpkeepFlags, mailroom: Mailroom, kind: LinkKind, account: Account, email: string) {
  const { subject, username } = account
  if (account.status !== 'active') refuse(`${username} is suspended`)
  await sendLink(mailroom, kind, account, email).catch((error: { code?: unknown; responseCode?: unknown }) =>
    refuse(
      `the mail could not be sent (${error.responseCode ?? error.code ?? 'unknown reason'}): see mail.smtp_url, then say "users send-reset"`,
    ),
  )
  confirm(terminal, json, { sub: subject, email, sent: kind }, `A link for ${username} is on its way to ${email}.`)
}

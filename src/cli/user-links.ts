/** `gatehouse users invite`, `send-reset` and the like: links sent to a person by email. */
import type { Command } from 'commander'
import type { App } from '../app.ts'
import type { Account, LinkKind } from '../identity/account.ts'
import { accountSchema, createAccount } from '../identity/accounts.ts'
import { type MailDeps, sendLink } from '../identity/links.ts'
import type { Tenant } from '../tenant.ts'
import { accountByFlags, addAccountFlags, newAccountFlags } from './account-flags.ts'
import { type AdminFlags, adminCommand, all, confirm, printTable } from './admin-command.ts'
import { flagOf } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, refuse, withIssuesRenamed } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'
import { findUser } from './users.ts'

export function userLinks(group: Command, terminal: Terminal): void {
  const invite = adminCommand(group, 'invite', 'create an account and send a link with which its owner chooses a password', [
    'gatehouse users invite --username ada --email ada@example.com --name "Ada Lovelace"',
  ])
  addAccountFlags(invite, newAccountFlags).action((flags: AdminFlags, command: Command) =>
    withTenant(terminal, flags, async (tenant, done, app) => {
      const account = checked(accountSchema, await accountByFlags(tenant, command, newAccountFlags), flagOf)
      const email = account.email ?? refuse('--email is missing')
      const mail = mailDepsOf(tenant)
      const made = await withIssuesRenamed(flagOf, createAccount(tenant.accounts, account, undefined))
      await done('user.create', made.subject)
      await send({ terminal, flags, app }, mail, 'invitation', made, email)
      await done('user.link', made.subject, { kind: 'invitation' })
    }),
  )
  invitations(group, terminal)
  for (const [verb, kind, summary] of [
    ['send-invitation', 'invitation', 'send a new invitation, which replaces the earlier one'],
    ['send-reset', 'reset', 'send a link with which the person chooses a new password'],
    ['send-verification', 'verification', 'send a link that confirms the email address'],
  ] as const) {
    adminCommand(group, `${verb} <login>`, summary, [`gatehouse users ${verb} ada`]).action((login: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant, done, app) => {
        const account = await findUser(tenant, login)
        const email = account.email ?? refuse(`${account.username} has no email address`)
        await send({ terminal, flags, app }, mailDepsOf(tenant), kind, account, email)
        await done('user.link', account.subject, { kind })
      }),
    )
  }
  adminCommand(
    group,
    'change-email <login> <address>',
    'send a link to a new email address, which replaces the old one when the link is used',
    ['gatehouse users change-email ada countess@example.com'],
  ).action((login: string, address: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant, done, app) => {
      const account = await findUser(tenant, login)
      const email = checked(accountSchema.shape.email.unwrap(), address, () => 'the address')
      await send({ terminal, flags, app }, mailDepsOf(tenant), 'email-change', account, email)
      await done('user.link', account.subject, { kind: 'email-change' })
    }),
  )
}

function invitations(group: Command, terminal: Terminal): void {
  adminCommand(group, 'invitations', 'list invitations that are in force', ['gatehouse users invitations']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store, ctx }) => {
      const found = await all(
        (ask) => store.links.invitations({ ...ask, now: ctx.now() }),
        ({ account }) => account.subject,
      )
      const shown = found.map(({ link, account: { subject, username } }) => ({
        ...{ sub: subject, username, email: link.email, expires_at: link.expiresAt },
      }))
      const rows = shown.map(({ username, email, expires_at }) => [username, email, dateOf(expires_at)])
      printTable(terminal, flags.json, shown, ['username', 'email', 'expires'], rows)
    }),
  )
  adminCommand(group, 'revoke-invitation <login>', 'revoke an invitation; the account stays', [
    'gatehouse users revoke-invitation ada',
  ]).action((login: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const { subject, username } = await findUser(tenant, login)
      if (!(await tenant.store.links.endInvitation(subject, tenant.ctx.now()))) refuse(`${username} has no invitation in force`)
      await done('user.link-remove', subject, { kind: 'invitation' })
      confirm(terminal, flags.json, { sub: subject, revoked: 'invitation' }, `The invitation of ${username} is revoked.`)
    }),
  )
}

function mailDepsOf({ mail }: Tenant): MailDeps {
  return mail ?? refuse('email cannot be sent: set mail.smtp_url and mail.from')
}

interface Asked {
  terminal: Terminal
  flags: AdminFlags
  app: App
}

async function send({ terminal, flags: { json }, app }: Asked, mail: MailDeps, kind: LinkKind, account: Account, email: string) {
  const { subject, username } = account
  if (account.status !== 'active') refuse(`${username} is suspended`)
  const sent = await sendLink(mail, kind, account, email)
  if (sent.outcome === 'lost')
    refuse(`the mail could not be sent (${sent.reason}): see mail.smtp_url, then run "gatehouse users send-reset"`)
  if (sent.outcome === 'deferred')
    terminal.stderr.write(`The mail server does not take the mail now (${sent.reason}). A running server tries again.\n`)
  confirm(terminal, json, { sub: subject, email, sent: kind }, `A link for ${username} was sent to ${email}.`)
  for (const { text } of app.sentMails?.() ?? []) terminal.stderr.write(`In development mode, mail is not delivered. It says:\n\n${text}`)
}

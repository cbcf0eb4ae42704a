/** `gatehouse users factors` and `remove-factors`: the second factors of a person, and removing them when they are lost. */
import type { Command } from 'commander'
import { removeFactors } from '../identity/factors.ts'
import { type AdminFlags, adminCommand, confirm, printJson } from './admin-command.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import { dateOf, type Terminal, table } from './terminal.ts'
import { findUser } from './users.ts'

export function userFactors(group: Command, terminal: Terminal): void {
  adminCommand(group, 'factors <login>', 'the second factors of a person', ['gatehouse users factors ada']).action(
    (login: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant) => {
        const { subject } = await findUser(tenant, login)
        const { totp, recoveryCodes } = await tenant.store.factors.of(subject)
        const app = totp ? [{ kind: 'authenticator app', name: '', since: totp.createdAt }] : []
        const passkeys = await tenant.store.passkeys.of(subject)
        const factors = [...app, ...passkeys.map(({ name, createdAt }) => ({ kind: 'passkey', name, since: createdAt }))]
        const rows = factors.map(({ kind, name, since }) => [kind, name, dateOf(since)])
        if (flags.json) printJson(terminal, { sub: subject, factors, recovery_codes: recoveryCodes })
        else terminal.stdout.write(`${table(terminal, ['second factor', 'name', 'since'], rows)}Recovery codes left: ${recoveryCodes}\n`)
      }),
  )
  adminCommand(group, 'remove-factors <login>', 'remove all second factors of a person who has lost them, and end all sessions', [
    'gatehouse users remove-factors ada',
  ]).action((login: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const account = await findUser(tenant, login)
      const { subject, username } = account
      if (!(await removeFactors(tenant.signIn, account))) refuse(`${username} has no second factor`)
      await done('user.factor-remove', subject, { factor: 'all' })
      confirm(terminal, flags.json, { sub: subject, factors: [] }, `${username} now has no second factor, and is signed out everywhere.`)
    }),
  )
}

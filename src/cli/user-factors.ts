/** `gatehouse users factors` and `remove-factors`: what a person signs in with beside the password, and a way back for who has lost it. */
import type { Command } from 'commander'
import { removeFactors } from '../identity/factors.ts'
import { confirm, type UpkeepFlags, upkeepCommand } from './admin-command.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import { dateOf, type Terminal, table } from './terminal.ts'
import { findUser } from './users.ts'

export function userFactors(group: Command, terminal: Terminal): void {
  upkeepCommand(group, 'factors <login>', 'the second factors of a person', ['gatehouse users factors ada']).action(
    (login: string, flags: UpkeepFlags) =>
      withTenant(terminal, flags, async (room) => {
        const { subject } = await findUser(room, login)
        const { totp, recoveryCodes } = await room.store.factors.of(subject)
        const app = totp ? [{ kind: 'authenticator app', name: '', since: totp.createdAt }] : []
        const passkeys = await room.store.passkeys.of(subject)
        const factors = [...app, ...passkeys.map(({ name, createdAt }) => ({ kind: 'passkey', name, since: createdAt }))]
        const rows = factors.map(({ kind, name, since }) => [kind, name, dateOf(since)])
        if (flags.json) terminal.stdout.write(`${JSON.stringify({ sub: subject, factors, recovery_codes: recoveryCodes }, null, 2)}\n`)
        else terminal.stdout.write(`${table(terminal, ['second factor', 'name', 'since'], rows)}Recovery codes left: ${recoveryCodes}\n`)
      }),
  )
  upkeepCommand(group, 'remove-factors <login>', 'take all second factors away from a person who has lost them, and end all sessions', [
    'gatehouse users remove-factors ada',
  ]).action((login: string, flags: UpkeepFlags) =>
    withTenant(terminal, flags, async (room, done) => {
      const account = await findUser(room, login)
      const { subject, username } = account
      if (!(await removeFactors(room.signIn, account))) refuse(`${username} has no second factor`)
      await done('user.factor-remove', subject, { factor: 'all' })
      confirm(
        terminal,
        flags.json,
        { sub: subject, factors: [] },
        `${username} has no second factor any more, and is signed out everywhere.`,
      )
    }),
  )
}

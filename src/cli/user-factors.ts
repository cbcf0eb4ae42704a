/** `gatehouse users factors` and `remove-factors`: what a person signs in with beside the password, and a way back for who has lost it. */
import type { Command } from 'commander'
import { removeFactor } from '../identity/factors.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import { dateOf, type Terminal, table } from './terminal.ts'
import { confirm, type UpkeepFlags, upkeepCommand } from './upkeep.ts'
import { findUser } from './users.ts'

export function userFactors(group: Command, terminal: Terminal): void {
  upkeepCommand(group, 'factors <login>', 'the second factors of a person', ['gatehouse users factors ada']).action(
    (login: string, flags: UpkeepFlags) =>
      withTenant(terminal, flags, async (room) => {
        const { subject } = await findUser(room, login)
        const { totp, recoveryCodes } = await room.store.factors.of(subject)
        const factors = totp ? [{ kind: 'authenticator app', since: totp.createdAt }] : []
        const rows = factors.map(({ kind, since }) => [kind, dateOf(since)])
        if (flags.json) terminal.stdout.write(`${JSON.stringify({ sub: subject, factors, recovery_codes: recoveryCodes }, null, 2)}\n`)
        else terminal.stdout.write(`${table(terminal, ['second factor', 'since'], rows)}Recovery codes left: ${recoveryCodes}\n`)
      }),
  )
  upkeepCommand(group, 'remove-factors <login>', 'take all second factors away from a person who has lost them, and end all sessions', [
    'gatehouse users remove-factors ada',
  ]).action((login: string, flags: UpkeepFlags) =>
    withTenant(terminal, flags, async (room, done) => {
      const account = await findUser(room, login)
      const { subject, username } = account
      if (!(await removeFactor(room.signIn, account, 'all'))) refuse(`${username} has no second factor`)
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

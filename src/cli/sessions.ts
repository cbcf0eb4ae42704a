/** `gatehouse sessions`: browsers in which people are signed in. */
import type { Command } from 'commander'
import type { ListedSession } from '../identity/account.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, confirm, printTable } from './admin-command.ts'
import { withTenant } from './open.ts'
import { misuse, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'
import { findUser } from './users.ts'

export function sessions(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'the newest sessions', ['gatehouse sessions list', 'gatehouse sessions list --user ada --json'])
    .option('--user <login>', 'of one person')
    .option('--limit <number>', 'how many', Number, 100)
    .action((flags: AdminFlags & { user?: string; limit: number }) =>
      withTenant(terminal, flags, async (tenant) => {
        if (!(flags.limit >= 1 && flags.limit <= 10_000)) misuse('--limit is 1 to 10000')
        const found = await newest(tenant, flags)
        const rows = found.map(({ sid, username, device, address, createdAt, lastSeenAt }) => {
          return [sid, username, device ?? '', address ?? '', dateOf(createdAt), dateOf(lastSeenAt)]
        })
        printTable(terminal, flags.json, found.map(shown), ['session', 'user name', 'device', 'address', 'since', 'last seen'], rows)
      }),
    )
  adminCommand(group, 'end <session>', 'end one session', ['gatehouse sessions end SESSION-ID']).action((sid: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      const found = (await store.sessions.bySid(sid)) ?? refuse(`there is no session ${sid}: see "gatehouse sessions list"`)
      await store.sessions.end({ subject: found.subject, sid })
      await done('session.end', sid, { user: found.subject })
      confirm(terminal, flags.json, { session: sid, ended: true }, `Session ${sid} of ${found.username} is ended.`)
    }),
  )
  adminCommand(group, 'end-all <login>', 'sign a person out everywhere', ['gatehouse sessions end-all ada']).action(
    (login: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant, done) => {
        const { subject, username } = await findUser(tenant, login)
        await tenant.store.sessions.end({ subject })
        await done('user.sign-out', subject)
        confirm(terminal, flags.json, { sub: subject, ended: true }, `${username} is signed out everywhere.`)
      }),
  )
}

async function newest(tenant: Tenant, { user, limit }: { user?: string; limit: number }): Promise<ListedSession[]> {
  const subject = user === undefined ? undefined : (await findUser(tenant, user)).subject
  const now = tenant.ctx.now()
  return tenant.store.sessions.list({ subject, limit: Math.trunc(limit), usedSince: now - tenant.signIn.lifetimes.idle, now })
}

/** Everything but the hash of the session cookie. */
function shown({ sid, subject, username, device, address, acr, amr, createdAt, lastSeenAt, expiresAt }: ListedSession) {
  return {
    session: sid,
    sub: subject,
    username,
    device,
    address,
    acr,
    amr,
    created_at: createdAt,
    last_seen_at: lastSeenAt,
    expires_at: expiresAt,
  }
}

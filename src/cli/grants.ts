/** `gatehouse grants`: what people have allowed applications. */

import type { Command } from 'commander'
import { grantedScope } from '../protocol/permissions.ts'
import { type AdminFlags, adminCommand, confirm, printTable } from './admin-command.ts'
import { withTenant } from './open.ts'
import { misuse, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'
import { findUser } from './users.ts'

interface ListFlags extends AdminFlags {
  user?: string
  client?: string
  limit: number
}

export function grants(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'the newest grants', ['gatehouse grants list --user ada', 'gatehouse grants list --client shop --json'])
    .option('--user <login>', 'of one person')
    .option('--client <id>', 'to one client')
    .option('--limit <number>', 'how many', Number, 100)
    .action((flags: ListFlags) =>
      withTenant(terminal, flags, async (tenant) => {
        if (!(flags.limit >= 1 && flags.limit <= 10_000)) misuse('--limit is 1 to 10000')
        const subject = flags.user === undefined ? undefined : (await findUser(tenant, flags.user)).subject
        const found = await tenant.store.grantsAdmin.list({ subject, clientId: flags.client, limit: Math.trunc(flags.limit) })
        const rows = found.map(({ id, clientId, subject, scope, createdAt }) => [
          id,
          clientId,
          subject,
          dateOf(createdAt),
          grantedScope(scope).scope,
        ])
        const shown = found.map(({ id, clientId, subject, scope, details, createdAt }) => {
          const authorization_details = details.map((text) => JSON.parse(text))
          return { grant: id, client_id: clientId, sub: subject, ...grantedScope(scope), authorization_details, created_at: createdAt }
        })
        printTable(terminal, flags.json, shown, ['grant', 'client', 'sub', 'since', 'scope'], rows)
      }),
    )
  adminCommand(group, 'revoke <grant>', 'revoke a grant with all its tokens', ['gatehouse grants revoke GRANT-ID']).action(
    (id: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ ctx, store }, done) => {
        const { subject, clientId } = (await store.grantsAdmin.find(id)) ?? refuse(`there is no grant ${id}: see "gatehouse grants list"`)
        await store.grants.revoke(id, ctx.now())
        await done('grant.revoke', id, { user: subject, client: clientId })
        confirm(terminal, flags.json, { grant: id, revoked: true }, `Grant ${id} is revoked.`)
      }),
  )
}

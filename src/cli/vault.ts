/** `gatehouse vault`: stored tokens of other providers, without the tokens themselves. */
import type { Command } from 'commander'
import type { Tenant } from '../tenant.ts'
import type { VaultEntry } from '../vault/entry.ts'
import { removeEntry } from '../vault/keep.ts'
import { type AdminFlags, adminCommand, all, confirm, printTable, withExamples } from './admin-command.ts'
import { findConnection } from './connections.ts'
import { type ConfigFlags, withApp, withTenant } from './open.ts'
import { misuse, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'
import { findUser } from './users.ts'
import { importTokens } from './vault-import.ts'

interface ListFlags extends AdminFlags {
  user?: string
  connection?: string
}

export function vault(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'whose tokens are stored', ['gatehouse vault list', 'gatehouse vault list --user ada --connection github'])
    .option('--user <login>', 'of one person')
    .option('--connection <name>', 'of one connection')
    .action((flags: ListFlags) =>
      withTenant(terminal, flags, async (tenant) => {
        const found = await entriesOf(tenant, flags)
        const rows = found.map((one) => [
          one.id,
          one.connection,
          `${one.owner_type} ${one.owner}`,
          one.scope,
          one.state,
          dateOf(one.created_at),
        ])
        printTable(terminal, flags.json, found, ['entry', 'connection', 'owner', 'scope', 'state', 'since'], rows)
      }),
    )
  adminCommand(group, 'delete <entry>', 'delete stored tokens, and revoke them at the provider if nothing else depends on them', [
    'gatehouse vault delete ENTRY-ID',
  ]).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const removal = (await removeEntry(tenant.vault, id)) ?? refuse(`there is no entry ${id}: see "gatehouse vault list"`)
      await done('vault.remove', id, { revoked: removal.revoked })
      const there = removal.revoked ? 'and revoked at the provider' : 'but the provider was not told'
      confirm(terminal, flags.json, { entry: id, deleted: true, ...removal }, `Entry ${id} is deleted, ${there}.`)
    }),
  )
  withExamples(
    group
      .command('reseal')
      .description('seal all entries under the current key-encryption key, in all tenants, while the server runs')
      .option('--json', 'print JSON, for programs')
      .action((flags: ConfigFlags & { json?: true }) => reseal(terminal, flags)),
    ['gatehouse vault reseal'],
  )
  adminCommand(group, 'import', 'take over the table auth_vault of an Auth Manager; its token ids stay', [
    'gatehouse vault import --from postgres://localhost/auth --connection keycloak --key-file auth-manager.key',
  ])
    .requiredOption('--from <url>', 'its database: postgres://… or sqlite:…')
    .requiredOption('--connection <name>', 'connection of the Keycloak that issued the tokens')
    .option('--key-file <path>', 'file that holds its key, 64 hexadecimal digits (default: AUTH_MANAGER_TOKEN_VAULT_ENCRYPTION_KEY)')
    .action((flags: AdminFlags & { from: string; connection: string; keyFile?: string }) =>
      withTenant(terminal, flags, async (tenant, done) => {
        if (!/^(sqlite:|postgres(ql)?:\/\/)/.test(flags.from)) misuse('--from begins with postgres:// or sqlite:')
        const connection = await findConnection(tenant, flags.connection)
        const counted = await importTokens(terminal, tenant, { from: flags.from, keyFile: flags.keyFile, connection })
        await done('vault.store', connection.name, { imported: counted.imported })
        const { imported, known, failed } = counted
        confirm(terminal, flags.json, counted, `${imported} tokens are imported; ${known} were here already; ${failed} do not open.`)
        if (failed > 0) refuse(`${failed} tokens do not open with this key`)
      }),
    )
}

async function entriesOf(tenant: Tenant, { user, connection }: ListFlags) {
  const owner = user === undefined ? undefined : ({ type: 'account', id: (await findUser(tenant, user)).subject } as const)
  const found = await all(
    (ask) => tenant.store.vault.list({ ...ask, owner, connection }),
    ({ id }: VaultEntry) => id,
  )
  return found.map(({ id, connection, owner, kind, upstreamSubject, scope, state, createdAt, lastUsedAt, lastUsedBy }) => ({
    ...{ id, connection, owner_type: owner.type, owner: owner.id, kind, upstream_subject: upstreamSubject, scope: scope.join(' '), state },
    ...{ created_at: createdAt, last_used_at: lastUsedAt, last_used_by: lastUsedBy },
  }))
}

async function reseal(terminal: Terminal, flags: ConfigFlags & { json?: true }): Promise<void> {
  await withApp(terminal, flags, async (app) => {
    const progress = ({ resealed, failed, total }: { resealed: number; failed: number; total: number }) =>
      terminal.stderr.write(`${resealed + failed} of ${total}\n`)
    const { resealed, failed } = await app.sealing.reseal(progress, ['vault'])
    confirm(terminal, flags.json, { resealed, failed }, `${resealed} entries are sealed anew.`)
    if (failed > 0) refuse(`${failed} entries do not open: see "gatehouse keys list" for the keys they need`)
  })
}

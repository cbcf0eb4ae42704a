/** `gatehouse audit`: who did what and when. */
import { type Command, Option } from 'commander'
import { foldLogin, loginOf } from '../identity/account.ts'
import { type AuditEntry, type AuditFilter, auditEntry, readAudit } from '../identity/audit.ts'
import { auditEventTypes } from '../protocol/audit-events.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, printTable } from './admin-command.ts'
import { duration } from './duration.ts'
import { withTenant } from './open.ts'
import { misuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface FilterFlags extends AdminFlags {
  since?: number
  until?: number
  act?: string
  outcome?: 'success' | 'failure'
  by?: string
  about?: string
}

export function auditLog(group: Command, terminal: Terminal): void {
  const list = adminCommand(group, 'list', 'the newest entries', [
    'gatehouse audit list',
    'gatehouse audit list --about ada@example.com --outcome failure --since 7d',
  ]).addOption(new Option('--limit <number>', 'how many').argParser(Number).default(50))
  filterFlags(list).action((flags: FilterFlags & { limit: number }) =>
    withTenant(terminal, flags, async (tenant) => {
      if (!(flags.limit >= 1 && flags.limit <= 10_000)) misuse('--limit is 1 to 10000')
      const ask = { ...(await filterOf(tenant, flags)), limit: Math.trunc(flags.limit), newestFirst: true }
      const found = (await tenant.store.audit.search(ask)).map(auditEntry)
      const names = await namesIn(tenant, found)
      const rows = found.map(({ time, act, outcome, by, target, detail, address }) => [
        time,
        outcome === 'success' ? act : `${act} (refused)`,
        String(detail['reason'] ?? ''),
        by ? `${by.type} ${names.get(by.id) ?? by.id}` : '',
        target ? (names.get(target.id) ?? target.id) : String(detail['login'] ?? ''),
        address ?? '',
      ])
      printTable(terminal, flags.json, found, ['time', 'act', 'reason', 'by', 'to', 'address'], rows)
    }),
  )
  const all = adminCommand(group, 'export', 'all entries as JSON lines, oldest first', ['gatehouse audit export --since 30d > audit.jsonl'])
  filterFlags(all).action((flags: FilterFlags) =>
    withTenant(terminal, flags, async (tenant) =>
      readAudit(tenant, await filterOf(tenant, flags), (page) => {
        terminal.stdout.write(page.map((entry) => `${JSON.stringify(auditEntry(entry))}\n`).join(''))
      }),
    ),
  )
}

function filterFlags(command: Command): Command {
  return command
    .option('--since <time>', 'entries of at most this age, such as 24h', duration)
    .option('--until <time>', 'entries of at least this age, such as 1h', duration)
    .addOption(new Option('--act <name>', 'what was done').choices(Object.keys(auditEventTypes)))
    .addOption(new Option('--outcome <outcome>', 'its outcome').choices(['success', 'failure']))
    .option('--by <who>', 'who did it: a user name, an email address or an id')
    .option('--about <who>', 'who did it, or whom it was done to')
}

/** Ages become times. */
async function filterOf(tenant: Tenant, { since, until, act, outcome, by, about }: FilterFlags): Promise<AuditFilter> {
  const ago = (seconds: number | undefined) => (seconds === undefined ? undefined : tenant.ctx.now() - seconds)
  return { since: ago(since), until: ago(until), act, outcome, by: await idOf(tenant, by), about: await idOf(tenant, about) }
}

/** The logins of people and the names of applications among these entries, by id. */
async function namesIn({ store }: Tenant, entries: readonly AuditEntry[]): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(entries.flatMap(({ by, target }) => [by?.id, target?.id]).filter((id) => id !== undefined))
  const names = new Map<string, string>()
  for (const id of ids) {
    const account = await store.accounts.bySubject(id)
    const name = account ? loginOf(account) : (await store.clientsAdmin.find(id))?.client_name
    if (name !== undefined) names.set(id, name)
  }
  return names
}

/** The id of the person with this login; anything else is taken for an id. */
async function idOf({ store }: Tenant, who: string | undefined): Promise<string | undefined> {
  return who === undefined ? undefined : ((await store.accounts.byLogin(foldLogin(who)))?.subject ?? who)
}

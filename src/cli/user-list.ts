/** `gatehouse users list`: accounts, a page at a time. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { accountStatuses } from '../identity/account.ts'
import { type Role, roles } from '../identity/roles.ts'
import type { AccountSearch } from '../identity/store.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, printTable } from './admin-command.ts'
import { withTenant } from './open.ts'
import { dateOf, type Terminal } from './terminal.ts'
import { shown } from './users.ts'

interface ListFlags extends AdminFlags {
  search?: string
  status?: AccountSearch['status']
  role?: Role
  sort: string
  limit: number
  page: number
}

const columns = ['username', 'email', 'role', 'created_at'] as const
const orders = columns.flatMap((column) => [column, `-${column}`])

export function userList(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'accounts, a page at a time', [
    'gatehouse users list',
    'gatehouse users list --search example.com --status suspended',
    'gatehouse users list --tenant acme --sort -created_at --limit 1000 --page 2 --json',
  ])
    .option('--search <text>', 'part of the user name or email address')
    .addOption(new Option('--status <status>', 'only these').choices(accountStatuses))
    .addOption(new Option('--role <role>', 'only these').choices(roles))
    .addOption(new Option('--sort <column>', 'order; with a hyphen in front, the last first').choices(orders).default('username'))
    .addOption(new Option('--limit <number>', 'accounts on a page').argParser(from1To(1000)).default(100))
    .addOption(new Option('--page <number>', 'which page').argParser(from1To(1_000_000)).default(1))
    .action((flags: ListFlags) => withTenant(terminal, flags, (tenant) => list(terminal, flags, tenant)))
}

function from1To(most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,7}$/.test(text) ? Number(text) : 0
    if (number < 1 || number > most) throw new InvalidArgumentError(`It is 1 to ${most}.`)
    return number
  }
}

async function list(terminal: Terminal, { json, search, status, role, sort, limit, page }: ListFlags, { store }: Tenant): Promise<void> {
  const order = { sort: sort.replace('-', '') as AccountSearch['sort'], descending: sort.startsWith('-') }
  const found = await store.accounts.search({ search, status, role, ...order, offset: (page - 1) * limit, limit })
  const rows = found.accounts.map((account) => [
    account.username,
    account.email ?? '',
    account.status,
    account.role,
    dateOf(account.createdAt),
    account.subject,
  ])
  printTable(terminal, json, found.accounts.map(shown), ['user name', 'email', 'status', 'role', 'since', 'sub'], rows)
  const pages = Math.ceil(found.total / limit)
  if (pages > 1) terminal.stderr.write(`Page ${page} of ${pages}, of ${found.total} accounts. See another one with --page.\n`)
}

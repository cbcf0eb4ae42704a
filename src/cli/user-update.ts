/** `gatehouse users update`: the data of an account, except what has a command of its own. */
import type { Command } from 'commander'
import type { Raw } from '../config/raw.ts'
import { accountChangeSchema, changeAccount, operator } from '../identity/account-administration.ts'
import { claimsSchema, LoginTaken } from '../identity/accounts.ts'
import { accountByFlags, accountChangeFlags, addAccountFlags } from './account-flags.ts'
import { type AdminFlags, adminCommand, merged, print, readObject } from './admin-command.ts'
import { flagOf } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, misuse, refuse, withIssuesRenamed } from './problems.ts'
import type { Terminal } from './terminal.ts'
import { findUser, shown } from './users.ts'

interface ChangeFlags extends AdminFlags {
  file?: string
  unset?: string[]
}

export function userUpdate(group: Command, terminal: Terminal): void {
  const change = adminCommand(group, 'update <login>', 'change only the given members; a new email address is not confirmed', [
    'gatehouse users update ada --name "Ada King" --zoneinfo Europe/London',
    'gatehouse users update ada --email countess@example.com --email-verified',
    'gatehouse users update ada --attribute department=research --unset nickname',
  ])
    .option('--file <path>', 'the change as a JSON object, in which null removes; - reads standard input; flags take precedence')
    .option('--unset <fields...>', 'claims to remove, or email; an attribute is removed by --attribute name=')
  addAccountFlags(change, accountChangeFlags).action((login: string, flags: ChangeFlags, command: Command) =>
    changeUser(terminal, login, flags, command),
  )
}

async function changeUser(terminal: Terminal, login: string, flags: ChangeFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const { subject } = await findUser(tenant, login)
    const given = merged(await readObject(terminal, flags.file), await accountByFlags(tenant, command, accountChangeFlags))
    const change = checked(accountChangeSchema, merged(given, removals(flags.unset ?? [])), flagOf)
    const changed = await withIssuesRenamed(flagOf, changeAccount(tenant.accounts, operator, subject, change))
    if (changed === 'taken') throw new LoginTaken('another account has this user name or email address')
    if (typeof changed === 'string') refuse(`the account ${login} has just been removed`)
    await done('user.change', subject, { changed: Object.keys(change).join(' ') })
    print(terminal, flags.json, shown(changed))
  })
}

function removals(fields: readonly string[]): Raw {
  const unknown = fields.find((field) => field !== 'email' && !(field in claimsSchema.shape))
  if (unknown !== undefined) misuse(`${unknown} is not a claim that can be removed`)
  const claims = fields.filter((field) => field !== 'email').map((field) => [field, null])
  return { ...(fields.includes('email') ? { email: null } : {}), ...(claims.length > 0 ? { claims: Object.fromEntries(claims) } : {}) }
}

/** `gatehouse users`: the people of a tenant. */
import type { Command } from 'commander'
import { readablePassword } from '../crypto/readable-password.ts'
import { type Account, foldLogin } from '../identity/account.ts'
import { givePassword, giveRole, operator } from '../identity/account-administration.ts'
import { accountSchema, createAccount, type NewPassword, setStatus } from '../identity/accounts.ts'
import { importSchema } from '../identity/import-account.ts'
import { leastProblem, type Owner, passwordProblem } from '../identity/password-policy.ts'
import { roles } from '../identity/roles.ts'
import { random } from '../platform.ts'
import type { Tenant } from '../tenant.ts'
import { accountByFlags, addAccountFlags } from './account-flags.ts'
import { type AdminFlags, adminCommand, confirm, merged, print, readObject } from './admin-command.ts'
import { askPassword } from './ask-password.ts'
import { flagOf } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, misuse, refuse, withIssuesRenamed } from './problems.ts'
import { readAll, type Terminal } from './terminal.ts'

/** An account by file or flags, without a typed password. */
const createSchema = accountSchema.extend({ password_hash: importSchema.shape.password_hash })
const createFlags = createSchema.omit({ attributes: true })

interface PasswordFlags extends AdminFlags {
  passwordStdin?: true
  randomPassword?: true
  temporary?: boolean
}

/** Adds the commands for accounts. */
export function users(group: Command, terminal: Terminal): Command {
  const create = adminCommand(group, 'create', 'create an account; without a password nobody can sign in to it yet', [
    'gatehouse users create --username ada',
    'gatehouse users create --username ada --email ada@example.com --name "Ada Lovelace" --random-password --temporary',
    'gatehouse users create --username ada --password-stdin < password.txt',
    'gatehouse users create --file ada.json --json',
    "gatehouse users create --username ada --password-hash '$2b$12$…'",
  ]).option('--file <path>', 'the account as a JSON object; - reads standard input; flags take precedence')
  addAccountFlags(passwordFlags(create), createFlags).action((flags: PasswordFlags & { file?: string }, command: Command) =>
    createUser(terminal, flags, command),
  )

  adminCommand(group, 'show <login>', 'one account', ['gatehouse users show ada@example.com']).action((login: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, shown(await findUser(tenant, login)))),
  )
  for (const [verb, status, summary] of [
    ['suspend', 'suspended', 'end all sessions and refuse sign-ins'],
    ['resume', 'active', 'allow sign-ins again'],
  ] as const) {
    adminCommand(group, `${verb} <login>`, summary, [`gatehouse users ${verb} ada`]).action((login: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant, done) => {
        const { subject, username } = await findUser(tenant, login)
        await setStatus(tenant.accounts, subject, status)
        await done('user.status', subject, { status })
        confirm(terminal, flags.json, { sub: subject, status }, `${username} is ${status}.`)
      }),
    )
  }
  adminCommand(group, 'set-role <login> <role>', `change what the person may do at the tenant's API: ${roles.join(', ')}`, [
    'gatehouse users set-role ada superadmin',
  ]).action((login: string, given: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const role = roles.find((one) => one === given) ?? misuse(`a role is one of ${roles.join(', ')}`)
      const { subject, username } = await findUser(tenant, login)
      await giveRole(tenant.accounts, operator, subject, role)
      await done('user.role', subject, { role })
      confirm(terminal, flags.json, { sub: subject, role }, `${username} is ${role}.`)
    }),
  )
  const change = adminCommand(group, 'set-password <login>', 'set a new password and end all sessions', [
    'gatehouse users set-password ada',
    'gatehouse users set-password ada --random-password',
    'gatehouse users set-password ada --password-stdin < password.txt',
  ])
  passwordFlags(change).action((login: string, flags: PasswordFlags) => changePassword(terminal, login, flags))

  adminCommand(group, 'delete <login>', 'delete an account with its sessions and grants', ['gatehouse users delete ada']).action(
    (login: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant, done) => {
        const { subject, username } = await findUser(tenant, login)
        await tenant.store.accounts.remove(subject, tenant.ctx.now())
        await done('user.remove', subject)
        confirm(terminal, flags.json, { sub: subject, deleted: true }, `${username} is deleted.`)
      }),
  )
  return group
}

function passwordFlags(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from standard input')
    .option('--random-password', 'generate a password and show it only once')
    .option('--temporary', 'the person must choose a new password at the next sign-in')
}

async function createUser(terminal: Terminal, flags: PasswordFlags & { file?: string }, command: Command): Promise<void> {
  if (flags.passwordStdin && flags.file === '-') misuse('--password-stdin and --file - both read standard input: use one of them')
  await withTenant(terminal, flags, async (tenant, done) => {
    const given = merged(await readObject(terminal, flags.file), await accountByFlags(tenant, command, createFlags))
    const { password_hash: hash, ...input } = checked(createSchema, given, flagOf)
    const mayAsk = hash === undefined && flags.file !== '-'
    const chosen = await passwordFor(terminal, flags, tenant, input, async () =>
      mayAsk ? askPassword(terminal, { isOptional: true }) : undefined,
    )
    if (chosen && hash !== undefined) misuse('a password and --password-hash cannot be combined')
    const brought = hash === undefined ? undefined : { hash, temporary: flags.temporary === true }
    const account = await withIssuesRenamed(flagOf, createAccount(tenant.accounts, input, chosen ?? brought))
    await done('user.create', account.subject)
    print(terminal, flags.json, { ...shown(account), ...(flags.randomPassword ? { password: chosen?.text } : {}) })
    if (flags.randomPassword) terminal.stderr.write('Only a hash of the password is stored: note it now.\n')
  })
}

async function changePassword(terminal: Terminal, login: string, flags: PasswordFlags): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const account = await findUser(tenant, login)
    const { subject, username } = account
    const asked = await passwordFor(terminal, flags, tenant, account, () => askPassword(terminal, { isOptional: false }))
    const password = asked ?? misuse('there is no terminal to type a password on: add --password-stdin or --random-password')
    await givePassword(tenant.accounts, operator, subject, password)
    await done('user.password', subject, { temporary: password.temporary })
    if (flags.randomPassword) print(terminal, flags.json, { sub: subject, username, password: password.text })
    else confirm(terminal, flags.json, { sub: subject }, `${username} has a new password.`)
  })
}

/**
 * A typed password must meet the same rules as one that the person chooses; a temporary one may be shorter.
 * `ask`: where it comes from when no flag says so.
 */
async function passwordFor(
  { stdin }: Terminal,
  { passwordStdin, randomPassword, temporary = false }: PasswordFlags,
  { signIn: { passwords } }: Tenant,
  account: Owner,
  ask: () => Promise<string | undefined>,
): Promise<NewPassword | undefined> {
  if (passwordStdin && randomPassword) misuse('--password-stdin and --random-password cannot be combined')
  if (randomPassword) return { text: readablePassword(random), temporary }
  const text = passwordStdin ? (await readAll(stdin)).replace(/\r?\n$/, '') : await ask()
  if (text === undefined) return undefined
  const { isPopular } = passwords
  const problem = temporary ? leastProblem(text, { isPopular }) : passwordProblem(text, { repeated: text, account, isPopular })
  return problem ? refuse(problem) : { text, temporary }
}

/** The account with this login. Refuses a login that no account has. */
export async function findUser({ store }: Tenant, login: string): Promise<Account> {
  return (await store.accounts.byLogin(foldLogin(login))) ?? refuse(`there is no account ${login}: see "gatehouse users list"`)
}

/** Everything but the password hash. */
export function shown(account: Account) {
  const { subject, username, email, status, role, passwordHash, passwordIsTemporary, createdAt, updatedAt, claims, attributes } = account
  return {
    sub: subject,
    username,
    email,
    status,
    role,
    has_password: passwordHash !== undefined,
    password_is_temporary: passwordIsTemporary,
    created_at: createdAt,
    updated_at: updatedAt,
    claims,
    attributes,
  }
}

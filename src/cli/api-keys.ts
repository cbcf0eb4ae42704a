/** `gatehouse api-keys`: long-lived credentials of people and services, for programs without OAuth. */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { foldLogin } from '../identity/account.ts'
import { apiKeySchema, makeApiKey, newText } from '../protocol/api-key.ts'
import type { ApiKey } from '../protocol/registry.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, print, printTable } from './admin-command.ts'
import { duration } from './duration.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { findMachine } from './machines.ts'
import { withTenant } from './open.ts'
import { checked, misuse, refuse, refuseIssues } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'

interface CreateFlags extends AdminFlags {
  user?: string
  service?: string
  /** Seconds; false: it does not expire. */
  expiresIn: number | false
}

const day = 86_400

export function apiKeys(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'create a key, which is shown only once', [
    'gatehouse api-keys create --service nightly --label "report server" --scope reports:write --resource https://api.example',
    'gatehouse api-keys create --user ada --label laptop --scope "openid email" --expires-in 30d',
  ])
    .option('--user <login>', 'the person it acts for')
    .option('--service <name>', 'the service it acts for')
    .addOption(new Option('--expires-in <time>', 'how long it is valid').argParser(duration).default(90 * day, '90d'))
    .option('--no-expires-in', 'valid until it is deleted')
  addFlags(create, apiKeySchema, 'Key:').action((flags: CreateFlags, command: Command) => createKey(terminal, flags, command))

  adminCommand(group, 'list', 'all keys, without the keys themselves', [
    'gatehouse api-keys list',
    'gatehouse api-keys list --json',
  ]).action((flags: AdminFlags) => withTenant(terminal, flags, (tenant) => list(terminal, flags, tenant)))

  adminCommand(group, 'rotate <id>', 'replace a key; the new one is shown only once', [
    'gatehouse api-keys rotate KEY-ID',
    'gatehouse api-keys rotate KEY-ID --overlap 1h',
  ])
    .addOption(new Option('--overlap <time>', 'how long the old key stays valid').argParser(duration).default(day, '24h'))
    .action((id: string, flags: AdminFlags & { overlap: number }) =>
      withTenant(terminal, flags, async ({ ctx, store }, done) => {
        const { text, hash } = newText(ctx)
        const next = await store.apiKeysAdmin.rotate(id, { next: { id: ctx.id(), hash }, now: ctx.now(), overlap: flags.overlap })
        if (!next) refuse(`there is no valid API key ${id}: see "gatehouse api-keys list"`)
        await done('apikey.rotate', id, { next: next.id })
        tell(terminal, flags, next, text)
      }),
    )

  adminCommand(group, 'delete <id>', 'delete a key', ['gatehouse api-keys delete KEY-ID']).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      if (!(await store.apiKeysAdmin.remove(id))) refuse(`there is no API key ${id}: see "gatehouse api-keys list"`)
      await done('apikey.remove', id)
      confirm(terminal, flags.json, { id, deleted: true }, `API key ${id} is deleted.`)
    }),
  )
}

async function createKey(terminal: Terminal, flags: CreateFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const input = checked(apiKeySchema, givenByFlags(command, apiKeySchema), flagOf)
    const owner = await ownerOf(tenant, flags)
    const { key, text } = await makeApiKey(tenant.ctx, owner, input, flags.expiresIn || undefined).catch((error: unknown) => {
      if (error instanceof z.ZodError) refuseIssues(error, flagOf)
      throw error
    })
    if (!(await tenant.store.apiKeysAdmin.add(key))) refuse('the owner has just been deleted')
    await done('apikey.create', key.id, { owner: key.subject })
    tell(terminal, flags, key, text)
  })
}

async function ownerOf(tenant: Tenant, { user, service }: CreateFlags): Promise<Pick<ApiKey, 'owner' | 'subject'>> {
  if ((user === undefined) === (service === undefined)) misuse('say for whom the key acts: either --user or --service')
  if (service !== undefined) return { owner: 'service', subject: (await findMachine(tenant, service)).id }
  const account = await tenant.store.accounts.byLogin(foldLogin(user!))
  return account ? { owner: 'person', subject: account.subject } : refuse(`there is no account ${user}: see "gatehouse users list"`)
}

function tell(terminal: Terminal, { json }: AdminFlags, key: ApiKey, text: string): void {
  print(terminal, json, { ...shown(key), api_key: text })
  terminal.stderr.write('Only a hash of the key is stored: note it now.\n')
}

async function list(terminal: Terminal, { json }: AdminFlags, { store }: Tenant): Promise<void> {
  const found = await all(store.apiKeysAdmin.list, ({ id }) => id)
  const rows = found.map(({ id, label, owner, username, scope, expiresAt, lastUsedAt }) => [
    id,
    label,
    `${owner} ${username}`,
    scope.join(' '),
    expiresAt === undefined ? 'never' : dateOf(expiresAt),
    lastUsedAt === undefined ? 'never' : dateOf(lastUsedAt),
  ])
  printTable(
    terminal,
    json,
    found.map((key) => ({ ...shown(key), username: key.username })),
    ['id', 'label', 'owner', 'scope', 'expires', 'last used'],
    rows,
  )
}

/** Everything but its hash. */
function shown({ id, owner, subject, label, scope, resource, createdAt, expiresAt, lastUsedAt }: ApiKey) {
  return {
    id,
    label,
    owner,
    sub: subject,
    scope: scope.join(' '),
    resource,
    created_at: createdAt,
    expires_at: expiresAt,
    last_used_at: lastUsedAt,
  }
}

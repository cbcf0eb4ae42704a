/** `gatehouse registration-tokens`: initial access tokens, with which applications register themselves — RFC 7591 §1.2. */
import { type Command, Option } from 'commander'
import { scopesOf } from '../protocol/client.ts'
import type { InitialAccessToken } from '../protocol/registry.ts'
import { line } from '../protocol/text.ts'
import { type AdminFlags, adminCommand, all, confirm, print, printTable } from './admin-command.ts'
import { duration } from './duration.ts'
import { withTenant } from './open.ts'
import { checked, misuse, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'

interface CreateFlags extends AdminFlags {
  label: string
  scope?: string
  uses: number
  /** Seconds. */
  expiresIn: number
}

export function registrationTokens(group: Command, terminal: Terminal): void {
  adminCommand(group, 'create', 'make one; it is shown this once', [
    'gatehouse registration-tokens create --label "Partner portal" --uses 20 --expires-in 30d',
    'gatehouse registration-tokens create --label "Build agents" --scope "orders:read"',
  ])
    .requiredOption('--label <text>', 'what it is for')
    .option('--scope <scopes>', 'scopes its clients may register for (default: registration.scope)')
    .option('--uses <number>', 'how many clients it registers', Number, 1)
    .addOption(new Option('--expires-in <time>', 'how long it works').argParser(duration).default(86_400, '1d'))
    .action((flags: CreateFlags) => create(terminal, flags))

  adminCommand(group, 'list', 'those that have not expired', ['gatehouse registration-tokens list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = await all(store.initialAccessTokens.list, ({ id }) => id)
      const rows = found.map(({ id, label, scope, usesLeft, expiresAt }) => [
        id,
        label,
        scope?.join(' ') ?? '',
        String(usesLeft),
        dateOf(expiresAt),
      ])
      printTable(terminal, flags.json, found.map(shown), ['id', 'label', 'scope', 'uses left', 'expires'], rows)
    }),
  )

  adminCommand(group, 'delete <id>', 'revoke one; the clients it registered stay', ['gatehouse registration-tokens delete ID']).action(
    (id: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store }, done) => {
        if (!(await store.initialAccessTokens.remove(id)))
          refuse(`there is no registration token ${id}: see "gatehouse registration-tokens list"`)
        await done('registration-token.remove', id)
        confirm(terminal, flags.json, { id, deleted: true }, `Registration token ${id} is deleted.`)
      }),
  )
}

async function create(terminal: Terminal, { label, scope, uses, expiresIn: lifetime, ...flags }: CreateFlags): Promise<void> {
  if (!(Number.isInteger(uses) && uses >= 1 && uses <= 100_000)) misuse('--uses is 1 to 100000')
  const text = checked(line(200), label, () => '--label')
  await withTenant(terminal, flags, async ({ ctx, store }, done) => {
    const token = ctx.tokens.make('ia')
    const createdAt = ctx.now()
    const words = scope === undefined ? undefined : scopesOf({ scope })
    const made = { id: ctx.id(), label: text, scope: words, usesLeft: uses, createdAt, expiresAt: createdAt + lifetime }
    await store.initialAccessTokens.add({ ...made, hash: ctx.tokens.hash('ia', token) as string })
    await done('registration-token.create', made.id)
    print(terminal, flags.json, { ...shown(made), token })
  })
}

function shown({ id, label, scope, usesLeft, createdAt, expiresAt }: InitialAccessToken) {
  return { id, label, scope: scope?.join(' '), uses_left: usesLeft, created_at: createdAt, expires_at: expiresAt }
}

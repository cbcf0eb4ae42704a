/** `gatehouse webhooks`: where events of the audit log are sent. */
import type { Command } from 'commander'
import { sendWebhook, testMessage } from '../identity/send-webhook.ts'
import { type Webhook, webhookSchema } from '../identity/webhooks.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, merged, print, printTable, readObject, textOf } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, misuse, refuse } from './problems.ts'
import { readAll, type Terminal } from './terminal.ts'

interface WebhookFlags extends AdminFlags {
  file?: string
  secretFile?: string
  unset?: string[]
}

const heading = 'Webhook:'

export function webhooks(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'set up a webhook; its secret is shown only once', [
    "gatehouse webhooks create --name crm --url https://crm.example/events --events user.create 'client.*'",
  ])
  addFlags(secretFlag(fileFlag(create)), webhookSchema, heading).action((flags: WebhookFlags, command: Command) =>
    createWebhook(terminal, flags, command),
  )
  adminCommand(group, 'list', 'all webhooks', ['gatehouse webhooks list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = (await all(store.webhooks.list, ({ name }) => name)).map(withoutSecret)
      const rows = found.map(({ name, enabled, url, events }) => [name, enabled ? 'yes' : 'no', url, events.join(' ')])
      printTable(terminal, flags.json, found, ['name', 'enabled', 'url', 'events'], rows)
    }),
  )
  adminCommand(group, 'show <name>', 'one webhook', ['gatehouse webhooks show crm']).action((name: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, withoutSecret(await findWebhook(tenant, name)))),
  )
  const update = adminCommand(group, 'update <name>', 'change only the given members', [
    "gatehouse webhooks update crm --events 'user.*'",
    'gatehouse webhooks update crm --enabled false',
  ]).option('--unset <fields...>', 'members to remove')
  addFlags(fileFlag(update), webhookSchema, heading).action((name: string, flags: WebhookFlags, command: Command) =>
    updateWebhook(terminal, name, flags, command),
  )
  secretCommand(group, terminal)
  testCommand(group, terminal)
  adminCommand(group, 'delete <name>', 'remove a webhook; what waits for it is discarded', ['gatehouse webhooks delete crm']).action(
    (name: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store }, done) => {
        if (!(await store.webhooks.remove(name))) noSuchWebhook(name)
        await done('webhook.remove', name)
        confirm(terminal, flags.json, { name, deleted: true }, `Webhook ${name} is deleted.`)
      }),
  )
}

function secretCommand(group: Command, terminal: Terminal): void {
  const command = adminCommand(group, 'rotate-secret <name>', 'replace the secret; a new one is shown only once', [
    'gatehouse webhooks rotate-secret crm',
    'gatehouse webhooks rotate-secret crm --secret-file next.secret',
  ])
  secretFlag(command).action((name: string, flags: WebhookFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const { secret, shown } = await secretOf(terminal, tenant, flags)
      if (!(await tenant.store.webhooks.setSecret(name, tenant.webhooks.seal(name, secret)))) noSuchWebhook(name)
      await done('webhook.secret', name)
      print(terminal, flags.json, { name, ...shown })
    }),
  )
}

function testCommand(group: Command, terminal: Terminal): void {
  adminCommand(group, 'test <name>', 'send a webhook a message of the type webhook.test, and say what it answers', [
    'gatehouse webhooks test crm',
  ]).action((name: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => {
      const webhook = await findWebhook(tenant, name)
      const answer = await sendWebhook(tenant.webhooks, webhook, testMessage(tenant.webhooks))
      if (answer === 'no key') return refuse(`the secret of ${name} is sealed under a key-encryption key that was not given`)
      if (typeof answer !== 'number') return refuse(`${webhook.url} cannot be reached: ${answer.message}`)
      if (answer < 200 || answer > 299) return refuse(`${webhook.url} answered ${answer}: a receiver answers 200 to 299 to a valid message`)
      confirm(terminal, flags.json, { name, status: answer }, `${webhook.url} answered ${answer}: it accepts messages.`)
    }),
  )
}

const fileFlag = (command: Command) =>
  command.option('--file <path>', 'the webhook as a JSON object; - reads standard input; flags take precedence')

const secretFlag = (command: Command) =>
  command.option('--secret-file <path>', 'file that holds a secret (whsec_…) instead of a generated one; - reads standard input')

/** `shown`: a generated secret, which is shown once. */
async function secretOf(
  terminal: Terminal,
  { webhooks }: Tenant,
  { secretFile: path, file }: WebhookFlags,
): Promise<{ secret: string; shown: { secret?: string } }> {
  if (path === undefined) {
    const secret = webhooks.newSecret()
    return { secret, shown: { secret } }
  }
  if (path === '-' && file === '-') misuse('--secret-file - and --file - both read standard input')
  const secret = (path === '-' ? await readAll(terminal.stdin) : textOf(path)).trim()
  return webhooks.isSecret(secret) ? { secret, shown: {} } : refuse('the secret is not whsec_ followed by 24 to 64 bytes in base64')
}

async function createWebhook(terminal: Terminal, flags: WebhookFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const { secret, shown } = await secretOf(terminal, tenant, flags)
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, webhookSchema))
    const webhook = checked(webhookSchema, given, flagOf)
    if (!(await tenant.store.webhooks.add(webhook, tenant.webhooks.seal(webhook.name, secret))))
      refuse(`there is a webhook ${webhook.name} already`)
    await done('webhook.create', webhook.name)
    print(terminal, flags.json, { ...webhook, ...shown })
  })
}

async function updateWebhook(terminal: Terminal, name: string, flags: WebhookFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, webhookSchema))
    if (given['name'] !== undefined && given['name'] !== name) refuse('name cannot be changed')
    const kept = Object.entries(withoutSecret(await findWebhook(tenant, name))).filter(([member]) => !flags.unset?.includes(member))
    const webhook = checked(webhookSchema, merged(Object.fromEntries(kept), given), flagOf)
    if (!(await tenant.store.webhooks.replace(webhook))) noSuchWebhook(name)
    await done('webhook.change', name, { changed: Object.keys(given).join(' ') })
    print(terminal, flags.json, webhook)
  })
}

function withoutSecret({ sealedSecret: _, ...webhook }: Webhook) {
  return webhook
}

async function findWebhook({ store }: Tenant, name: string): Promise<Webhook> {
  return (await store.webhooks.find(name)) ?? noSuchWebhook(name)
}

function noSuchWebhook(name: string): never {
  return refuse(`there is no webhook ${name}: see "gatehouse webhooks list"`)
}

/** `gatehouse connections`: other providers that people sign in through, and whose tokens can be kept. */
import type { Command } from 'commander'
import { checkConnection } from '../connections/check.ts'
import { type Connection, type ConnectionMetadata, connectionSchema, settingsOf } from '../connections/connection.ts'
import { redirectUriOf } from '../connections/deps.ts'
import { type Preset, presets } from '../connections/presets.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, merged, print, printJson, printTable, readObject, textOf } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, misuse, Problems, refuse } from './problems.ts'
import { painter, readAll, type Terminal } from './terminal.ts'

interface ConnectionFlags extends AdminFlags {
  file?: string
  clientSecretFile?: string
  unset?: string[]
}

const heading = 'Connection:'

export function connections(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'set up a connection', [
    'gatehouse connections create --name google --preset google --client-id ID --client-secret-file google.secret',
    'gatehouse connections create --name staff --preset keycloak --issuer https://sso.example.com/realms/staff --client-id gatehouse --client-secret-file -',
  ])
  addFlags(secretFlag(fileFlag(create)), connectionSchema, heading).action((flags: ConnectionFlags, command: Command) =>
    createConnection(terminal, flags, command),
  )
  adminCommand(group, 'list', 'all connections', ['gatehouse connections list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = (await all(store.connections.list, ({ name }) => name)).map(withoutSecret)
      const rows = found.map((one) => [one.name, one.preset, one.enabled ? 'yes' : 'no', settingsOf(one).issuer ?? '', one.client_id])
      printTable(terminal, flags.json, found, ['name', 'preset', 'enabled', 'issuer', 'client_id'], rows)
    }),
  )
  adminCommand(group, 'show <name>', 'one connection, with the redirect URI to register there', [
    'gatehouse connections show google',
  ]).action((name: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, shown(tenant, await findConnection(tenant, name)))),
  )
  const update = adminCommand(group, 'update <name>', 'change only the given members', [
    'gatehouse connections update google --sign-in-sign-up open',
    'gatehouse connections update staff --unset label',
  ]).option('--unset <fields...>', 'members to remove')
  addFlags(fileFlag(update), connectionSchema, heading).action((name: string, flags: ConnectionFlags, command: Command) =>
    updateConnection(terminal, name, flags, command),
  )
  checkCommand(group, terminal)
  secretCommand(group, terminal)
  adminCommand(group, 'delete <name>', 'remove a connection, with everything that came through it', [
    'gatehouse connections delete google',
  ]).action((name: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      if (!(await store.connections.remove(name))) noSuchConnection(name)
      await done('connection.remove', name)
      confirm(terminal, flags.json, { name, deleted: true }, `Connection ${name} is deleted.`)
    }),
  )
  adminCommand(group, 'presets', 'the providers that are known', ['gatehouse connections presets']).action((flags: AdminFlags) => {
    const rows = Object.entries(presets as Readonly<Record<string, Preset>>).map(([name, { label, about }]) => [name, label, about])
    const found = rows.map(([preset, label, about]) => ({ preset, label, about }))
    printTable(terminal, flags.json, found, ['preset', 'provider', 'what it is for'], rows)
  })
}

function checkCommand(group: Command, terminal: Terminal): void {
  adminCommand(group, 'check <name>', 'ask the provider whether the connection is right, and say what is wrong', [
    'gatehouse connections check google',
  ]).action((name: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => {
      const found = await checkConnection(tenant.connections, await findConnection(tenant, name))
      const redirectUri = redirectUriOf(tenant.connections, name)
      const paint = painter(terminal, terminal.stdout)
      const marks = { ok: paint('green', 'ok     '), warning: paint('cyan', 'warning'), problem: paint('red', 'problem') }
      if (flags.json) printJson(terminal, { name, redirect_uri: redirectUri, findings: found })
      else terminal.stdout.write(`Redirect URI: ${redirectUri}\n${found.map(({ level, text }) => `${marks[level]}  ${text}\n`).join('')}`)
      if (found.some(({ level }) => level === 'problem')) throw new Problems(1, [])
    }),
  )
}

function secretCommand(group: Command, terminal: Terminal): void {
  const command = adminCommand(group, 'set-secret <name>', 'set or remove the client secret, which is stored sealed', [
    'gatehouse connections set-secret google --client-secret-file google.secret',
    'gatehouse connections set-secret google --remove',
  ]).option('--remove', 'remove it')
  secretFlag(command).action((name: string, flags: ConnectionFlags & { remove?: true }) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const secret = await secretOf(terminal, flags)
      if ((secret === undefined) !== (flags.remove === true)) misuse('give either --client-secret-file or --remove')
      const sealed = secret === undefined ? undefined : tenant.connections.secrets.seal(name, secret)
      if (!(await tenant.store.connections.setSecret(name, sealed))) noSuchConnection(name)
      await done('connection.secret', name, { removed: secret === undefined })
      const sentence = `The client secret of ${name} is ${secret === undefined ? 'removed' : 'set'}.`
      confirm(terminal, flags.json, { name, has_secret: secret !== undefined }, sentence)
    }),
  )
}

const fileFlag = (command: Command) =>
  command.option('--file <path>', 'the connection as a JSON object; - reads standard input; flags take precedence')

const secretFlag = (command: Command) =>
  command.option('--client-secret-file <path>', 'file that holds the client secret; - reads standard input')

async function secretOf(terminal: Terminal, { clientSecretFile: path, file }: ConnectionFlags): Promise<string | undefined> {
  if (path === undefined) return undefined
  if (path === '-' && file === '-') misuse('--client-secret-file - and --file - both read standard input')
  return (path === '-' ? await readAll(terminal.stdin) : textOf(path)).trim() || refuse('the client secret is empty')
}

async function createConnection(terminal: Terminal, flags: ConnectionFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const secret = await secretOf(terminal, flags)
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, connectionSchema))
    const connection = checked(connectionSchema, given, flagOf)
    const sealedSecret = secret === undefined ? undefined : tenant.connections.secrets.seal(connection.name, secret)
    if (!(await tenant.store.connections.add(connection, sealedSecret))) refuse(`there is a connection ${connection.name} already`)
    await done('connection.create', connection.name)
    print(terminal, flags.json, shown(tenant, { ...connection, sealedSecret }))
    if (secret === undefined && settingsOf(connection).authMethod !== 'private_key_jwt')
      terminal.stderr.write(`It has no client secret yet: gatehouse connections set-secret ${connection.name} --client-secret-file FILE\n`)
  })
}

async function updateConnection(terminal: Terminal, name: string, flags: ConnectionFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, connectionSchema))
    if (given['name'] !== undefined && given['name'] !== name) refuse('name cannot be changed')
    const found = await findConnection(tenant, name)
    const kept = Object.entries(withoutSecret(found)).filter(([member]) => !flags.unset?.includes(member))
    const connection = checked(connectionSchema, merged(Object.fromEntries(kept), given), flagOf)
    const outcome = await tenant.store.connections.replace(connection)
    if (outcome === 'unknown') noSuchConnection(name)
    if (outcome === 'other provider') refuse(otherProvider(name))
    await done('connection.change', name, { changed: Object.keys(given).join(' ') })
    print(terminal, flags.json, shown(tenant, { ...connection, sealedSecret: found.sealedSecret }))
  })
}

function withoutSecret({ sealedSecret: _, ...connection }: Connection): ConnectionMetadata {
  return connection
}

function shown({ connections }: Tenant, connection: Connection): object {
  const has_secret = connection.sealedSecret !== undefined
  return { ...withoutSecret(connection), has_secret, redirect_uri: redirectUriOf(connections, connection.name) }
}

export async function findConnection({ store }: Tenant, name: string): Promise<Connection> {
  return (await store.connections.find(name)) ?? noSuchConnection(name)
}

export const otherProvider = (name: string) =>
  `accounts or tokens of its present provider depend on connection ${name}: create another one for another provider, or delete it first`

function noSuchConnection(name: string): never {
  return refuse(`there is no connection ${name}: see "gatehouse connections list"`)
}

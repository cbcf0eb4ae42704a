/** `gatehouse apply`: makes clients and resources what a file declares, and shows first what it would do. */
import type { Command } from 'commander'
import type { House } from '../app.ts'
import { UniqueViolation } from '../store/sql.ts'
import type { Declaration } from '../store/types.ts'
import type { Room } from '../tenant.ts'
import { all, withExamples } from './admin-command.ts'
import { secretByFlags } from './client-secrets.ts'
import { type Declared, generate, membersOfClient, membersOfResource, readSection, readSections, type Section } from './declared.ts'
import { type ConfigFlags, type Done, doneIn, withHouse } from './open.ts'
import { changesAnything, type Entry, type Kind, plan, type Step, told } from './plan.ts'
import { refuse } from './problems.ts'
import { painter, readLine, type Terminal } from './terminal.ts'

interface ApplyFlags extends ConfigFlags {
  tenant: string
  yes?: true
  prune?: true
  allowWeakSecret?: true
  json?: true
}

/** What is to be done in one tenant. */
interface TenantPlan {
  section: Section
  /** What becomes of the tenant itself. */
  tenant: 'create' | 'rename' | 'keep'
  declared: readonly Declared[]
  steps: readonly Step[]
}

/** A secret that was made, to be shown this once. */
interface Made {
  tenant: string
  kind: Kind
  id: string
  secret: string
}

export function apply(program: Command, terminal: Terminal): void {
  const command = program
    .command('apply <file>')
    .description('make clients and APIs what a YAML or JSON file declares, each tenant as a whole; shows first what would change')
    .option('--tenant <slug>', 'whose the lists outside of `tenants` are', 'root')
    .option('--yes', 'do not ask; for programs')
    .option('--prune', 'delete clients and APIs that are not in a list of the file')
    .option('--allow-weak-secret', 'let secrets of the file be shorter than 22 characters')
    .option('--json', 'print JSON, for programs')
  withExamples(command, ['gatehouse apply gatehouse-clients.yaml', 'gatehouse apply clients.yaml --yes --prune']).action(
    (file: string, flags: ApplyFlags) => applyFile(terminal, file, flags),
  )
}

async function applyFile(terminal: Terminal, file: string, flags: ApplyFlags): Promise<void> {
  const sections = await readSections(terminal, file, flags.tenant)
  await withHouse(terminal, flags, async (house) => {
    const plans: TenantPlan[] = []
    for (const section of sections) plans.push(await planFor(house, section, flags))
    const idle = plans.every(({ tenant, steps }) => tenant === 'keep' && !changesAnything(steps))
    if (!flags.json) terminal.stdout.write(idle ? 'Nothing to do.\n' : plans.map((one) => shown(terminal, one)).join(''))
    const made = idle ? [] : await carriedOut(terminal, house, plans, file, flags)
    if (flags.json) terminal.stdout.write(`${JSON.stringify({ tenants: plans.map(forPrograms), secrets: made }, null, 2)}\n`)
  })
}

async function planFor(house: House, section: Section, { prune, allowWeakSecret }: ApplyFlags): Promise<TenantPlan> {
  const room = await house.tenant(slugOf(section))
  const row = room?.row ?? (await house.tenants.list()).find(({ slug }) => slug === slugOf(section))
  if (!room && (row || !section.mayCreate)) refuse(`there is no tenant ${section.tenant}, or it is suspended: see "gatehouse tenants list"`)
  const { ctx } = room ?? ((await house.tenant('')) as Room)
  const declared = readSection(section, { server: house.server, algs: ctx.keys.algs }, allowWeakSecret === true)
  const wanted = await Promise.all(declared.map(async (one) => ({ ...one, newSecret: await needsSecret(room, one) })))
  const kinds = (['client', 'resource'] as const).filter((kind) => prune && section[`${kind}s`])
  const renamed = section.name !== undefined && section.name !== row?.name
  return {
    section,
    tenant: row ? (renamed ? 'rename' : 'keep') : 'create',
    declared,
    steps: plan(room ? await keptIn(room) : [], wanted, kinds),
  }
}

const slugOf = ({ tenant }: Section) => (tenant === 'root' ? '' : tenant)

async function keptIn({ store }: Room): Promise<Entry[]> {
  const clients = await all(store.clientsAdmin.list, (client) => client.client_id)
  const resources = await all(store.resourcesAdmin.list, (resource) => resource.identifier)
  return [
    ...clients.map((client): Entry => ({ kind: 'client', id: client.client_id, members: membersOfClient(client) })),
    ...resources.map((resource): Entry => ({ kind: 'resource', id: resource.identifier, members: membersOfResource(resource) })),
  ]
}

/** A chosen secret must work; one of ours is made when there is none that works. */
async function needsSecret(room: Room | undefined, { kind, id, secret }: Declared): Promise<boolean> {
  if (secret === undefined) return false
  const kept = kind === 'client' ? await room?.store.clients.find(id) : await room?.store.resources.find(id)
  if (!room || !kept || kept.secretHashes.length === 0) return true
  return secret !== generate && !(await room.tokens.matchesSecret(secret, kept.secretHashes))
}

async function carriedOut(
  terminal: Terminal,
  house: House,
  plans: readonly TenantPlan[],
  file: string,
  flags: ApplyFlags,
): Promise<Made[]> {
  if (!flags.yes && !(await isAgreed(terminal, file))) refuse('nothing was changed: add --yes to do it without being asked')
  const made: Made[] = []
  for (const one of plans) made.push(...(await declare(house, one, terminal)))
  if (flags.json) return made
  terminal.stdout.write('Done.\n')
  for (const { tenant, kind, id, secret } of made) terminal.stdout.write(`secret of ${kind} ${id} of tenant ${tenant}: ${secret}\n`)
  if (made.length > 0) terminal.stderr.write('Secrets are kept only as hashes: note them now.\n')
  return made
}

/** Only a person who sees the question can agree; a file that comes by standard input leaves nothing to answer with. */
async function isAgreed(terminal: Terminal, file: string): Promise<boolean> {
  if (!terminal.stdout.isTTY || file === '-') return false
  terminal.stdout.write('Do it? [y/N] ')
  return /^y(es)?$/i.test((await readLine(terminal.stdin)).trim())
}

/** One tenant, as a whole. */
async function declare(house: House, { section, tenant, declared, steps }: TenantPlan, terminal: Terminal): Promise<Made[]> {
  const { name = section.tenant } = section
  if (tenant === 'create' && !(await house.tenants.create({ slug: section.tenant, name })))
    refuse(`there is a tenant ${section.tenant} already`)
  if (tenant === 'rename') await house.tenants.set(slugOf(section), { name })
  const room = (await house.tenant(slugOf(section))) ?? refuse(`tenant ${section.tenant} is gone`)
  const made: Made[] = []
  const declaration: Declaration = {
    clients: [],
    resources: [],
    removed: { clients: goneOf(steps, 'client'), resources: goneOf(steps, 'resource') },
  }
  for (const one of declared) {
    const step = steps.find(({ kind, id }) => kind === one.kind && id === one.id)
    if (!step || step.act === 'keep') continue
    const chosen = one.secret === undefined || one.secret === generate ? {} : { secret: one.secret, allowWeakSecret: true as const }
    const { row, shown } = step.newSecret ? secretByFlags(chosen, room) : {}
    if (shown !== undefined && one.secret === generate) made.push({ tenant: section.tenant, kind: one.kind, id: one.id, secret: shown })
    if (one.kind === 'client') declaration.clients.push({ client: one.metadata, secret: row })
    else declaration.resources.push({ resource: one.metadata, secret: row })
  }
  await room.store.declare(declaration, room.ctx.now()).catch((error: unknown) => {
    if (error instanceof UniqueViolation)
      refuse(`tenant ${section.tenant}: two resources would have the same resource_id; nothing of it was changed`)
    throw error
  })
  await noteApplied(doneIn(room, terminal), room, steps)
  return made
}

async function noteApplied(done: Done, { org }: Room, steps: readonly Step[]): Promise<void> {
  const verbs = { create: 'create', change: 'change', delete: 'remove' } as const
  await done('tenant.apply', org)
  for (const { kind, id, act } of steps) if (act !== 'keep') await done(`${kind}.${verbs[act]}`, id)
}

function goneOf(steps: readonly Step[], kind: Kind): string[] {
  return steps.filter((step) => step.kind === kind && step.act === 'delete').map(({ id }) => id)
}

function shown(terminal: Terminal, { section, tenant, steps }: TenantPlan): string {
  const paint = painter(terminal, terminal.stdout)
  const fate = { create: ' (new)', rename: ` (named ${JSON.stringify(section.name)})`, keep: '' }[tenant]
  return `${paint('bold', `Tenant ${section.tenant}${fate}`)}\n${told(steps, paint)}`
}

function forPrograms({ section, tenant, steps }: TenantPlan): object {
  return { tenant: section.tenant, act: tenant, steps }
}

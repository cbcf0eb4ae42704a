/** `gatehouse apply`: makes everything that a file declares of tenants match it, and shows the changes first. */

import type { Command } from 'commander'
import type { App } from '../app.ts'
import { OtherProvider } from '../connections/store.ts'
import { signsWithSecret } from '../protocol/client-secret-methods.ts'
import { UniqueViolation } from '../store/sql.ts'
import type { Declaration } from '../store/types.ts'
import type { Tenant } from '../tenant.ts'
import { all, printJson, withExamples } from './admin-command.ts'
import { assigneesOf } from './assignments.ts'
import { secretByFlags } from './client-secrets.ts'
import { otherProvider } from './connections.ts'
import {
  type Declared,
  generate,
  idOfEntity,
  membersOfClient,
  membersOfConnection,
  membersOfCredential,
  membersOfEntity,
  membersOfIssuer,
  membersOfResource,
  membersOfWebhook,
  readSection,
  readSections,
  type TenantSection,
} from './declared.ts'
import { assignmentsOf, named } from './declared-assignments.ts'
import { everyEntity } from './federation.ts'
import { type ConfigFlags, type Done, doneIn, withApp } from './open.ts'
import { changesAnything, type Kind, type PlanEntry, plan, renderPlan, type Step } from './plan.ts'
import { refuse } from './problems.ts'
import { painter, readLine, type Terminal } from './terminal.ts'

type PlanFlags = Pick<ApplyFlags, 'prune' | 'allowWeakSecret'>

interface ApplyFlags extends ConfigFlags {
  tenant: string
  yes?: true
  prune?: true
  allowWeakSecret?: true
  json?: true
}

/** The changes to one tenant. */
export interface TenantPlan {
  section: TenantSection
  /** The change to the tenant itself. */
  tenant: 'create' | 'rename' | 'keep'
  declared: readonly Declared[]
  steps: readonly Step[]
}

/** A generated secret, to be shown only once. */
export interface Made {
  tenant: string
  kind: Kind
  id: string
  secret: string
}

export function apply(command: Command, terminal: Terminal): void {
  command
    .option('--tenant <slug>', 'the tenant of the lists outside `tenants`', 'root')
    .option('--yes', 'do not ask for confirmation')
    .option(
      '--prune',
      'delete what is missing from a list of the file: clients, APIs, connections, webhooks, credentials, entities, trusted issuers',
    )
    .option('--allow-weak-secret', 'accept secrets of fewer than 22 characters')
    .option('--json', 'print JSON, for programs')
  withExamples(command, ['gatehouse apply gatehouse-clients.yaml', 'gatehouse apply clients.yaml --yes --prune']).action(
    (file: string, flags: ApplyFlags) => applyFile(terminal, file, flags),
  )
}

async function applyFile(terminal: Terminal, file: string, flags: ApplyFlags): Promise<void> {
  const sections = await readSections(terminal, file, flags.tenant)
  await withApp(terminal, flags, async (app) => {
    const plans: TenantPlan[] = []
    for (const section of sections) plans.push(await planFor(app, section, flags))
    const idle = plans.every(({ tenant, steps }) => tenant === 'keep' && !changesAnything(steps))
    if (!flags.json) terminal.stdout.write(idle ? 'Nothing to do.\n' : plans.map((one) => shown(terminal, one)).join(''))
    const made = idle ? [] : await carriedOut(terminal, app, plans, file, flags)
    if (flags.json) printJson(terminal, { tenants: plans.map(forPrograms), secrets: made })
  })
}

export async function planFor(app: App, section: TenantSection, { prune, allowWeakSecret }: PlanFlags): Promise<TenantPlan> {
  const tenant = await app.tenant(slugOf(section))
  const row = tenant?.row ?? (await app.tenants.list()).find(({ slug }) => slug === slugOf(section))
  if (!tenant && (row || !section.mayCreate))
    refuse(`there is no tenant ${section.tenant}, or it is suspended: see "gatehouse tenants list"`)
  const { ctx } = tenant ?? ((await app.tenant('')) as Tenant)
  const read = readSection(section, { server: app.server, algs: ctx.keys.algs }, allowWeakSecret === true)
  const declared = await Promise.all(read.map((one) => withAssignees(tenant, one)))
  const wanted = await Promise.all(declared.map(async (one) => ({ ...one, newSecret: await needsSecret(tenant, one) })))
  const kinds = (Object.keys(listOf) as Kind[]).filter((kind) => prune && section[listOf[kind]])
  const kept = tenant ? await keptIn(tenant, declared) : []
  const steps = plan(kept, wanted, kinds)
  refuseUnknownConnections(declared, kept, steps)
  const renamed = section.name !== undefined && section.name !== row?.name
  return {
    section,
    tenant: row ? (renamed ? 'rename' : 'keep') : 'create',
    declared,
    steps,
  }
}

/** Each connection that a new or changed client names must be there already and stay, or be declared. */
function refuseUnknownConnections(declared: readonly Declared[], kept: readonly PlanEntry[], steps: readonly Step[]): void {
  const gone = goneOf(steps, 'connection')
  const known = [...declared, ...kept].filter(({ kind, id }) => kind === 'connection' && !gone.includes(id)).map(({ id }) => id)
  const changed = steps.filter(({ kind, act }) => kind === 'client' && act !== 'keep').map(({ id }) => id)
  const problems = declared.flatMap((one) =>
    one.kind === 'client' && changed.includes(one.id)
      ? Object.keys(one.metadata.connections)
          .filter((name) => !known.includes(name))
          .map((name) => `client ${one.id}: there is no connection ${name}: declare it too, or correct the name`)
      : [],
  )
  if (problems.length > 0) refuse(...problems)
}

/** With the people and groups that it names. Refuses a name that nobody in the tenant has. `tenant`: undefined when it is still to be created. */
async function withAssignees(tenant: Tenant | undefined, one: Declared): Promise<Declared> {
  if (one.kind !== 'client' || !one.assigned) return one
  const { groups, users } = one.assigned
  if (!tenant && groups.length + users.length > 0) refuse(`client ${one.id}: a tenant that is created has nobody to assign`)
  const assignees = tenant ? await assigneesOf(tenant, one.assigned) : []
  const members = assignees.length > 0 ? { ...one.members, assignments: named(assignees) } : one.members
  return { ...one, members, assignees: assignees.map(({ kind, id }) => ({ kind, id })) }
}

/** The list of a section that declares all of a kind. */
const listOf = {
  client: 'clients',
  resource: 'resources',
  connection: 'connections',
  webhook: 'webhooks',
  credential: 'credentials',
  'federation entity': 'federation_entities',
  'trusted-issuer': 'trusted_issuers',
} as const satisfies Record<Kind, keyof TenantSection>
const slugOf = ({ tenant }: TenantSection) => (tenant === 'root' ? '' : tenant)

/** With their assignments the clients whose assignments are declared. */
async function keptIn(tenant: Tenant, declared: readonly Declared[]): Promise<PlanEntry[]> {
  const { store } = tenant
  const clients = await all(store.clientsAdmin.list, (client) => client.client_id)
  const resources = await all(store.resourcesAdmin.list, (resource) => resource.identifier)
  const connections = await all(store.connections.list, ({ name }) => name)
  const webhooks = await all(store.webhooks.list, ({ name }) => name)
  const credentials = await all(store.credentialConfigurations.list, ({ id }) => id)
  const entities = await everyEntity(store)
  const issuers = await all(store.trustedIssuersAdmin.list, ({ issuer }) => issuer)
  return [
    ...entities.map((one): PlanEntry => ({ kind: 'federation entity', id: idOfEntity(one), members: membersOfEntity(one) })),
    ...credentials.map((one): PlanEntry => ({ kind: 'credential', id: one.id, members: membersOfCredential(one) })),
    ...issuers.map((one): PlanEntry => ({ kind: 'trusted-issuer', id: one.issuer, members: membersOfIssuer(one) })),
    ...webhooks.map((one): PlanEntry => ({ kind: 'webhook', id: one.name, members: membersOfWebhook(one) })),
    ...connections.map((one): PlanEntry => ({ kind: 'connection', id: one.name, members: membersOfConnection(one) })),
    ...(await Promise.all(
      clients.map(async (client): Promise<PlanEntry> => {
        const { client_id: id } = client
        const isDeclared = declared.some((one) => one.kind === 'client' && one.id === id && one.assigned)
        const assignments = isDeclared ? await assignmentsOf(tenant, id) : undefined
        return { kind: 'client', id, members: { ...membersOfClient(client), ...(assignments ? { assignments } : {}) } }
      }),
    )),
    ...resources.map((resource): PlanEntry => ({ kind: 'resource', id: resource.identifier, members: membersOfResource(resource) })),
  ]
}

/** Is a chosen secret not valid yet, or is there no valid secret where one is to be generated? */
async function needsSecret(tenant: Tenant | undefined, { kind, id, secret }: Declared): Promise<boolean> {
  if (secret === undefined) return false
  if (kind === 'credential') return false
  if (kind === 'webhook') {
    const sealed = (await tenant?.store.webhooks.find(id))?.sealedSecret
    return sealed === undefined || (secret !== generate && (await tenant?.webhooks.open(id, sealed)) !== secret)
  }
  if (kind === 'connection') return !(await isSecretOf(tenant, id, secret))
  const kept = kind === 'client' ? await tenant?.store.clientsAdmin.find(id) : await tenant?.store.resources.find(id)
  if (!tenant || !kept || kept.secretHashes.length === 0) return true
  return secret !== generate && !(await tenant.tokens.matchesSecret(secret, kept.secretHashes))
}

async function isSecretOf(tenant: Tenant | undefined, name: string, secret: string): Promise<boolean> {
  const sealed = (await tenant?.store.connections.find(name))?.sealedSecret
  return sealed !== undefined && (await tenant?.connections.secrets.open(name, sealed)) === secret
}

async function carriedOut(terminal: Terminal, app: App, plans: readonly TenantPlan[], file: string, flags: ApplyFlags): Promise<Made[]> {
  if (!flags.yes && !(await isAgreed(terminal, file))) refuse('nothing was changed: add --yes to skip the confirmation')
  const made: Made[] = []
  for (const one of plans) made.push(...(await declare(app, one, terminal)))
  if (flags.json) return made
  terminal.stdout.write('Done.\n')
  for (const { tenant, kind, id, secret } of made) terminal.stdout.write(`secret of ${kind} ${id} of tenant ${tenant}: ${secret}\n`)
  if (made.length > 0) terminal.stderr.write('The secrets are not shown again: note them now.\n')
  return made
}

/** Only a person who sees the question can confirm, and not if standard input is the file. */
async function isAgreed(terminal: Terminal, file: string): Promise<boolean> {
  if (!terminal.stdout.isTTY || file === '-') return false
  terminal.stdout.write('Apply these changes? [y/N] ')
  return /^y(es)?$/i.test((await readLine(terminal.stdin)).trim())
}

/** Applies the changes to one tenant, all or none. */
export async function declare(app: App, { section, tenant: change, declared, steps }: TenantPlan, terminal: Terminal): Promise<Made[]> {
  const { name = section.tenant } = section
  if (change === 'create' && !(await app.tenants.create({ slug: section.tenant, name })))
    refuse(`there is a tenant ${section.tenant} already`)
  if (change === 'rename') await app.tenants.set(slugOf(section), { name })
  const tenant = (await app.tenant(slugOf(section))) ?? refuse(`tenant ${section.tenant} has just been removed`)
  const made: Made[] = []
  const gone = goneOf(steps, 'federation entity')
  const webhooks: NonNullable<Declaration['webhooks']>[number][] = []
  const declaration: Declaration = {
    clients: [],
    resources: [],
    connections: [],
    webhooks,
    credentials: declared.flatMap((one) => (one.kind === 'credential' ? [one.metadata] : [])),
    entities: declared.flatMap((one) => (one.kind === 'federation entity' ? [one.metadata] : [])),
    trustedIssuers: declared.flatMap((one) => (one.kind === 'trusted-issuer' ? [one.metadata] : [])),
    removed: {
      clients: goneOf(steps, 'client'),
      resources: goneOf(steps, 'resource'),
      connections: goneOf(steps, 'connection'),
      webhooks: goneOf(steps, 'webhook'),
      credentials: goneOf(steps, 'credential'),
      entities: (await everyEntity(tenant.store)).filter((one) => gone.includes(idOfEntity(one))),
      trustedIssuers: goneOf(steps, 'trusted-issuer'),
    },
  }
  for (const one of declared) {
    const step = steps.find(({ kind, id }) => kind === one.kind && id === one.id)
    if (!step || step.act === 'keep' || one.kind === 'credential' || one.kind === 'federation entity' || one.kind === 'trusted-issuer')
      continue
    if (one.kind === 'connection') {
      const sealedSecret = step.newSecret && one.secret !== undefined ? tenant.connections.secrets.seal(one.id, one.secret) : undefined
      declaration.connections.push({ connection: one.metadata, sealedSecret })
      continue
    }
    if (one.kind === 'webhook') {
      const secret = one.secret === generate ? tenant.webhooks.newSecret() : one.secret
      const sealedSecret = step.newSecret && secret !== undefined ? tenant.webhooks.seal(one.id, secret) : undefined
      if (step.newSecret && secret !== undefined && one.secret === generate)
        made.push({ tenant: section.tenant, kind: one.kind, id: one.id, secret })
      webhooks.push({ webhook: one.metadata, sealedSecret })
      continue
    }
    const chosen = one.secret === undefined || one.secret === generate ? {} : { secret: one.secret, allowWeakSecret: true as const }
    const { row, shown } = step.newSecret ? secretByFlags(chosen, tenant, one.kind === 'client' && signsWithSecret(one.metadata)) : {}
    if (shown !== undefined && one.secret === generate) made.push({ tenant: section.tenant, kind: one.kind, id: one.id, secret: shown })
    if (one.kind === 'client') declaration.clients.push({ client: one.metadata, secret: row, assignees: one.assignees })
    else declaration.resources.push({ resource: one.metadata, secret: row })
  }
  await tenant.store.declare(declaration, tenant.ctx.now()).catch((error: unknown) => {
    if (error instanceof OtherProvider) refuse(`tenant ${section.tenant}: ${otherProvider(error.connection)}; nothing was changed in it`)
    if (error instanceof UniqueViolation)
      refuse(`tenant ${section.tenant}: two resources would have the same resource_id; nothing was changed in it`)
    throw error
  })
  await noteApplied(doneIn(tenant, terminal), tenant, steps)
  return made
}

async function noteApplied(done: Done, { org }: Tenant, steps: readonly Step[]): Promise<void> {
  const verbs = { create: 'create', change: 'change', delete: 'remove' } as const
  await done('tenant.apply', org)
  for (const { kind, id, act } of steps) {
    if (act === 'keep') continue
    if (kind === 'federation entity') await done(act === 'delete' ? 'federation.remove' : 'federation.add', id.split(' ')[1])
    else await done(`${noun(kind)}.${verbs[act]}`, id)
  }
}

const noun = (kind: Exclude<Kind, 'federation entity'>) => (kind === 'credential' ? 'credential-configuration' : kind)

function goneOf(steps: readonly Step[], kind: Kind): string[] {
  return steps.filter((step) => step.kind === kind && step.act === 'delete').map(({ id }) => id)
}

function shown(terminal: Terminal, { section, tenant, steps }: TenantPlan): string {
  const paint = painter(terminal, terminal.stdout)
  const fate = { create: ' (new)', rename: ` (named ${JSON.stringify(section.name)})`, keep: '' }[tenant]
  return `${paint('bold', `Tenant ${section.tenant}${fate}`)}\n${renderPlan(steps, paint)}`
}

function forPrograms({ section, tenant, steps }: TenantPlan): object {
  return { tenant: section.tenant, act: tenant, steps: steps.map(({ newSecret, ...step }) => ({ ...step, new_secret: newSecret })) }
}

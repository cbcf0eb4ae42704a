/** `gatehouse import keycloak`: brings a realm of Keycloak, and shows first what would come and what cannot. */
import type { Command } from 'commander'
import type { App } from '../app.ts'
import { defineAttribute } from '../identity/attributes.ts'
import { createGroup } from '../identity/groups.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, printJson } from './admin-command.ts'
import { declare, type Made } from './apply.ts'
import type { Note } from './keycloak-attributes.ts'
import { importUsers, type UserImport } from './keycloak-import.ts'
import { planRealm, type RealmPlan } from './keycloak-plan.ts'
import { type Done, withTenant } from './open.ts'
import { changesAnything, renderPlan } from './plan.ts'
import { refuse } from './problems.ts'
import { painter, type Terminal } from './terminal.ts'

interface ImportFlags extends AdminFlags {
  yes?: true
}

/** What is done so far. */
interface Progress extends UserImport {
  secrets: Made[]
  step: 'attributes' | 'groups' | 'clients' | 'users'
}

export function importKeycloak(group: Command, terminal: Terminal): void {
  adminCommand(
    group,
    'keycloak <files...>',
    'bring clients, groups, roles and users of a realm export; shows first what comes and what cannot',
    [
      'gatehouse import keycloak realm.json',
      'gatehouse import keycloak realm.json --tenant acme --yes',
      'gatehouse import keycloak example-realm.json example-users-0.json example-users-1.json',
    ],
  )
    .option('--yes', 'do it; without it, nothing is changed')
    .action((files: string[], flags: ImportFlags) =>
      withTenant(terminal, flags, (tenant, done, app) => importRealm(terminal, files, flags, { tenant, done, app })),
    )
}

async function importRealm(
  terminal: Terminal,
  files: readonly string[],
  flags: ImportFlags,
  { tenant, done, app }: { tenant: Tenant; done: Done; app: App },
): Promise<void> {
  const plan = await planRealm(terminal, files, { app, tenant, slug: flags.tenant })
  if (!flags.json) terminal.stdout.write(shownPlan(terminal, plan, flags.tenant))
  const progress: Progress = {
    counts: { imported: 0, already_there: 0, left_out: 0, refused: 0 },
    notes: [],
    secrets: [],
    step: 'attributes',
  }
  try {
    if (flags.yes) await prepare(terminal, app, tenant, { plan, done }, progress)
    await importUsers(terminal, files, { tenant, plan, done: flags.yes && done }, progress)
  } catch (error) {
    if (flags.yes) terminal.stderr.write(standing(progress))
    throw error
  }
  report(terminal, flags, plan, progress)
}

/** Each step makes what is missing, so that running it again goes on where it stopped. */
async function prepare(
  terminal: Terminal,
  app: App,
  tenant: Tenant,
  { plan, done }: { plan: RealmPlan; done: Done },
  progress: Progress,
): Promise<void> {
  for (const attribute of plan.newAttributes) {
    if ((await defineAttribute(tenant.attributes, attribute)) !== 'defined') refuse(`attribute ${attribute.name} cannot be defined`)
    await done('attribute.define', attribute.name)
  }
  progress.step = 'groups'
  for (const name of plan.newGroups) {
    const made = await createGroup(tenant.accounts, { name })
    if (made !== 'taken') await done('group.create', made.id)
  }
  progress.step = 'clients'
  if (changesAnything(plan.clients.steps)) progress.secrets.push(...(await declare(app, plan.clients, terminal)))
  progress.step = 'users'
}

/** Where an import stands that stopped, and how to go on. */
function standing({ step, counts, secrets }: Progress): string {
  const made = secrets.map(({ id, secret }) => `secret of client ${id}, note it now: ${secret}\n`)
  return `The import stopped at the ${step}, with ${counts.imported} users imported. Run the same command again: it goes on with what is missing.\n${made.join('')}`
}

function shownPlan(terminal: Terminal, { realm, newAttributes, newGroups, clients, groups }: RealmPlan, slug: string): string {
  const paint = painter(terminal, terminal.stdout)
  const version = realm.keycloakVersion ? ` of Keycloak ${realm.keycloakVersion}` : ''
  const there = [...groups.names.values()].filter((name) => !newGroups.includes(name))
  return [
    `${paint('bold', `Realm ${realm.realm}${version}, into tenant ${slug}`)}\n`,
    ...newAttributes.map(({ name, type }) => `${paint('green', `  + attribute ${name}`)} (${type})\n`),
    ...newGroups.map((name) => `${paint('green', `  + group ${name}`)}\n`),
    ...there.map((name) => paint('dim', `  = group ${name}, which is there already: its members join it\n`)),
    renderPlan(clients.steps, paint),
  ].join('')
}

function report(terminal: Terminal, flags: ImportFlags, plan: RealmPlan, { counts, notes, secrets }: Progress): void {
  const all = [...plan.notes, ...notes]
  const isDone = flags.yes === true
  if (flags.json) printJson(terminal, forPrograms(flags.tenant, isDone, plan, counts, all, secrets))
  else {
    const words = { imported: isDone ? 'imported' : 'to import', already_there: 'already there', left_out: 'left out', refused: 'refused' }
    const outcomes = Object.entries(words).map(
      ([outcome, word]) => `${counts[outcome as keyof typeof counts].toLocaleString('en-US')} ${word}`,
    )
    terminal.stdout.write(`  users: ${outcomes.join(', ')}\n`)
    if (all.length > 0) terminal.stdout.write(`\nWhat does not come, or comes changed:\n${grouped(all).join('')}`)
    for (const { id, secret } of secrets) terminal.stdout.write(`secret of client ${id}: ${secret}\n`)
    if (secrets.length > 0) terminal.stderr.write('Only hashes of the secrets are stored: note them now.\n')
    terminal.stdout.write(isDone ? '\nDone.\n' : '\nNothing is changed: add --yes to import.\n')
  }
  if (isDone && counts.refused > 0)
    refuse(`${counts.refused} users were refused: correct the file and run the command again; what is here already stays as it is`)
}

/** What many have alike is one line. */
function grouped(notes: readonly Note[]): string[] {
  const most = 5
  return [...Map.groupBy(notes, ({ detail }) => detail)].flatMap(([detail, alike]) => {
    if (alike.length <= most) return alike.map(({ of }) => `  ${of}: ${detail}\n`)
    return [
      `  ${alike
        .slice(0, most)
        .map(({ of }) => of)
        .join(', ')} and ${alike.length - most} more (--json lists them): ${detail}\n`,
    ]
  })
}

function forPrograms(
  tenant: string,
  done: boolean,
  { realm, newAttributes, newGroups, clients }: RealmPlan,
  users: Progress['counts'],
  notes: readonly Note[],
  secrets: readonly Made[],
): object {
  return {
    ...{ tenant, realm: realm.realm, done, users },
    attributes: newAttributes.map(({ name }) => name),
    groups: newGroups,
    clients: clients.steps.map(({ id }) => id),
    not_coming: notes,
    secrets: secrets.map(({ id, secret }) => ({ client_id: id, client_secret: secret })),
  }
}

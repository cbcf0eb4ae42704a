/** `gatehouse export`: what tenants declare, in the form that `gatehouse apply` reads. Secrets are never in it. */
import type { Command } from 'commander'
import { stringify } from 'yaml'
import type { Tenant } from '../tenant.ts'
import { all, printJson, withExamples } from './admin-command.ts'
import {
  generate,
  membersOfClient,
  membersOfConnection,
  membersOfCredential,
  membersOfEntity,
  membersOfIssuer,
  membersOfResource,
  membersOfWebhook,
} from './declared.ts'
import { assignmentsOf } from './declared-assignments.ts'
import { everyEntity } from './federation.ts'
import { type ConfigFlags, withApp } from './open.ts'
import { refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface ExportFlags extends ConfigFlags {
  tenant?: string
  json?: true
}

export function exports(command: Command, terminal: Terminal): void {
  command.option('--tenant <slug>', 'of this tenant only; else of every active one').option('--json', 'as JSON')
  withExamples(command, ['gatehouse export > clients.yaml', 'gatehouse export --tenant acme > acme.yaml']).action((flags: ExportFlags) =>
    withApp(terminal, flags, async (app) => {
      const slug = flags.tenant === 'root' ? '' : flags.tenant
      const tenant =
        (await app.tenant(slug ?? '')) ?? refuse(`there is no tenant ${flags.tenant}, or it is suspended: see "gatehouse tenants list"`)
      const tenants: Record<string, object> = {}
      const others = slug === undefined ? (await app.tenants.list()).filter((row) => row.slug !== '' && row.status === 'active') : []
      for (const row of others) tenants[row.slug] = { name: row.name, ...(await listsOf((await app.tenant(row.slug)) as Tenant)) }
      const value = {
        ...(slug === undefined ? { name: tenant.row.name } : {}),
        ...(await listsOf(tenant)),
        ...(others.length > 0 ? { tenants } : {}),
      }
      if (flags.json) printJson(terminal, value)
      else terminal.stdout.write(stringify(value, { lineWidth: 0 }))
    }),
  )
}

async function listsOf(tenant: Tenant): Promise<Record<string, object[]>> {
  const { store } = tenant
  const clients = await all(store.clientsAdmin.list, (client) => client.client_id)
  const assigned = clients.map(async (client) => {
    const assignments = await assignmentsOf(tenant, client.client_id)
    return { ...membersOfClient(client), ...(assignments ? { assignments } : {}) }
  })
  const resources = await all(store.resourcesAdmin.list, (resource) => resource.identifier)
  const connections = await all(store.connections.list, ({ name }) => name)
  const webhooks = await all(store.webhooks.list, ({ name }) => name)
  const credentials = await all(store.credentialConfigurations.list, ({ id }) => id)
  const entities = await everyEntity(store)
  const issuers = await all(store.trustedIssuersAdmin.list, ({ issuer }) => issuer)
  const declared = resources.map(async (resource) => {
    const kept = await store.resources.find(resource.identifier)
    return { ...membersOfResource(resource), ...(kept?.secretHashes.length ? { secret: generate } : {}) }
  })
  return {
    clients: await Promise.all(assigned),
    resources: await Promise.all(declared),
    ...(connections.length > 0 ? { connections: connections.map(membersOfConnection) } : {}),
    ...(webhooks.length > 0 ? { webhooks: webhooks.map(membersOfWebhook) } : {}),
    ...(credentials.length > 0 ? { credentials: credentials.map(membersOfCredential) } : {}),
    ...(entities.length > 0 ? { federation_entities: entities.map(membersOfEntity) } : {}),
    ...(issuers.length > 0 ? { trusted_issuers: issuers.map(membersOfIssuer) } : {}),
  }
}

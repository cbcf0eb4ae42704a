/** `gatehouse streams`: the streams of security events that applications made by the Shared Signals Framework. */
import type { Command } from 'commander'
import { type EventStream, verification } from '../protocol/event-stream.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, print, printTable } from './admin-command.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

export function streams(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'all streams', ['gatehouse streams list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = (await all(store.eventStreams.list, ({ id }) => id)).map(shown)
      const rows = found.map((one) => [one.stream_id, one.client_id, one.status, one.endpoint_url ?? 'fetched'])
      printTable(terminal, flags.json, found, ['stream', 'client', 'status', 'endpoint'], rows)
    }),
  )
  adminCommand(group, 'show <id>', 'one stream', ['gatehouse streams show STREAM']).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, shown(await findStream(tenant, id)))),
  )
  adminCommand(group, 'verify <id>', 'put a verification event into a stream; a running server sends it', [
    'gatehouse streams verify STREAM',
  ]).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => {
      const stream = await findStream(tenant, id)
      const { ctx, store } = tenant
      const event = { stream: id, jti: `${id}.${ctx.id()}`, type: verification, at: ctx.now(), claims: {} }
      if (!(await store.eventStreams.verify(stream, event))) refuse('the stream was verified a moment ago: wait a second')
      confirm(terminal, flags.json, { stream_id: id, token: event.jti }, `A verification event waits in stream ${id}.`)
    }),
  )
  adminCommand(group, 'delete <id>', 'remove a stream with the events that wait in it', ['gatehouse streams delete STREAM']).action(
    (id: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store }, done) => {
        if (!(await store.eventStreams.remove(id))) noSuchStream(id)
        await done('stream.remove', id)
        confirm(terminal, flags.json, { stream_id: id, deleted: true }, `Stream ${id} is deleted.`)
      }),
  )
}

function shown({ id, clientId, status, method, endpointUrl, eventsRequested, description }: EventStream) {
  return {
    ...{ stream_id: id, client_id: clientId, status, method },
    ...(endpointUrl !== undefined && { endpoint_url: endpointUrl }),
    ...{ events_requested: eventsRequested, description },
  }
}

async function findStream({ store }: Tenant, id: string): Promise<EventStream> {
  return (await store.eventStreams.find(id)) ?? noSuchStream(id)
}

function noSuchStream(id: string): never {
  return refuse(`there is no stream ${id}: see "gatehouse streams list"`)
}

/** `gatehouse streams`: streams that applications made are listed, shown, tried and removed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type CommandLine, commandLine } from '../../test/command-line.ts'
import { aStream } from '../../test/event-content.ts'
import { openDatabase } from '../store/open.ts'
import { ROOT_TENANT } from '../store/system.ts'
import { tenantStore } from '../store/tenant.ts'

let shell: CommandLine
before(async () => {
  shell = await commandLine()
})
after(() => shell.remove())

/** By an application, which no command does. */
async function addStream(): Promise<string[]> {
  const db = await openDatabase(`sqlite:${shell.folder}/gatehouse.db`)
  const store = tenantStore(db, ROOT_TENANT, () => 0)
  await store.eventStreams.add({ ...aStream('1'), sealedAuthorization: undefined })
  await db.close()
  return ['stream1', 'client1']
}

test('a stream is listed, shown, verified once in a second, and removed, which is noted', async () => {
  assert.deepEqual(await shell.json('streams list'), [])
  const [id, clientId] = await addStream()
  assert.match((await shell.gatehouse('streams list')).out, /stream1 +client1 +enabled +https:\/\/receiver1\.example\/events/)
  const shown = await shell.json(`streams show ${id}`)
  assert.deepEqual([shown.client_id, shown.status, shown.method], [clientId, 'enabled', 'urn:ietf:rfc:8935'])
  assert.match((await shell.gatehouse(`streams verify ${id}`)).out, /A verification event waits in stream stream1\./)
  assert.match((await shell.gatehouse(`streams delete ${id}`)).out, /Stream stream1 is deleted\./)
  assert.deepEqual(
    (await shell.json('audit list --act stream.remove')).map(({ target }: { target: { id: string } }) => target.id),
    [id],
  )
})

for (const verb of ['show', 'verify', 'delete'])
  test(`refused: ${verb} of a stream that does not exist`, async () => {
    const { status, err } = await shell.gatehouse(`streams ${verb} nothing`)
    assert.equal(status, 1)
    assert.match(err, /there is no stream nothing: see "gatehouse streams list"/)
  })

/** Nodes that start at the same moment do not stand in each other's way. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { addDemoData, demo } from '../../src/demo-data.ts'
import { random } from '../../src/platform.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import { type Engine, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice } from './application.ts'

for (const engine of Object.keys(engines) as Engine[])
  test(`17: ${engine}: development nodes that start at once on an empty database all start`, async (t) => {
    const database = await engines[engine]()
    const data = mkdtempSync(join(tmpdir(), 'gatehouse-start-'))
    const settings = { DATABASE_URL: database.url, DATA_DIR: data }
    const nodes = await Promise.allSettled([1, 2, 3].map(() => testApp(engine, settings)))
    t.after(async () => {
      for (const node of nodes) if (node.status === 'fulfilled') await node.value.close()
      await database.close()
      rmSync(data, { recursive: true, force: true })
    })
    const apps = nodes.map((node) => (node.status === 'fulfilled' ? node.value : assert.fail(node.reason)))
    const made = await Promise.all(apps.map(({ root }) => addDemoData(root, random)))
    assert.equal(made.filter((one) => typeof one === 'object').length, 1, 'one of them made the administrator')
    const subjects = await Promise.all(apps.map(async ({ root }) => (await root.store.accounts.byLogin('admin'))?.subject))
    assert.equal(new Set(subjects).size, 1)
  })

test('the second start in development writes nothing: each commit waits for the disk', async (t) => {
  const gatehouse = await testApp('sqlite')
  const db = await openDatabase(gatehouse.database)
  t.after(async () => {
    await db.close()
    await gatehouse.close()
  })
  const version = () => db.read(sql`select version from configuration_versions`)
  await addDemoData(gatehouse.root, random)
  const before = await version()
  await addDemoData(gatehouse.root, random)
  assert.deepEqual(await version(), before)
  await addDemoData(gatehouse.root, random, 'another-signing-secret-for-the-m2m-demo')
  assert.notDeepEqual(await version(), before, 'a setting that changed counts')
})

test('the consent page of the demo application says what each scope allows', async (t) => {
  const gatehouse = await testApp('sqlite')
  t.after(() => gatehouse.close())
  await addDemoData(gatehouse.root, random)
  await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
  const [client_id, redirect_uri] = [demo.application.client_id, demo.application.redirect_uri]
  const scope = 'openid profile email offline_access read write'
  const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }
  const ask = new URLSearchParams({ client_id, redirect_uri, scope, response_type: 'code', state: 'x', ...challenge })
  const browser = gatehouse.browser()
  await browser.open(`${gatehouse.issuer}/authorize?${ask}`)
  const { html } = await browser.submit('sign-in', { username: alice.username, password: alice.password })
  for (const words of ['Read your notes', 'Write notes for you']) assert.ok(html.includes(words), html)
})

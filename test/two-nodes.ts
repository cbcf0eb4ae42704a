/** Two servers of one installation: the same database, folder and issuer, each at an address of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engine, freePort, type TestApp, testApp } from './app.ts'
import { migrated } from './databases.ts'
import { browser, type TinyBrowser } from './tiny-browser.ts'

export interface TwoNodes {
  one: TestApp
  two: TestApp
  /** Address of the other one. */
  other: string
  /** One whose requests go to each of them in turn, as a load balancer sends them. */
  balanced(): TinyBrowser
  close(): Promise<void>
}

/** `env`: settings of both. */
export async function twoNodes(engine: Engine, env: Record<string, string> = {}): Promise<TwoNodes> {
  const database = await migrated[engine]()
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-nodes-'))
  const shared = { ...env, DATABASE_URL: database.url, DATA_DIR: data }
  const one = await testApp(engine, shared, undefined, Date.now)
  const port = await freePort()
  const second = await testApp(engine, { ...shared, ISSUER: one.issuer, LISTEN_PORT: String(port) }, undefined, Date.now)
  const other = `http://localhost:${port}`
  return {
    one,
    two: second,
    other,
    balanced() {
      let count = 0
      return browser(one.issuer, (url) => (count++ % 2 === 0 ? url.replace(one.issuer, other) : url))
    },
    async close() {
      await second.close()
      await one.close()
      rmSync(data, { recursive: true, force: true })
      await database.close()
    },
  }
}

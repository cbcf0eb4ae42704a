/** Runs the curl commands of the guides as written, for each guide against a separate server. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { type TestApp, testApp } from '../test/app.ts'

/** What a guide takes for given, or has done by other commands. */
const guides: Readonly<Record<string, (gatehouse: TestApp) => Promise<unknown>>> = {
  'coming-from.md': async () => undefined,
  'administration.md': async (gatehouse) => {
    await gatehouse.addAccount({ username: 'boss', role: 'org_admin' }, 'a password of mine')
    const scope = 'admin:users:read admin:users:write'
    await gatehouse.addClient({ client_id: 'hr', grant_types: ['client_credentials'], scope }, 'a-secret-that-nobody-guesses')
  },
}

for (const [guide, furnish] of Object.entries(guides)) {
  const page = readFileSync(join(import.meta.dirname, 'guide', guide), 'utf8')
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] as string).filter((block) => block.includes('curl'))

  test(`${guide}: ${blocks.length} blocks of commands`, async () => {
    assert.ok(blocks.length >= 2)
    const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256' })
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-guide-'))
    const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) }
    try {
      await furnish(gatehouse)
      for (const block of blocks) {
        const script = block.replaceAll('http://localhost:8000', gatehouse.issuer)
        await promisify(execFile)('sh', ['-e', '-c', script], { cwd: folder, env })
      }
    } finally {
      await gatehouse.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

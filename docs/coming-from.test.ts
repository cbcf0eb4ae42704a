/** The curl commands of the guide for those who come from another server, run as they stand there. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { testHouse } from '../test/house.ts'

const page = readFileSync(join(import.meta.dirname, 'guide', 'coming-from.md'), 'utf8')
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] as string).filter((block) => block.includes('curl'))

test(`${blocks.length} blocks of commands`, async () => {
  assert.ok(blocks.length >= 2)
  const house = await testHouse('sqlite', { KEYS_ALGS: 'ES256' })
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-guide-'))
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) }
  try {
    for (const block of blocks) {
      const script = block.replaceAll('http://localhost:8000', house.issuer)
      await promisify(execFile)('sh', ['-e', '-c', script], { cwd: folder, env })
    }
  } finally {
    await house.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

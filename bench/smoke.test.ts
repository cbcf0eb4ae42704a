/** The bench runs: one row, as short as it can be. What it measures is nobody's business here. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const bench = fileURLToPath(new URL('run.ts', import.meta.url))

function runBench(...flags: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, [bench, ...flags], { timeout: 120_000 })
}

test('a row is measured on every server, and told as tables', async () => {
  const { stdout } = await runBench('--seconds', '0.3', '--only', 'refresh')
  const lines = stdout.split('\n').filter((line) => line.startsWith('refresh, rotating'))
  assert.equal(lines.length, 2, stdout)
  for (const line of lines) assert.doesNotMatch(line, /NaN|undefined|Infinity/)
})

test('a name that no row has is refused', async () => {
  await assert.rejects(runBench('--only', 'nothing'), { code: 2 })
})

/** The bench runs: one row, as short as it can be. What it measures is nobody's business here. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { accessTokenAlgs } from '../src/protocol/algs.ts'

function runFile(name: string, ...flags: string[]): Promise<{ stdout: string }> {
  const file = fileURLToPath(new URL(name, import.meta.url))
  return promisify(execFile)(process.execPath, [file, ...flags], { timeout: 120_000 })
}
const runBench = (...flags: string[]) => runFile('run.ts', ...flags)

test('a row is measured on every server, and told as tables', async () => {
  const { stdout } = await runBench('--seconds', '0.3', '--only', 'refresh')
  const lines = stdout.split('\n').filter((line) => line.startsWith('refresh, rotating'))
  assert.equal(lines.length, 2, stdout)
  for (const line of lines) assert.doesNotMatch(line, /NaN|undefined|Infinity/)
})

test('a name that no row has is refused', async () => {
  await assert.rejects(runBench('--only', 'nothing'), { code: 2 })
})

test('every algorithm has its row', async () => {
  const { stdout } = await runFile('algorithms.ts', '--seconds', '0.1')
  for (const alg of [...accessTokenAlgs, 'opaque']) assert.match(stdout, new RegExp(`^${alg}\\s+\\d+`, 'm'))
})

test('an overload of sign-ins is told beside what others feel of it', async () => {
  const { stdout } = await runFile('overload.ts', '--seconds', '0.3')
  assert.match(stdout, /^userinfo( +\d+\.\d){6}$/m)
})

test('many tenants, a few at a time', async () => {
  const { stdout } = await runFile('scale.ts', '--tenants', '3', '--clients', '6', '--requests', '12')
  assert.equal(stdout.match(/p99 \d/g)?.length, 3, stdout)
})

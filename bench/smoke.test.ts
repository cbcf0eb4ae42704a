/** The bench runs: one row, as short as it can be. What it measures is nobody's business here. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const { stdout } = await runBench('--seconds', '0.3', '--rows', 'refresh')
  const lines = stdout.split('\n').filter((line) => line.startsWith('refresh, rotating'))
  assert.equal(lines.length, 2, stdout)
  for (const line of lines) assert.doesNotMatch(line, /NaN|undefined|Infinity/)
})

test('as JSON and as a page, for some rows, with a running server beside', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const server = createServer((_request, response) => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const body = { access_token: 'token', keys: [], token_endpoint: `${base}/token`, jwks_uri: `${base}/keys` }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const peer = `other=http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const flags = ['--seconds', '0.3', '--json', '--rows', 'ES256,JWKS', '--peer', peer, '--peer-client', 'id:secret', '--document', folder]
  const { rows } = JSON.parse((await runBench(...flags)).stdout) as { rows: Record<string, unknown>[] }
  server.close()
  assert.match(readFileSync(join(folder, 'performance.md'), 'utf8'), /^\| JWKS( \| \d+){4} \|$/m)
  assert.match(readFileSync(join(folder, 'performance.svg'), 'utf8'), /^<svg .*<\/svg>\n$/s)
  const found = rows.filter(({ row }) => row === 'JWKS').map(({ engine, contestant, errors }) => [engine, contestant, errors])
  assert.deepEqual(found, [
    ['sqlite', 'gatehouse', 0],
    ['postgres', 'gatehouse', 0],
    [null, 'oidc-provider', 0],
    [null, 'other', 0],
    [null, 'floor', 0],
  ])
  assert.ok(!rows.some(({ row, contestant }) => contestant === 'other' && String(row).startsWith('code')), 'codes are not to be had there')
})

test('a name that no row has is refused', async () => {
  await assert.rejects(runBench('--rows', 'nothing'), { code: 2 })
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

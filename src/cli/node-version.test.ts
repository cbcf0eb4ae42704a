/** An older Node.js runs the program on the one that was installed with it, or says in one sentence what is needed. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bareEnvironment } from '../../test/bare-environment.ts'

const root = join(import.meta.dirname, '..', '..')
const launcher = join(root, 'bin', 'gatehouse.js')
const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`

/** Runs a script on what says that it is Node.js 20.1, in an empty folder. */
function run(t: TestContext, script: string, ...args: string[]): Promise<{ status: unknown; text: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const options = { cwd: folder, env: bareEnvironment, timeout: 60_000 }
  return new Promise((resolve) =>
    execFile(process.execPath, ['--import', pretend, script, ...args], options, (error, out, err) =>
      resolve({ status: error ? error.code : 0, text: out + err }),
    ),
  )
}

test('the Node.js that was installed runs the program, and its exit status is told', async (t) => {
  assert.match((await run(t, launcher, '--version')).text, /^\d+\.\d+\.\d+\n$/)
  const { status, text } = await run(t, launcher, 'config', 'check')
  assert.equal(status, 78)
  assert.match(text, /issuer is missing/)
})

test('one sentence where no other was installed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  copyFileSync(launcher, join(folder, 'gatehouse.mjs'))
  for (const script of [join(root, 'src', 'main.ts'), join(folder, 'gatehouse.mjs')]) {
    const { status, text } = await run(t, script, 'dev')
    assert.deepEqual([status, text], [1, 'Gatehouse needs Node 24.7 or newer; this is Node 20.1.0.\n'])
  }
})

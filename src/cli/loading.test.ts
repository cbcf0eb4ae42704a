/** A command loads what it uses, and nothing else. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bareEnvironment } from '../../test/bare-environment.ts'

const main = join(import.meta.dirname, '..', 'main.ts')

/** Prints each module that is loaded, by `import` or `require`. */
const tracer = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module'; registerHooks({ load(url, context, next) { process.stderr.write('LOADED ' + url + '\\n'); return next(url, context) } })`,
)}`

/** The packages and the files of `src/cli` that a command line loads. Ends it when it prints `until`. */
async function loadedBy(
  t: TestContext,
  args: string[],
  until?: RegExp,
): Promise<{ packages: string[]; commands: string[]; status: number | null }> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const env = { ...bareEnvironment, GATEHOUSE_KEYS_ALGS: 'ES256', GATEHOUSE_DATABASE_URL: 'sqlite:gatehouse.db' }
  const child = spawn(process.execPath, ['--import', tracer, main, ...args], { cwd: folder, env })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
    if (until?.test(out) && !child.killed) child.kill('SIGTERM')
  })
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  const [status] = (await once(child, 'close')) as [number | null]
  const urls = [...err.matchAll(/^LOADED (.*)$/gm)].map(([, url]) => url!)
  const packages = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? '')
  const commands = urls.map((url) => /src\/cli\/([^/]+)\.ts$/.exec(url)?.[1] ?? '')
  return { packages: unique(packages), commands: unique(commands), status }
}

const unique = (names: string[]) => [...new Set(names)].filter(Boolean)

/** Packages that only some installations and commands need. */
const rare = ['yaml', 'pg', 'pino-pretty', 'nodemailer', 'jose', '@simplewebauthn/server']
const command = ['apply', 'users', 'user-import', 'clients', 'tenants', 'serve', 'migrate', 'keys']

const cases: [args: string[], own: string[], until?: RegExp][] = [
  [['--version'], []],
  [['roles', 'list'], []],
  [['migrate'], ['migrate']],
  [['tenants', '--help'], ['tenants']],
  [['dev', '--port', '0'], ['serve'], /Ctrl-C/],
]

for (const [args, own, until] of cases) {
  test(`gatehouse ${args.join(' ')} loads no package and no command that it does not use`, { timeout: 60_000 }, async (t) => {
    const { packages, commands, status } = await loadedBy(t, args, until)
    assert.equal(status, 0)
    assert.ok(packages.includes('commander'), 'the modules are seen')
    assert.deepEqual(
      rare.filter((name) => packages.includes(name) && !(until && name === 'pino-pretty')), // it says that it stops
      [],
    )
    assert.deepEqual(
      command.filter((name) => commands.includes(name)),
      own,
    )
  })
}

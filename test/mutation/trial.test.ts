/** A trial ends at the first failure, at a file that hangs, and with everything its tests have started; what does not pass `npm run check` is not tried. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startCheck } from './check.ts'
import { makeCopies } from './copies.ts'
import { root } from './sources.ts'
import { runTrial } from './trial.ts'

const { copies, folder, remove } = makeCopies(1, ['package.json', 'test/worker.ts', 'test/mutation/first-failure.ts'])
after(remove)
const copy = copies[0]!
const head = "import { test } from 'node:test'\n"
copy.write('good.test.ts', `${head}console.log('failed by its own account'); test('is good', () => {}); test.todo('later')`)
copy.write(
  'bad.test.ts',
  `${head}test('is bad', () => { throw new Error('bad') }); test('never ends', () => new Promise((end) => setTimeout(end, 1e6)))`,
)
copy.write('broken.test.ts', "import './nothing.ts'")
copy.write('exit.test.ts', `${head}test('leaves', () => process.exit(0))`)
copy.write('hung.test.ts', `${head}test('gives nothing else a turn', () => { for (const end = Date.now() + 60_000; Date.now() < end; ); })`)
const trial = (files: readonly string[], signal = new AbortController().signal) =>
  runTrial({ copy, files, postgres: 'none', signal, limitOf: (file) => (file === 'hung.test.ts' ? 2000 : 60_000), env: {} })

test('all pass', async () => {
  assert.deepEqual(await trial(['good.test.ts']), { outcome: 'passed' })
  assert.deepEqual(readdirSync(copy.temporary), [])
})

test('the first failure is reported, and the rest is not run', async () => {
  assert.deepEqual(await trial(['good.test.ts', 'bad.test.ts', 'hung.test.ts']), { outcome: 'failed', by: 'bad.test.ts (is bad)' })
  assert.deepEqual(await trial(['broken.test.ts']), { outcome: 'failed', by: 'broken.test.ts (broken.test.ts)' })
})

test('a process that ends before its tests has failed, one that never does hangs', async () => {
  assert.deepEqual(await trial(['exit.test.ts', 'good.test.ts']), { outcome: 'failed', by: 'exit.test.ts, which ended early' })
  assert.deepEqual(await trial(['good.test.ts', 'hung.test.ts']), { outcome: 'hung', by: 'hung.test.ts, which hung' })
})

test('a program that a test has started ends with it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connected = once(server, 'connection')
  const program = `require('node:net').connect(${(server.address() as AddressInfo).port}, '127.0.0.1', () => console.log('connected'))`
  copy.write(
    'starts.test.ts',
    `import { spawn } from 'node:child_process'
    ${head}
    test('starts a program', async () => {
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(program)}], { stdio: ['ignore', 'pipe', 'ignore'] })
      await new Promise((said) => child.stdout.once('data', said))
      throw new Error('and fails')
    })`,
  )
  assert.deepEqual(await trial(['starts.test.ts']), { outcome: 'failed', by: 'starts.test.ts (starts a program)' })
  const [socket] = (await connected) as [Socket]
  if (!socket.closed) await once(socket.on('error', () => {}).resume(), 'close')
  server.close()
})

test('it can be ended', async () => {
  const ended = new AbortController()
  const running = runTrial({ copy, files: ['hung.test.ts'], postgres: 'none', signal: ended.signal, limitOf: () => 60_000, env: {} })
  ended.abort()
  assert.equal((await running).outcome, 'failed')
})

test('a copy has the packages, and is removed whole', async () => {
  assert.ok(existsSync(join(copy.path, 'node_modules/commander/package.json')))
  assert.ok(copy.path.startsWith(folder) && !copy.path.startsWith(join(root, '/')))
})

test('what the compiler or the linter refuses is told apart from what only a test can notice', async () => {
  const { copies, remove } = makeCopies(1, ['package.json', 'tsconfig.json', 'biome.json', 'src/version.ts'])
  const source = `const store = { end: async (id: string) => id.length }
export async function signOut(id: string): Promise<void> {
  if (id !== '') await store.end(id)
}
`
  copies[0]!.write('src/version.ts', source)
  const check = startCheck(copies[0]!)
  const refuses = (before: string, after: string) => check.refuses('src/version.ts', source.replace(before, after), source)
  try {
    assert.equal(await refuses('id.length', 'id.size'), true)
    assert.equal(await refuses('await ', ''), true)
    assert.equal(await refuses("id !== ''", 'true'), false)
    assert.equal(await refuses("if (id !== '') await store.end(id)", ''), false, 'although the parameter is no longer used')
  } finally {
    check.end()
    remove()
  }
})

/** The published package: it holds the bundle alone, installs with what it names, and runs from an empty folder. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { freePort } from './app.ts'

const root = join(import.meta.dirname, '..')

suite('the published package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-package-'))
  const installed = join(folder, 'node_modules', 'gatehouse')
  const data = join(folder, 'data')
  const env = { PATH: process.env['PATH'], GATEHOUSE_DATA_DIR: data, GATEHOUSE_LISTEN_HOST: '127.0.0.1' }
  let server: ChildProcess | undefined
  let base: string

  const gatehouse = (...words: string[]) =>
    spawnSync(process.execPath, [join(installed, 'bin', 'gatehouse.js'), ...words], { cwd: folder, env, encoding: 'utf8' })

  /** As `npm install` would: with the packages that it names, and no others. */
  before(() => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1'])
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    for (const name of Object.keys(dependencies)) {
      const link = join(folder, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), link)
    }
  })
  after(async () => {
    if (server) {
      server.kill()
      await once(server, 'close')
    }
    rmSync(folder, { recursive: true, force: true })
  })

  test('holds no sources and no tests', () => {
    assert.deepEqual(readdirSync(installed).sort(), ['LICENSE', 'README.md', 'bin', 'dist', 'package.json'])
    assert.equal(existsSync(join(installed, 'dist', 'migrations', '0001-first.sql')), true)
  })

  test('its command says its version and runs from an empty folder', () => {
    const { status, stdout } = gatehouse('--version')
    assert.deepEqual([status, stdout.trim()], [0, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version])
    assert.equal(gatehouse('migrate').status, 0)
    assert.equal(gatehouse('clients', 'list').status, 0)
  })

  test('its thread signs', { skip: availableParallelism() === 1 && 'the machine has one core, so there is no thread' }, async () => {
    const { signatureThread } = await import(pathToFileURL(join(installed, 'dist', 'signature-thread.js')).href)
    const { privateKey: key } = generateKeyPairSync('ed25519')
    const ask = signatureThread()
    const both = () => Promise.all(['a', 'b'].map((text) => ask({ key, digest: undefined, options: {}, text })))
    while ((await both()).includes(undefined)) await setTimeout(1)
  })

  test('its server issues tokens, shows pages, and checks a password hashed elsewhere', async () => {
    // bcrypt of "correct horse battery", cost 4
    const hash = '$2b$04$yG2QHupoc44IxHGHQYp2x.CFf2MepPRGL61rB5uVIf9XLqdGco2Vi'
    const made = gatehouse('users', 'create', '--username', 'ada', '--email', 'ada@example.org', '--password-hash', hash)
    assert.equal(made.status, 0, made.stderr)
    const port = await freePort()
    base = `http://localhost:${port}`
    server = spawn(process.execPath, [join(installed, 'bin', 'gatehouse.js'), 'dev', '--port', String(port)], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    while (!(await fetch(`${base}/readyz`).catch(() => undefined))?.ok) assert.equal(server.exitCode, null, 'it ended')
    const token = await fetch(`${base}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('demo-machine:demo-machine-secret')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    assert.equal(token.status, 200)
    assert.match(await (await fetch(`${base}/nothing`, { headers: { accept: 'text/html' } })).text(), /<style/)
    const signIn = (password: string) =>
      fetch(`${base}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ada@example.org', password }),
      })
    assert.equal((await signIn('wrong horse battery')).status, 401)
    assert.equal((await signIn('correct horse battery')).status, 200)
  })
})

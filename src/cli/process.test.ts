import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bareEnvironment } from '../../test/bare-environment.ts'

const root = join(import.meta.dirname, '..', '..')
const soon = { timeout: 60_000 }
const posixOnly = { ...soon, skip: process.platform === 'win32' }

interface Program {
  child: ChildProcess
  text(): string
  /** The first match in what it has written so far or writes from now on. Fails when it ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Its exit status, or the signal that ended it. */
  ended: Promise<number | string>
}

/** Starts the program in an empty folder of its own, which ends with the test. */
function start(t: TestContext, folder: string, args: readonly string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...bareEnvironment, ...env } })
  const ended = new Promise<number | string>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 0)))
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part) => (text += part))
  return {
    child,
    ended,
    text: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text)
          if (match) resolve(match)
        }
        for (const stream of [child.stdout, child.stderr]) stream?.on('data', look)
        void ended.then(() => reject(new Error(`it ended without saying ${pattern}:\n${text}`)))
        look()
      }),
  }
}

const main = join(root, 'src', 'main.ts')

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/** Settings of production mode on this machine. */
async function production(folder: string): Promise<Record<string, string>> {
  const port = await freePort()
  writeFileSync(join(folder, 'key'), randomBytes(32).toString('base64'), { mode: 0o600 })
  return {
    GATEHOUSE_ISSUER: `http://localhost:${port}`,
    GATEHOUSE_LISTEN_PORT: String(port),
    GATEHOUSE_DATABASE_URL: 'sqlite:gatehouse.db',
    GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'key',
    GATEHOUSE_KEYS_ALGS: 'ES256,EdDSA',
  }
}

test('development mode starts in an empty folder, and its first token is there to copy', soon, async (t) => {
  const folder = emptyFolder(t)
  const port = await freePort()
  const first = start(t, folder, [main, 'dev', '--port', String(port)])
  await first.says(new RegExp(`export GATEHOUSE_LISTEN_PORT=${port} [^]*Ctrl-C`))
  const [, address, credentials] = await first.says(/curl (\S+) \\\n\s+-u (\S+) \\\n\s+-d grant_type=client_credentials/)
  assert.equal(address, `http://localhost:${port}/token`)
  const answer = await fetch(address!, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(credentials!).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  })
  assert.equal(answer.status, 200)
  assert.match(((await answer.json()) as { access_token: string }).access_token, /^ey/)
  const [, password] = await first.says(/Password +(\S+)/)
  assert.ok(
    first
      .text()
      .split('\n')
      .every((line) => line.length <= 80 || line.includes('INFO')),
    first.text(),
  )
  assert.ok(!first.text().includes('\u001b'))
  first.child.kill('SIGTERM')
  assert.equal(await first.ended, 0)

  const second = start(t, folder, [main, 'dev', '--port', String(port)])
  await second.says(/Ctrl-C/)
  assert.ok(!second.text().includes(password!))
  assert.doesNotMatch(second.text(), /Password/)
  second.child.kill('SIGINT')
  assert.equal(await second.ended, 0)
})

test('production mode refuses everything at once', soon, async (t) => {
  const server = start(t, emptyFolder(t), [main, 'serve'])
  assert.equal(await server.ended, 78)
  for (const setting of ['issuer', 'database_url', 'key_encryption_key_file'])
    assert.match(server.text(), new RegExp(`- ${setting} is missing — `))
})

test('production mode wants its migrations, and refuses the demo client', soon, async (t) => {
  const folder = emptyFolder(t)
  const env = await production(folder)
  const unmigrated = start(t, folder, [main, 'serve'], env)
  assert.equal(await unmigrated.ended, 78)
  assert.match(unmigrated.text(), /run "gatehouse migrate"/)

  const create = ['clients', 'create', '--client-id', 'demo-machine', '--grant-types', 'client_credentials']
  for (const args of [['migrate'], [...create, '--secret', 'demo-machine-secret', '--allow-weak-secret']]) {
    assert.equal(await start(t, folder, [main, ...args], env).ended, 0)
  }
  const open = start(t, folder, [main, 'serve'], env)
  assert.equal(await open.ended, 78)
  assert.match(open.text(), /demo client/)
})

test('8: production refuses every secret of the demonstration until it is gone', soon, async (t) => {
  const folder = emptyFolder(t)
  const { GATEHOUSE_LISTEN_PORT: port, ...settings } = await production(folder)
  const env = { ...settings, GATEHOUSE_KEYS_ALGS: 'ES256,RS256', GATEHOUSE_KEYS_RSA_BITS: '2048' }
  const development = start(t, folder, [main, 'dev', '--port', port!], env)
  await development.says(/Ctrl-C/)
  development.child.kill('SIGTERM')
  assert.equal(await development.ended, 0)
  const cures = [
    ...['clients delete demo-machine', 'clients delete m2m-client'],
    ...['clients rotate-secret m2m-hs256', 'clients signing-secret m2m-hs256 --reset'], // the first leaves the secret that signs
  ]
  const first = start(t, folder, [main, 'serve', '--port', port!], env)
  assert.equal(await first.ended, 78, first.text())
  const ofAuthlete = /run "gatehouse (users delete (?:john|jane|max)|resources delete http\S+|clients delete 3345476919)"/g
  const ended = [...first.text().matchAll(ofAuthlete)].map(([, cure]) => start(t, folder, [main, ...cure!.split(' ')], env).ended)
  assert.deepEqual(await Promise.all(ended), [0, 0, 0, 0, 0], first.text())
  for (const [n, cure] of cures.entries()) {
    const refused = start(t, folder, [main, 'serve', '--port', port!], env)
    assert.equal(await refused.ended, 78, refused.text())
    const named = [...refused.text().matchAll(/^ {2}- .* client (\S+?),? .*$/gm)].map(([, id]) => id)
    assert.deepEqual(named, ['demo-machine', 'm2m-client', 'm2m-hs256', 'm2m-hs256'].slice(n), refused.text())
    assert.equal(await start(t, folder, [main, ...cure.split(' ')], env).ended, 0)
  }
  const server = start(t, folder, [main, 'serve', '--port', port!], env)
  await server.says(/"msg":"ready"/)
  server.child.kill('SIGTERM')
  assert.equal(await server.ended, 0)
})

/** A request whose body is still on its way. */
async function unfinishedRequest(port: string): Promise<Socket> {
  const socket = connect(Number(port), 'localhost')
  await once(socket, 'connect')
  const head = [
    'POST /token HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/x-www-form-urlencoded',
    'Content-Length: 18',
    'Expect: 100-continue',
    'Connection: close',
  ]
  socket.setEncoding('latin1').write(`${head.join('\r\n')}\r\n\r\n`)
  assert.match((await once(socket, 'data'))[0], /^HTTP\/1.1 100/) // so it has been let in
  return socket
}

test('an administrator is made from the settings once, and then is its owner’s', posixOnly, async (t) => {
  const folder = emptyFolder(t)
  const env: Record<string, string> = await production(folder)
  const login = (password: string) =>
    fetch(`${env['GATEHOUSE_ISSUER']}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@pico.local', password }),
    })
  for (const password of ['the first password', 'another password']) {
    const server = start(t, folder, [main, 'serve', '--migrate'], { ...env, AUTH_ADMIN_PASSWORD: password })
    await server.says(/"msg":"ready"/)
    const answer = await login('the first password')
    assert.equal(answer.status, 200)
    const { access_token } = (await answer.json()) as { access_token: string }
    const bearer = { authorization: `Bearer ${access_token}` }
    const me = await fetch(`${env['GATEHOUSE_ISSUER']}/api/v1/auth/me`, { headers: bearer })
    assert.equal(((await me.json()) as { role: string }).role, 'superadmin')
    assert.equal((await login('another password')).status, 401)
    server.child.kill('SIGTERM')
    assert.equal(await server.ended, 0)
  }
})

test(
  'an administrator who lacks what everybody must have is not made: production says so and stops, development goes on',
  soon,
  async (t) => {
    const folder = emptyFolder(t)
    const env = { ...(await production(folder)), AUTH_ADMIN_PASSWORD: 'the first password' }
    const define = ['attributes', 'define', '--name', 'grade', '--type', 'string', '--required']
    for (const args of [['migrate'], define]) assert.equal(await start(t, folder, [main, ...args], env).ended, 0)
    const server = start(t, folder, [main, 'serve'], env)
    assert.equal(await server.ended, 1)
    assert.match(server.text(), /administrator: attributes\.grade is missing/)
    assert.doesNotMatch(server.text(), /\n +at /, 'no stack')

    const { AUTH_ADMIN_PASSWORD, ...others } = env
    const development = start(t, folder, [main, 'dev'], others)
    await development.says(/Administrator +none +accounts need attributes here/)
    development.child.kill('SIGTERM')
    assert.equal(await development.ended, 0)
  },
)

test('a request in flight is answered before the server stops', posixOnly, async (t) => {
  const folder = emptyFolder(t)
  const env = await production(folder)
  const server = start(t, folder, [main, 'serve', '--migrate'], env)
  await server.says(/"msg":"ready"/)
  const socket = await unfinishedRequest(env['GATEHOUSE_LISTEN_PORT']!)
  server.child.kill('SIGTERM')
  await server.says(/"msg":"stopping"/)
  socket.write('grant_type=nothing')
  assert.match((await once(socket, 'data'))[0], /^HTTP\/1.1 40[01] /)
  assert.equal(await server.ended, 0)
  assert.match(server.text(), /"msg":"stopped"/)
  assert.match(server.text(), /"route":"\/token","status":40[01],"ms":(?!0[,}])\d/, 'the log says how long an answer took')
})

test('who asks twice does not wait', posixOnly, async (t) => {
  const folder = emptyFolder(t)
  const env = await production(folder)
  const server = start(t, folder, [main, 'serve', '--migrate'], env)
  await server.says(/"msg":"ready"/)
  const socket = await unfinishedRequest(env['GATEHOUSE_LISTEN_PORT']!)
  socket.on('error', () => {}) // the server goes away
  const insist = setInterval(() => server.child.kill('SIGTERM'), 50)
  t.after(() => clearInterval(insist))
  assert.equal(await server.ended, 143)
})

test('a worker that dies is replaced; all end together', posixOnly, async (t) => {
  const folder = emptyFolder(t)
  const env = await production(folder)
  const server = start(t, folder, [main, 'serve', '--migrate', '--workers', '2'], env)
  const pids = async (count: number) => {
    const [all] = await server.says(new RegExp(`^(?:[^]*?"msg":"ready"\\}\n){${count}}`))
    return [...all.matchAll(/"pid":(\d+)[^\n]*"msg":"ready"/g)].map((match) => Number(match[1]))
  }
  const [victim] = await pids(2)
  process.kill(victim!, 'SIGKILL')
  await server.says(/will be replaced/)
  const workers = (await pids(3)).filter((pid) => pid !== victim)
  assert.equal((await fetch(`${env['GATEHOUSE_ISSUER']}/healthz`)).status, 200)
  server.child.kill('SIGTERM')
  assert.equal(await server.ended, 0)
  for (const pid of workers) assert.throws(() => process.kill(pid, 0), /ESRCH/)
})

test('workers that cannot start for good end the whole', posixOnly, async (t) => {
  const folder = emptyFolder(t)
  const env = await production(folder)
  const first = start(t, folder, [main, 'serve', '--migrate'], env)
  await first.says(/"msg":"ready"/)
  const second = start(t, folder, [main, 'serve', '--workers', '2'], env)
  assert.equal(await second.ended, 78)
  assert.match(second.text(), /port \d+ is used by another program/)
})

test('the command works from anywhere and tells its version', soon, async (t) => {
  const command = start(t, emptyFolder(t), [join(root, 'bin', 'gatehouse.js'), '--version'])
  assert.equal(await command.ended, 0)
  assert.match(command.text(), /^\d+\.\d+\.\d+\n$/)
})

test('a reader that stops early, such as head, is not an error', soon, async (t) => {
  const command = start(t, emptyFolder(t), [main, 'clients', 'create', '--help'])
  command.child.stdout?.destroy()
  assert.equal(await command.ended, 0)
  assert.equal(command.text(), '')
})

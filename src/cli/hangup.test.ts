/** SIGHUP, by which operators have the TLS certificate read again, does not end a server. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { generate } from 'selfsigned'
import { freePort } from '../../test/app.ts'
import { bareEnvironment } from '../../test/bare-environment.ts'

const main = join(import.meta.dirname, '..', 'main.ts')

for (const workers of [1, 2]) {
  const options = { timeout: 60_000, skip: process.platform === 'win32' }
  test(`point 20: SIGHUP reads the certificate again, with ${workers} worker(s)`, options, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const install = async () => {
      const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
      writeFileSync(join(folder, 'cert.pem'), cert)
      writeFileSync(join(folder, 'tls.pem'), key, { mode: 0o600 })
    }
    await install()
    writeFileSync(join(folder, 'key'), randomBytes(32).toString('base64'), { mode: 0o600 })
    const port = await freePort()
    const env = {
      ...bareEnvironment,
      GATEHOUSE_ISSUER: `https://localhost:${port}`,
      GATEHOUSE_LISTEN_PORT: String(port),
      GATEHOUSE_DATABASE_URL: `sqlite:${join(folder, 'gatehouse.db')}`,
      GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: join(folder, 'key'),
      GATEHOUSE_TLS_CERT_FILE: join(folder, 'cert.pem'),
      GATEHOUSE_TLS_KEY_FILE: join(folder, 'tls.pem'),
      GATEHOUSE_KEYS_ALGS: 'ES256',
      GATEHOUSE_WORKERS: String(workers),
    }
    const child = spawn(process.execPath, [main, 'serve', '--migrate'], { cwd: folder, env })
    const ended = once(child, 'close')
    t.after(async () => {
      child.kill('SIGKILL')
      await ended
    })
    const says = linesOf(child)

    await says('"msg":"ready"', workers)
    const before = await serial(port)
    await install()
    child.kill('SIGHUP')
    await says('the TLS certificate was replaced', workers)
    assert.notEqual(await serial(port), before)
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
  })
}

/** Resolves when this was written so many times; rejects when the process ends before. */
function linesOf(child: ChildProcess): (text: string, times: number) => Promise<void> {
  let written = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part: string) => (written += part))
  return (text, times) =>
    new Promise((resolve, reject) => {
      const look = () => written.split(text).length > times && resolve()
      child.stdout?.on('data', look)
      child.once('close', () => reject(new Error(`it ended without saying ${text}:\n${written}`)))
      look()
    })
}

async function serial(port: number): Promise<string> {
  const socket = connect({ host: 'localhost', port, rejectUnauthorized: false })
  try {
    await once(socket, 'secureConnect')
    return socket.getPeerCertificate().serialNumber
  } finally {
    socket.destroy()
  }
}

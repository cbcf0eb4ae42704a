/** The curl commands of the guide to client certificates, run as they stand there, over TLS. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { machine, secureServer } from '../test/journeys/mutual-tls-setup.ts'

const page = readFileSync(join(import.meta.dirname, 'guide', 'mutual-tls.md'), 'utf8')
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] as string).filter((block) => block.includes('curl'))

test(`mutual-tls.md: ${blocks.length} blocks of commands`, async () => {
  assert.equal(blocks.length, 2)
  const server = await secureServer('sqlite', 'second')
  try {
    await server.gatehouse.addClient(machine('robot', { tls_client_auth_subject_dn: 'CN=robot,O=Example,C=GB' }))
    const robot = await server.bank.issue({ subject: 'C=GB, O=Example, CN=robot' })
    const files = { 'robot.pem': robot.cert, 'robot-key.pem': robot.key, 'web.pem': server.ca }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(server.folder, name), text)
    const script = `exec 2>&1\n${blocks.join('')}`.replaceAll('https://id.example.com:8443', server.origin)
    const env = { ...process.env, CURL_CA_BUNDLE: join(server.folder, 'web.pem') }
    const { stdout } = await promisify(execFile)('sh', ['-e', '-c', script], { cwd: server.folder, env })
    assert.match(stdout, /"sub":"robot"/)
  } finally {
    await server.close()
  }
})

/** The examples of the guide to security profiles, run as they stand there, over TLS. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { signIn } from '../test/clients/visitor.ts'
import { alice } from '../test/journeys/application.ts'
import { type Setup, secureServer } from '../test/journeys/mutual-tls-setup.ts'
import { root, textOf } from './documents.ts'

const page = textOf('docs/guide/profiles.md')
const files = [...page.matchAll(/^```js (\S+)\n([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => ({ name, text }))
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] as string)
const registrations = blocks.filter((block) => block.includes('gatehouse '))
const scripts = blocks.filter((block) => block.includes('read -r'))
const programs = files.filter(({ text }) => text.includes('openid-client'))

suite('the examples of profiles.md', () => {
  const trusted = getCACertificates('default')
  let server: Setup
  let folder: string
  let env: NodeJS.ProcessEnv
  /** As the guide has it, with the address of this server. */
  let here: (text: string) => string
  before(async () => {
    server = await secureServer('sqlite', 'second')
    setDefaultCACertificates([...trusted, server.ca]) // for the browser
    await server.gatehouse.addAccount({ username: alice.username }, alice.password)
    folder = join(server.folder, 'guide')
    mkdirSync(folder)
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const authorities = join(server.folder, 'web.pem')
    writeFileSync(authorities, server.ca)
    const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter)
    const commands = { GATEHOUSE_DATA_DIR: join(server.folder, 'commands'), GATEHOUSE_FEATURES_MUTUAL_TLS: 'true' }
    const behind = { GATEHOUSE_MTLS_PROXY: 'rfc9440', GATEHOUSE_TRUSTED_PROXIES: '10.0.0.1' }
    const others = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GATEHOUSE_')))
    env = { ...others, PATH, CURL_CA_BUNDLE: authorities, NODE_EXTRA_CA_CERTS: authorities, ...commands, ...behind }
    const secret = await register()
    await server.gatehouse.app.tenants.set('', { front_channel_tokens: true })
    // The certificates are younger than the clock of the server.
    server.gatehouse.advance(Math.ceil(Date.now() / 1000) - server.gatehouse.now())
    here = (text) =>
      text
        .replaceAll('https://id.example.com:8443', server.origin)
        .replaceAll('https://id.example.com', server.gatehouse.issuer)
        .replaceAll('SECRET', secret)
    for (const { name, text } of files) writeFileSync(join(folder, name), here(text))
  })
  after(async () => {
    setDefaultCACertificates(trusted)
    await server.close()
  })

  /** Runs the commands on a database of their own, and takes its clients over. The secret that they showed. */
  async function register(): Promise<string> {
    const shell = (script: string) =>
      promisify(execFile)('sh', ['-e', '-c', `gatehouse() { node ${join(root, 'bin/gatehouse.js')} "$@"; }\n${script}`], {
        cwd: folder,
        env,
      })
    const { stdout } = await shell(['gatehouse migrate', ...registrations].join('\n'))
    const secret = /^client_secret +(\S+)$/m.exec(stdout)?.[1] as string
    const listed = await shell('gatehouse clients list --json')
    for (const client of JSON.parse(listed.stdout))
      await server.gatehouse.addClient(client, client.client_id === 'shop' ? secret : undefined)
    return secret
  }

  /** Does what the person does: visits the address that is shown, and enters what `entered` makes of where it led. */
  async function run(command: string, args: string[], entered: (landed: URL) => string): Promise<string> {
    const child = spawn(command, args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] })
    let [out, err, visited] = ['', '', false]
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text
    })
    for await (const text of child.stdout.setEncoding('utf8')) {
      out += text
      const [address] = /https:\/\/\S+\/authorize\?\S+(?=\s)/.exec(out) ?? []
      if (visited || address === undefined) continue
      visited = true
      child.stdin.end(`${entered(new URL(await signIn(server.gatehouse.browser(), address)))}\n`)
    }
    assert.ok(visited, err)
    return out + err
  }

  for (const { name } of programs)
    test(name, async () => {
      const out = await run('node', [name], (landed) => landed.href)
      assert.match(out, /iss: 'https:\/\/localhost:\d+'/)
    })

  for (const [i, script] of scripts.entries())
    test(`script ${i + 1}`, async () => {
      const out = await run(
        'sh',
        ['-e', '-c', here(script)],
        ({ searchParams }) => searchParams.get('response') ?? searchParams.get('code') ?? '',
      )
      assert.match(out, /"access_token":"[^"]+".*"id_token":"/)
    })

  test('each profile with rules has both', () => {
    assert.deepEqual(
      programs.map(({ name }) => name),
      ['oauth21.mjs', 'fapi2.mjs', 'fapi2-message-signing.mjs', 'fapi1-advanced.mjs', 'hybrid.mjs'],
    )
    assert.equal(scripts.length, 4)
    assert.ok(readFileSync(join(folder, 'bank-key.json'), 'utf8').includes('"d"'))
  })
})

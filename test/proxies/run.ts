/** `npm run test:proxies`: the proxies of the guide to client certificates, with the configurations that stand there, in front of Gatehouse. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { freePort, type TestApp, testApp } from '../app.ts'
import { type Authority, authority, type Identity, pem, selfSigned } from '../certificates.ts'
import { claimsOf } from '../journeys/application.ts'
import { type Call, call, machine } from '../journeys/mutual-tls-setup.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'guide', 'mutual-tls.md'), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!)
const [nginx = ''] = blocks('nginx')
const [haproxy = '', standardHeader = ''] = blocks('haproxy')
const [envoy = ''] = blocks('envoy')

interface Proxy {
  program: string
  format: string
  /** What a client would send to pose as another. */
  header(identity: Identity): [name: string, value: string]
  config: string
  args(file: string, folder: string): string[]
}

const escaped = (one: Identity) => encodeURIComponent(one.cert)
const base64 = (one: Identity) => one.der.toString('base64')
const ofHaproxy = { program: 'haproxy', args: (file: string) => ['-db', '-f', file] }
const head = 'defaults\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n'

const proxies: Record<string, Proxy> = {
  nginx: {
    program: 'nginx',
    format: 'nginx',
    header: (one) => ['ssl-client-cert', escaped(one)],
    config: `daemon off;\npid FOLDER/nginx.pid;\nerror_log FOLDER/error.log;\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path FOLDER/body;\nproxy_temp_path FOLDER/temp;\nfastcgi_temp_path FOLDER/f;\nuwsgi_temp_path FOLDER/u;\nscgi_temp_path FOLDER/s;\n${nginx}}\n`,
    args: (file, folder) => ['-p', folder, '-c', file, '-e', join(folder, 'error.log')],
  },
  haproxy: {
    ...ofHaproxy,
    format: 'haproxy',
    header: (one) => ['x-ssl-client-cert', base64(one)],
    config: head + haproxy,
  },
  'haproxy with the header of RFC 9440': {
    ...ofHaproxy,
    format: 'rfc9440',
    header: (one) => ['client-cert', `:${base64(one)}:`],
    config: head + haproxy.replace(/^.*x-ssl-client-cert.*\n/m, standardHeader),
  },
  envoy: {
    program: 'envoy',
    format: 'envoy',
    header: (one) => ['x-forwarded-client-cert', `Hash=ab;Cert="${escaped(one)}"`],
    config: envoy,
    args: (file) => ['-c', file, '--log-level', 'error', '--use-dynamic-base-id', '--concurrency', '1'],
  },
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program])
    return true
  } catch {
    return false
  }
}

/** Resolves when the port accepts connections. */
async function listening(port: number, proxy: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    assert.equal(proxy.exitCode, null, 'the proxy has ended')
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false)
    socket.destroy()
    if (open) return
    await setTimeout(50)
  }
  assert.fail('the proxy does not listen')
}

for (const [name, { program, format, header, config, args }] of Object.entries(proxies))
  suite(name, { skip: isInstalled(program) ? false : `${program} is not installed` }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-proxies-'))
    let gatehouse: TestApp
    let proxy: ChildProcess
    let [web, bank]: Authority[] = []
    let [robot, own]: Identity[] = []
    let outside: string
    before(async () => {
      ;[web, bank] = [await authority('CN=Web'), await authority('CN=Bank')]
      ;[robot, own] = [await bank.issue({ subject: 'CN=robot' }), await selfSigned({ subject: 'CN=robot' })]
      const { cert, key } = await web.issue({ names: [{ type: 'dns', value: 'localhost' }] })
      const files = { 'tls.pem': cert, 'tls-key.pem': key, 'tls-with-key.pem': `${cert}\n${key}`, 'authorities.pem': pem(bank) }
      mkdirSync(join(folder, 'body'))
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { mode: 0o600 })
      const [port, front] = [await freePort(), await freePort()]
      outside = `https://localhost:${front}`
      const text = config
        .replaceAll('/etc/proxy', folder)
        .replaceAll('FOLDER', folder)
        .replace(/listen 443|bind :443|port_value: 443/, (found) => found.replace('443', String(front)))
        .replace(/127\.0\.0\.1:3000|port_value: 3000/, (found) => found.replace('3000', String(port)))
        .replace('server_name mtls.id.example.com', 'server_name localhost')
      writeFileSync(join(folder, 'config.yaml'), text)
      gatehouse = await testApp('sqlite', {
        ISSUER: `http://localhost:${port}`,
        LISTEN_HOST: '127.0.0.1',
        LISTEN_PORT: String(port),
        FEATURES_MUTUAL_TLS: 'true',
        FEATURES_TLS_CLIENT_AUTH: 'true',
        MTLS_CA_FILE: join(folder, 'authorities.pem'),
        MTLS_PROXY: format,
        MTLS_ORIGIN: outside,
        TRUSTED_PROXIES: '127.0.0.1',
      })
      await gatehouse.addClient(machine('robot'))
      const method = { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [own.jwk] } }
      await gatehouse.addClient(machine('own', method))
      proxy = spawn(program, args(join(folder, 'config.yaml'), folder), { stdio: ['ignore', 'inherit', 'inherit'] })
      await listening(front, proxy)
    })
    after(async () => {
      if (proxy?.exitCode === null) {
        proxy.kill()
        await once(proxy, 'exit')
      }
      await gatehouse?.close()
      rmSync(folder, { recursive: true })
    })

    const send = (path: string, options: Call) => call(outside + path, options, pem(web!))
    const form = (client_id: string) => ({ grant_type: 'client_credentials', client_id })

    test('clients authenticate by the certificate of an authority and by their own, and their tokens are bound', async () => {
      for (const [id, identity] of [
        ['robot', robot!],
        ['own', own!],
      ] as const) {
        const { status, body } = await send('/token', { form: form(id), identity })
        assert.equal(status, 200, JSON.stringify(body))
        assert.deepEqual(claimsOf(body.access_token)['cnf'], { 'x5t#S256': identity.x5t })
        const headers = { authorization: `Bearer ${body.access_token}` }
        assert.equal((await send('/userinfo', { headers, identity })).status, 200)
        assert.equal((await send('/userinfo', { headers, identity: await selfSigned() })).status, 401)
        assert.equal((await send('/userinfo', { headers })).status, 401)
      }
    })

    test('who presents no certificate, or another, does not authenticate, whatever header it sends', async () => {
      for (const identity of [undefined, own!]) assert.equal((await send('/token', { form: form('robot'), identity })).status, 401)
      const [header_, value] = header(robot!)
      for (const name of [header_, header_.toUpperCase(), header_.replaceAll('-', '_')])
        for (const identity of [undefined, own!]) {
          const answer = await send('/token', { form: form('robot'), headers: { [name]: value }, identity })
          assert.equal(answer.status, 401, `${name}: ${JSON.stringify(answer.body)}`)
        }
      const twice = await send('/token', { form: form('robot'), headers: { [header_]: [value, value] } })
      assert.equal(twice.status, 401)
    })
  })

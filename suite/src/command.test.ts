/** The command line: exit status and messages, also for servers that do not work. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runCommand } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'suite-test-'))
const open: Server[] = []
after(() => {
  rmSync(folder, { recursive: true })
  for (const server of open) server.close()
})

async function suite(words: readonly string[], target?: string) {
  const [out, err]: [string[], string[]] = [[], []]
  const status = await runCommand(words, { TARGET: target }, { write: (text) => out.push(text) }, { write: (text) => err.push(text) })
  return { status, out: out.join(''), err: err.join('') }
}

async function listening(server: Server): Promise<string> {
  open.push(server.listen(0, '127.0.0.1').unref())
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as { port: number }).port}`
}

const serving = async (listener: RequestListener) => `http://${await listening(createHttpServer(listener))}`
const speaking = async (text: string) =>
  listening(
    createServer((socket) => {
      socket.on('error', () => {}) // the other side may be gone first
      socket.end(text)
    }),
  )

const unjudgeable: Readonly<Record<string, [sentence: RegExp, target: () => Promise<string>]>> = {
  'that is down': [/refuses connections/, async () => 'http://127.0.0.1:9'],
  'whose host does not exist': [/host name/, async () => 'http://nobody.invalid'],
  'that never answers': [/did not answer within 0\.3 seconds/, () => serving(() => {})],
  'that stops in the middle': [
    /did not answer within 0\.3 seconds/,
    () => serving((_, response) => void response.writeHead(200, { 'content-length': 100 }).write('{')),
  ],
  'that redirects for ever': [
    /redirected more than 5 times/,
    () => serving((request, response) => response.writeHead(302, { location: `${request.url}/` }).end()),
  ],
  'that answers with a page': [/no JSON object/, () => serving((_, response) => response.end('<h1>Hello</h1>'))],
  'that answers with a list': [/no JSON object/, () => serving((_, response) => response.end('[]'))],
  'that has no metadata': [/answered with status 404/, () => serving((_, response) => response.writeHead(404).end())],
  'that answers without end': [/more than \d+ bytes/, () => serving((_, response) => void response.write('x'.repeat(3_000_000)))],
  'that does not speak HTTP': [/not in HTTP/, async () => `http://${await speaking('SSH-2.0-OpenSSH_9.6\r\n')}`],
  'that hangs up': [/closed the connection|could not be reached/, async () => `http://${await speaking('')}`],
  'that does not speak TLS': [/TLS|could not be reached/, async () => `https://${await speaking('HTTP/1.1 200 OK\r\n\r\n')}`],
}

for (const [what, [sentence, target]] of Object.entries(unjudgeable)) {
  test(`a server ${what} ends with status 3 and a sentence`, async () => {
    const { status, err } = await suite(['--timeout', '0.3'], await target())
    assert.equal(status, 3, err)
    assert.match(err, sentence)
    assert.doesNotMatch(err, /\n\s+at /)
  })
}

test('a server that has only metadata fails what it promises, and the run ends', async () => {
  const target = await serving((request, response) => {
    const issuer = `http://${request.headers.host}`
    const metadata = { issuer, response_types_supported: ['code'], token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` }
    if (request.url?.startsWith('/.well-known/')) response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata))
    else response.writeHead(500).end('oops')
  })
  const [json, html, junit] = ['json', 'html', 'xml'].map((type) => join(folder, `report.${type}`)) as [string, string, string]
  const { status, out } = await suite(['--spec', 'RFC 8414', 'RFC 7517', '--json', json, '--html', html, '--junit', junit], target)
  assert.equal(status, 1, out)
  const { results } = JSON.parse(readFileSync(json, 'utf8'))
  const verdictOf = (id: string) => results.find((result: { id: string }) => result.id === id).verdict
  assert.equal(verdictOf('rfc8414/issuer-is-where-it-was-asked'), 'pass')
  assert.equal(verdictOf('rfc8414/required-members'), 'fail') // no authorization endpoint
  assert.equal(verdictOf('rfc7517/keys-are-public'), 'fail')
  assert.equal(verdictOf('rfc8414/pkce-is-advertised'), 'not applicable')
  assert.match(readFileSync(html, 'utf8'), /<svg[\s\S]*GET \/keys/)
  assert.match(readFileSync(junit, 'utf8'), /<testcase classname="RFC 7517 §8"[\s\S]*<failure message="[^"]*status 500/)
  assert.ok(!out.includes('\x1b'), 'no colours where nobody watches')
})

test('two reports are compared', async () => {
  const result = { id: 'a/b', clause: 'RFC 1 §1', title: 'Something holds', verdict: 'pass' }
  const files = ['pass', 'fail'].map((verdict) => {
    const file = join(folder, `${verdict}.json`)
    writeFileSync(file, JSON.stringify({ target: `server that ${verdict}es`, results: [{ ...result, verdict }] }))
    return file
  })
  const { status, out } = await suite(['--compare', ...files])
  assert.equal(status, 1)
  assert.match(out, /pass +fail +RFC 1 §1 {2}Something holds/)
  assert.equal((await suite(['--compare', files[0]!, files[0]!])).status, 0)
})

test('what is typed wrongly ends with status 2 and a sentence', async () => {
  const file = join(folder, 'target.yaml')
  writeFileSync(file, 'issuer: nowhere\nclient: {}\n')
  const wrong: [words: string[], target: string | undefined, sentence: RegExp][] = [
    [[], undefined, /name a server/],
    [[], 'keycloke', /TARGET must be/],
    [['--only', 'no-such-check'], 'gatehouse', /no check has such a name/],
    [['--seconds', '0'], 'gatehouse', /number of seconds/],
    [['--nonsense'], 'gatehouse', /unknown option/],
    [['--config', join(folder, 'absent.yaml')], undefined, /cannot be read/],
    [['--config', file], undefined, /issuer: must[\s\S]*client/],
    [['--compare', file, file], undefined, /no report/],
    [['--compare', file], undefined, /no report|two files/],
  ]
  for (const [words, target, sentence] of wrong) {
    const { status, err } = await suite(words, target)
    assert.equal(status, 2, words.join(' '))
    assert.match(err, sentence)
  }
})

test('a server that limits the rate of requests is not judged by that', async () => {
  const target = await serving((request, response) => {
    const issuer = `http://${request.headers.host}`
    if (!request.url?.startsWith('/.well-known/')) response.writeHead(429, { 'retry-after': '60' }).end('{}')
    else response.end(JSON.stringify({ issuer, response_types_supported: ['code'], jwks_uri: `${issuer}/keys` }))
  })
  const html = join(folder, 'limited.html')
  const { status, out } = await suite(['--only', 'rfc7517', '--html', html], target)
  assert.equal(status, 4)
  assert.match(out, /0 failed, 0 warnings, 2 not run[\s\S]*2 checks have no verdict.*status 429 or 503/)
  assert.match(readFileSync(html, 'utf8'), /2 checks have no verdict/)
})

test('an older Node.js is told what is needed', async () => {
  const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`
  const program = join(import.meta.dirname, '../main.ts')
  const { status, stderr } = spawnSync(process.execPath, ['--import', pretend, program, '--list'], { encoding: 'utf8' })
  assert.deepEqual([status, stderr], [2, 'The suite needs Node.js 22.13 or newer; this is 20.1.0.\n'])
})

test('the run ends when its time is over, and says what it did not come to', async () => {
  const target = await serving((request, response) => {
    const issuer = `http://${request.headers.host}`
    if (!request.url?.startsWith('/.well-known/')) return // never answers
    response.end(JSON.stringify({ issuer, response_types_supported: ['code'], jwks_uri: `${issuer}/keys` }))
  })
  const { status, out } = await suite(['--only', 'rfc7517', '--seconds', '0.5'], target)
  assert.equal(status, 4)
  assert.match(out, /2 not run/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './load.ts'
import { lookUp, put, type Raw } from './raw.ts'

const load = (yaml: string) => loadConfig({ mode: 'dev', env: {}, readFile: () => ({ text: yaml, mode: 0o600 }) })

function dev(yaml: string) {
  const loaded = load(yaml)
  assert.ok('config' in loaded, JSON.stringify(loaded))
  return loaded.config
}

function problemsOf(yaml: string): string[] {
  const loaded = load(yaml)
  return 'problems' in loaded ? loaded.problems : []
}

test('what development mode sets stays as it is where it is given', () => {
  const defaults: Record<string, [value: unknown, given: unknown]> = {
    'api.sign_up': [true, false],
    'api.without_client': [true, false],
    'api.open_tenants': [true, false],
    'api.popular_passwords': [true, false],
    'api.sign_up_email': ['unverified', 'private'],
    'api.docs': ['page', 'none'],
    'demo.help': [true, false],
    'registration.open': [true, false],
    'features.passwordGrant': [true, false],
    issuer: ['http://localhost:8000', 'http://localhost:1'],
    database_url: ['sqlite:data/gatehouse.db', 'sqlite:other.db'],
    'outbound.allowed_addresses': [['127.0.0.0/8', '::1/128'], []],
    'credentials.development_authority': [true, false],
    'mail.from': ['no-reply@example.com', 'us@example.org'],
    'mail.folder': ['data/mail', 'elsewhere'],
  }
  for (const [path, [value, given]] of Object.entries(defaults)) {
    assert.deepEqual(lookUp(dev(''), path), value, path)
    const raw: Raw = {}
    put(raw, path, given)
    assert.deepEqual(lookUp(dev(JSON.stringify(raw)), path), given, path)
  }
  assert.equal(dev('data_dir: elsewhere').mail.folder, 'elsewhere/mail')
})

test('a feature that needs another one is told, once for each', () => {
  const problems = problemsOf('features: { authorizationCode: false }')
  for (const problem of problems)
    assert.match(problem, /^features\.(\w+) needs features\.authorizationCode, which is off — set features\.\1 or GATE/)
  assert.ok(problems.some((problem) => problem.startsWith('features.pkce ')))
  assert.equal(new Set(problems).size, problems.length)
  assert.doesNotMatch(problemsOf('features: { token: false }').join(), /passwordGrant/)
})

test('a port that is none is told once, and not as a fault of the issuer that follows from it', () => {
  const started = (port: string) => loadConfig({ mode: 'dev', env: {}, flags: { 'listen.port': port }, readFile: () => undefined })
  for (const [port, rule] of Object.entries({
    '99999': 'must be at most 65535',
    '65536': 'must be at most 65535',
    '-1': 'must be at least 0',
    '80.5': 'must be a whole number',
    high: 'must be a whole number',
  }))
    assert.deepEqual(started(port), { problems: [`listen.port ${rule} — correct --port`] })
  for (const port of ['0', '65535']) assert.equal(dev(`listen: { port: ${port} }`).issuer, `http://localhost:${port}`)
})

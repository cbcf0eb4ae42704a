import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './load.ts'
import { lookUp, put, type Raw } from './raw.ts'

function dev(yaml: string) {
  const loaded = loadConfig({ mode: 'dev', env: {}, readFile: () => ({ text: yaml, mode: 0o600 }) })
  assert.ok('config' in loaded, JSON.stringify(loaded))
  return loaded.config
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

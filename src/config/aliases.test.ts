import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue } from '../protocol/features/index.ts'
import { aliases, switches, switchVariable } from './aliases.ts'
import { loadConfig } from './load.ts'
import { settings } from './settings.ts'

const load = (env: Record<string, string>) => loadConfig({ mode: 'dev', env, readFile: () => undefined })
const config = (env: Record<string, string>) => {
  const loaded = load(env)
  assert.ok('config' in loaded, JSON.stringify(loaded))
  return loaded.config
}

test('every variable of another system stands for a setting that exists', () => {
  for (const { variable, path } of aliases)
    assert.ok(
      settings.some((setting) => setting.path === path),
      variable,
    )
})

test('the variables of the minimal M2M server work', () => {
  const { issuer, keys, demo } = config({
    ISSUER_URL: 'http://localhost:9000',
    RS256_PRIVATE_KEY_PATH: '/keys/private.pem',
    RS256_PUBLIC_KEY_PATH: '/keys/public.pem',
    JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes',
  })
  assert.equal(issuer, 'http://localhost:9000')
  assert.deepEqual(keys.files.rs256, { private_key_file: '/keys/private.pem', public_key_file: '/keys/public.pem' })
  assert.equal(demo.jwt_secret, 'a-secret-of-at-least-thirty-two-bytes')
})

test('auto-gen asks for what happens anyway, and our own variables win', () => {
  assert.deepEqual(config({ RS256_PRIVATE_KEY_PATH: 'auto-gen', RS256_PUBLIC_KEY_PATH: 'auto-gen' }).keys.files.rs256, {})
  assert.equal(config({ ISSUER_URL: 'http://localhost:1', GATEHOUSE_ISSUER: 'http://localhost:2' }).issuer, 'http://localhost:2')
})

test('what is wrong is told by the name that was used', () => {
  const loaded = load({ JWT_SECRET: 'short' })
  assert.ok('problems' in loaded)
  assert.match(loaded.problems.join('\n'), /JWT_SECRET/)
  assert.doesNotMatch(loaded.problems.join('\n'), /short\b.*JWT_SECRET.*short/)
})

test('the README of pico-auth: by the environment, and by its own YAML file', () => {
  const byEnvironment = config({
    AUTH_ISSUER: 'https://auth.myapp.com',
    AUTH_ADMIN_PASSWORD: 'strong-password',
    AUTH_ACCESS_TOKEN_EXPIRE_MINUTES: '5',
    DATABASE_URL: 'postgresql+asyncpg://h/n',
  })
  assert.equal(byEnvironment.issuer, 'https://auth.myapp.com')
  assert.deepEqual(byEnvironment.administrator, { create: true, email: 'admin@pico.local', password: 'strong-password' })
  assert.equal(byEnvironment.api.access_token, 300)
  assert.equal(byEnvironment.database_url, 'postgresql://h/n')
  const text = `auth:
  data_dir: "keys"
  access_token_expire_minutes: 15
  refresh_token_expire_days: 7
  issuer: "http://localhost:8100"
  audience: "pico-bot"
  auto_create_admin: false
  admin_email: "admin@pico.local"
  admin_password: "admin"
database:
  url: "sqlite+aiosqlite:///auth.db"
`
  const read = (file: string, env = {}) =>
    loadConfig({ mode: 'dev', file: 'application.yaml', env, readFile: () => ({ text: file, mode: undefined }) })
  const loaded = read(text)
  assert.ok('config' in loaded, JSON.stringify(loaded))
  const { issuer, api, administrator, database_url, data_dir } = loaded.config
  assert.deepEqual([issuer, api.audience, api.access_token, api.refresh_token], ['http://localhost:8100', 'pico-bot', 900, 604_800])
  assert.deepEqual([administrator.create, database_url, data_dir], [false, 'sqlite:auth.db', 'keys'])
  const overridden = read(text, { AUTH_ISSUER: 'http://localhost:1' })
  assert.ok('config' in overridden && overridden.config.issuer === 'http://localhost:1')
  const more = read(`${text}  echo: false\nauth_client:\n  enabled: true\n`)
  assert.ok('problems' in more && /auth_client/.test(more.problems.join()) && /database/.test(more.problems.join()))
})

test('the variables of the Auth Manager work', () => {
  const given = {
    KEYCLOAK_ISSUER: 'http://localhost:8081/auth/',
    KEYCLOAK_REALM: 'SBO',
    KEYCLOAK_CLIENT_ID: 'auth',
    KEYCLOAK_CLIENT_SECRET: 'a secret',
    KEYCLOAK_CONSENT_REDIRECT_URI: 'http://localhost:8000/v1/offline-token/callback',
    STATE_TOKEN_EXPIRY: '300',
    LOG_LEVEL: 'WARNING',
  }
  const { keycloak, auth_manager, log } = config(given)
  assert.deepEqual(keycloak, { server: 'http://localhost:8081/auth', realm: 'SBO', client_id: 'auth', client_secret: 'a secret' })
  assert.deepEqual(auth_manager, { connection: 'keycloak', state_seconds: 300, redirect_uri: given.KEYCLOAK_CONSENT_REDIRECT_URI })
  assert.equal(log.level, 'warn')
  const missing = load({ KEYCLOAK_ISSUER: 'http://localhost:8081/auth' })
  assert.ok('problems' in missing && missing.problems.length === 3, JSON.stringify(missing))
})

test('an administrator needs address and password, and in production one that not everyone knows', () => {
  const missing = load({ AUTH_AUTO_CREATE_ADMIN: 'true' })
  assert.ok('problems' in missing && missing.problems.length === 2, JSON.stringify(missing))
  const known = loadConfig({ mode: 'serve', env: { AUTH_ADMIN_PASSWORD: 'admin' }, readFile: () => undefined })
  assert.ok('problems' in known && known.problems.some((problem) => problem.startsWith('administrator.password')))
})

test('every switch of Auto Authn is a feature, always so, or refused when it is asked for', () => {
  assert.equal(Object.keys(switches).length, 39)
  for (const [name, meaning] of Object.entries(switches)) {
    const variable = switchVariable(name)
    if (meaning === 'absent') {
      assert.ok('problems' in load({ [variable]: '1' }), variable)
      assert.ok('config' in load({ [variable]: '0' }), variable)
      continue
    }
    assert.ok(meaning === 'always' || meaning in catalogue, variable)
    assert.ok('config' in load({ [variable]: 'true' }), variable)
  }
  for (const [text, on] of Object.entries({ true: true, '1': true, YES: true, false: false, '0': false, no: false }))
    assert.equal(config({ AUTO_AUTHN_ENABLE_RFC7009: text }).features.revocation, on, text)
  assert.equal(config({ AUTO_AUTHN_ENABLE_RFC7009: '0', GATEHOUSE_FEATURES_REVOCATION: 'true' }).features.revocation, true)
})

test('what is loose is open in development and closed in production', () => {
  const { api, features } = config({})
  const loose = (of: typeof api) => [of.sign_up, of.open_tenants, of.without_client, of.popular_passwords]
  assert.deepEqual([...loose(api), features.passwordGrant], [true, true, true, true, true])
  const files: Record<string, string> = { key: 'x', cert: 'x' }
  const env = {
    GATEHOUSE_ISSUER: 'https://id.example.org',
    GATEHOUSE_DATABASE_URL: 'sqlite:a.db',
    GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'key',
    GATEHOUSE_TRUSTED_PROXIES: '10.0.0.1',
  }
  const read = (path: string) => (files[path] === undefined ? undefined : { text: files[path], mode: 0o600 })
  const loaded = loadConfig({ mode: 'serve', env, readFile: read })
  assert.ok('config' in loaded, JSON.stringify(loaded))
  const { api: closed, features: served } = loaded.config
  assert.deepEqual([...loose(closed), served.passwordGrant], [false, false, false, false, false])
})

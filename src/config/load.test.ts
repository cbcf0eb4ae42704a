import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signingAlgs } from '../protocol/algs.ts'
import { type Loaded, loadConfig, type Sources } from './load.ts'
import { put, type Raw, type ReadFile } from './raw.ts'
import { settings, variableOf } from './settings.ts'

/** Files by path; text alone is readable by its owner only. */
function files(table: Record<string, string | { text: string; mode: number }>): ReadFile {
  return (path) => {
    const entry = table[path]
    if (entry === 'UNREADABLE') throw Object.assign(new Error('denied'), { code: 'EACCES' })
    return typeof entry === 'string' ? { text: entry, mode: 0o600 } : entry
  }
}

function dev(yaml: string | undefined, env: Sources['env'] = {}, flags: Record<string, string> = {}): Loaded {
  return loadConfig({ mode: 'dev', env, flags, readFile: files(yaml === undefined ? {} : { 'gatehouse.yaml': yaml }) })
}

function configOf(loaded: Loaded) {
  assert.ok('config' in loaded, JSON.stringify(loaded))
  return loaded.config
}

const problemsOf = (loaded: Loaded) => ('problems' in loaded ? loaded.problems : [])

test('development mode needs nothing', () => {
  const config = configOf(dev(undefined))
  assert.equal(config.issuer, 'http://localhost:8000')
  assert.equal(config.database_url, 'sqlite:data/gatehouse.db')
  assert.equal(config.lifetimes.session_idle, 3600)
})

test('the development address and database follow port and data folder', () => {
  const config = configOf(dev('data_dir: /var/lib/gatehouse', { GATEHOUSE_LISTEN_PORT: '9000' }))
  assert.equal(config.issuer, 'http://localhost:9000')
  assert.equal(config.database_url, 'sqlite:/var/lib/gatehouse/gatehouse.db')
})

test('flags win over the environment, the environment over the file', () => {
  const yaml = 'listen: { port: 1 }\nworkers: 2\nlog: { level: debug }'
  const config = configOf(dev(yaml, { GATEHOUSE_LISTEN_PORT: '2', GATEHOUSE_WORKERS: '3' }, { 'listen.port': '3' }))
  assert.deepEqual([config.listen.port, config.workers, config.log.level], [3, 3, 'debug'])
})

test('an empty variable is not set', () => {
  assert.equal(configOf(dev('workers: 2', { GATEHOUSE_WORKERS: '' })).workers, 2)
})

test('JSON is read as well', () => {
  assert.equal(configOf(dev('{"listen": {"port": 81}}')).listen.port, 81)
})

test('the file is the one named by flag, else by GATEHOUSE_CONFIG, else gatehouse.yaml', () => {
  const readFile = files({ a: 'workers: 2', b: 'workers: 3', 'gatehouse.yaml': 'workers: 4' })
  const workers = (file: string | undefined, env: Sources['env']) => configOf(loadConfig({ mode: 'dev', file, env, readFile })).workers
  assert.equal(workers('a', { GATEHOUSE_CONFIG: 'b' }), 2)
  assert.equal(workers(undefined, { GATEHOUSE_CONFIG: 'b' }), 3)
  assert.equal(workers(undefined, {}), 4)
})

const anyText = '/a/text/that/is/long/enough/for/any/setting'

/** A text for the environment and the value it must become; for settings that are any text, none is needed. */
const samples: Record<string, [text: string, value: unknown]> = {
  issuer: ['https://id.example.org', 'https://id.example.org'],
  'listen.host': ['0.0.0.0', '0.0.0.0'],
  'listen.port': ['443', 443],
  'credentials.development_authority': ['false', false],
  database_url: ['sqlite:other.db', 'sqlite:other.db'],
  database_url_file: ['url', 'url'],
  'mail.smtp_url_file': ['smtp', 'smtp'],
  data_dir: ['/data', '/data'],
  key_encryption_key_file: ['/key', '/key'],
  previous_key_encryption_key_files: ['/old, /older', ['/old', '/older']],
  'tls.cert_file': ['/cert', '/cert'],
  'tls.key_file': ['/tls', '/tls'],
  trusted_proxies: ['10.0.0.0/8,::1', ['10.0.0.0/8', '::1']],
  workers: ['4', 4],
  'log.level': ['debug', 'debug'],
  'log.format': ['json', 'json'],
  'lifetimes.flow': ['600', 600],
  'lifetimes.code': ['30', 30],
  'lifetimes.access_token': ['300', 300],
  'lifetimes.id_token': ['300', 300],
  'lifetimes.refresh_token': ['86400', 86400],
  'lifetimes.refresh_grace': ['0', 0],
  'lifetimes.session_idle': ['600', 600],
  'lifetimes.session_absolute': ['7200', 7200],
  'keys.algs': ['[ES256, RS256]', ['ES256', 'RS256']],
  'keys.rsa_bits': ['2048', 2048],
  'keys.rotate_after_days': ['30', 30],
  'keys.publish_before_hours': ['2', 2],
  'keys.keep_days': ['7', 7],
  'passwords.memory_kib': ['65536', 65536],
  'passwords.passes': ['3', 3],
  'passwords.parallelism': ['2', 2],
  'mail.from': ['us@example.org', 'us@example.org'],
  'mail.smtp_url': ['smtps://u:p@mail.example.org', 'smtps://u:p@mail.example.org'],
  'auth_manager.connection': ['staff', 'staff'],
  'auth_manager.state_seconds': ['300', 300],
  'auth_manager.redirect_uri': ['https://id.example.org/back', 'https://id.example.org/back'],
  'keycloak.server': ['https://sso.example.org/auth', 'https://sso.example.org/auth'],
  'keycloak.client_secret_file': ['url', 'url'],
  'registration.open': ['false', false],
  'registration.redirects': ['https', ['https']],
  'registration.per_address': ['5', 5],
  'registration.unused_days': ['30', 30],
  'outbound.allowed_addresses': ['10.1.0.0/16', ['10.1.0.0/16']],
  'mtls.port': ['8443', 8443],
  'mtls.origin': ['https://mtls.example.org:8443', 'https://mtls.example.org:8443'],
  'mtls.proxy': ['envoy', 'envoy'],
  'mtls.header': ['x-certificate', 'x-certificate'],
  'limits.body_bytes': ['2048', 2048],
  'limits.request_seconds': ['60', 60],
  'limits.flows_per_address': ['50', 50],
  'limits.unanswered_requests': ['50', 50],
  'api.access_token': ['300', 300],
  'api.refresh_token': ['86400', 86400],
  'api.sign_up': ['false', false],
  'api.docs': ['none', 'none'],
  'api.sign_up_email': ['verified', 'verified'],
  'api.without_client': ['false', false],
  'api.open_tenants': ['false', false],
  'api.popular_passwords': ['false', false],
  'administrator.create': ['true', true],
  'administrator.email': ['ops@example.org', 'ops@example.org'],
  'administrator.password_file': ['url', 'url'],
  'limits.sign_in.account': ['5', 5],
  'limits.sign_in.address': ['50', 50],
  'limits.sign_in.tenant': ['500', 500],
  'audit.keep_days': ['30', 30],
  second_factor: ['required', 'required'],
  'demo.help': ['false', false],
  'demo.application': ['true', true],
  'account.deletion': ['false', false],
  'sweep.every_seconds': ['5', 5],
  'sweep.batch': ['10', 10],
}

/** What must be set beside a setting that is nothing alone. */
function besides(path: string): Record<string, string> {
  if (path.startsWith('tls.')) return { GATEHOUSE_TLS_CERT_FILE: '/cert', GATEHOUSE_TLS_KEY_FILE: '/tls' }
  if (path === 'administrator.create')
    return { GATEHOUSE_ADMINISTRATOR_EMAIL: 'ops@example.org', GATEHOUSE_ADMINISTRATOR_PASSWORD: 'a password' }
  if (path.startsWith('mtls.')) {
    const own = { GATEHOUSE_TLS_CERT_FILE: '/cert', GATEHOUSE_TLS_KEY_FILE: '/tls', GATEHOUSE_MTLS_ORIGIN: 'https://mtls.example.org' }
    const proxy = { GATEHOUSE_MTLS_PROXY: 'nginx', GATEHOUSE_TRUSTED_PROXIES: '10.0.0.1' }
    return { GATEHOUSE_FEATURES_MUTUAL_TLS: 'true', ...own, ...proxy }
  }
  if (/^credentials\..*_file$/.test(path))
    return { GATEHOUSE_CREDENTIALS_PRIVATE_KEY_FILE: '/private', GATEHOUSE_CREDENTIALS_CERTIFICATE_FILE: '/chain' }
  if (path === 'keycloak.server')
    return { GATEHOUSE_KEYCLOAK_REALM: 'staff', GATEHOUSE_KEYCLOAK_CLIENT_ID: 'x', GATEHOUSE_KEYCLOAK_CLIENT_SECRET: 'y' }
  const alg = /^keys\.files\.(\w+)\./.exec(path)?.[1]
  return alg ? { [variableOf(`keys.files.${alg}.private_key_file`)]: '/private' } : {}
}

for (const setting of settings.filter(({ path }) => !path.startsWith('features.'))) {
  test(`${setting.variable} sets ${setting.path}`, () => {
    const [text, value] = samples[setting.path] ?? [anyText, anyText]
    const env = { ...besides(setting.path), [setting.variable]: text }
    const config = configOf(loadConfig({ mode: 'dev', env, readFile: files({ url: 'postgres://h/n\n', smtp: 'smtp://h\n' }) }))
    const expected: Raw = structuredClone(config)
    put(expected, setting.path, value)
    assert.deepEqual(config, expected)
  })
}

for (const setting of settings.filter(({ path }) => path.startsWith('features.'))) {
  test(`${setting.variable} sets ${setting.path}`, () => {
    const loaded = dev('', { [setting.variable]: 'false' })
    const name = setting.path.slice('features.'.length)
    if ('config' in loaded) assert.deepEqual(loaded.config.features, { ...configOf(dev('')).features, [name]: false })
    else for (const problem of loaded.problems) assert.match(problem, new RegExp(`needs ${setting.path}, which is off`))
  })
}

test('a secret can stand in a file of its own', () => {
  const readFile = files({ url: 'postgres://u:hard-to-guess@h/n\n' })
  const config = configOf(loadConfig({ mode: 'dev', env: { GATEHOUSE_DATABASE_URL_FILE: 'url' }, readFile }))
  assert.equal(config.database_url, 'postgres://u:hard-to-guess@h/n')
})

test('variables that Kubernetes makes for a service called gatehouse are no settings', () => {
  const env = { GATEHOUSE_SERVICE_HOST: '10.0.0.1', GATEHOUSE_PORT: 'tcp://10.0.0.1:80', GATEHOUSE_PORT_80_TCP_ADDR: '10.0.0.1' }
  configOf(dev(undefined, { ...env, GATEHOUSE_WEB_SERVICE_PORT_HTTP: '80' }))
})

const refused: [yaml: string, env: Sources['env'], problem: string][] = [
  ['lisen: { port: 1 }', {}, 'lisen is not a setting — did you mean listen?'],
  ['listen: { prot: 1 }', {}, 'listen.prot is not a setting — did you mean listen.port?'],
  ['access_token: 5', {}, 'access_token is not a setting — did you mean lifetimes.access_token?'],
  ['colour_of_the_door: red', {}, 'colour_of_the_door is not a setting — remove it from gatehouse.yaml'],
  ['', { GATEHOUSE_ISUER: 'x' }, 'GATEHOUSE_ISUER is not a setting — did you mean GATEHOUSE_ISSUER?'],
  ['', { GATEHOUSE_PORT: '9000' }, 'GATEHOUSE_PORT is not a setting — did you mean GATEHOUSE_LISTEN_PORT?'],
  ['', { GATEHOUSE_COLOUR_OF_THE_DOOR: 'red' }, 'GATEHOUSE_COLOUR_OF_THE_DOOR is not a setting — remove it from the environment'],
  ['listen: { port: high }', {}, 'listen.port must be a whole number — correct listen.port in gatehouse.yaml'],
  ['', { GATEHOUSE_LISTEN_PORT: 'high' }, 'listen.port must be a whole number — correct GATEHOUSE_LISTEN_PORT'],
  ['listen: { port: 1.5 }', {}, 'listen.port must be a whole number — correct listen.port in gatehouse.yaml'],
  ['listen: { port: 65536 }', {}, 'listen.port must be at most 65535 — correct listen.port in gatehouse.yaml'],
  ['listen: { port: -1 }', {}, 'listen.port must be at least 0 — correct listen.port in gatehouse.yaml'],
  ['listen: 8000', {}, 'listen must be a group of settings — correct listen in gatehouse.yaml'],
  ['listen: { host: 5 }', {}, 'listen.host must be text — correct listen.host in gatehouse.yaml'],
  ['listen: { host: "" }', {}, 'listen.host must not be empty — correct listen.host in gatehouse.yaml'],
  [
    'log: { level: loud }',
    {},
    'log.level must be one of fatal, error, warn, info, debug, trace, silent — correct log.level in gatehouse.yaml',
  ],
  ['trusted_proxies: me', {}, 'trusted_proxies must be a list — correct trusted_proxies in gatehouse.yaml'],
  [
    'trusted_proxies: [10.0.0.0/8, me]',
    {},
    'entry 2 of trusted_proxies must be an address or an address range such as 10.0.0.0/8 — correct trusted_proxies in gatehouse.yaml',
  ],
  ['keys: { algs: [] }', {}, 'keys.algs must not be empty — correct keys.algs in gatehouse.yaml'],
  ['keys: { algs: [ES256, ES256] }', {}, 'keys.algs must name no algorithm twice — correct keys.algs in gatehouse.yaml'],
  ['keys: { algs: [HS256] }', {}, `entry 1 of keys.algs must be one of ${signingAlgs.join(', ')} — correct keys.algs in gatehouse.yaml`],
  ['keys: { rsa_bits: 2049 }', {}, 'keys.rsa_bits must be a multiple of 8 — correct keys.rsa_bits in gatehouse.yaml'],
  [
    'keys: { rotate_after_days: 1 }',
    {},
    'keys.publish_before_hours must be less than keys.rotate_after_days — set keys.publish_before_hours or GATEHOUSE_KEYS_PUBLISH_BEFORE_HOURS',
  ],
  [
    'lifetimes: { session_idle: 90000 }',
    {},
    'lifetimes.session_idle must not exceed lifetimes.session_absolute — correct lifetimes.session_idle in gatehouse.yaml',
  ],
  [
    'passwords: { memory_kib: 20000 }',
    {},
    'passwords.passes must be at least 2 below 47104 KiB of memory — set passwords.passes or GATEHOUSE_PASSWORDS_PASSES',
  ],
  ['tls: { cert_file: a }', {}, 'tls.key_file is missing: it is needed with tls.cert_file — set tls.key_file or GATEHOUSE_TLS_KEY_FILE'],
  ['tls: { key_file: a }', {}, 'tls.cert_file is missing: it is needed with tls.key_file — set tls.cert_file or GATEHOUSE_TLS_CERT_FILE'],
  ['database_url: mysql://h/n', {}, 'database_url must begin with sqlite: or postgres:// — correct database_url in gatehouse.yaml'],
  ['database_url: sqlite:a', { GATEHOUSE_DATABASE_URL_FILE: 'b' }, 'database_url and database_url_file are both set — remove one of them'],
  ['database_url_file: 5', {}, 'database_url_file must be text — correct database_url_file in gatehouse.yaml'],
  ['keycloak: { client_secret_file: nowhere }', {}, 'nowhere does not exist — correct keycloak.client_secret_file'],
  ['database_url_file: nowhere', {}, 'nowhere does not exist — correct database_url_file'],
  ['issuer: id.example.com', {}, 'issuer must be an absolute https URL — correct issuer in gatehouse.yaml'],
  ['issuer: ftp://id.example.com', {}, 'issuer must be an absolute https URL — correct issuer in gatehouse.yaml'],
  ['issuer: https://id.example.com/', {}, 'issuer must not end with a slash — correct issuer in gatehouse.yaml'],
  ['issuer: https://id.example.com?a', {}, 'issuer must have no query — correct issuer in gatehouse.yaml'],
  ['issuer: "https://id.example.com#a"', {}, 'issuer must have no fragment — correct issuer in gatehouse.yaml'],
  ['issuer: https://u:p@id.example.com', {}, 'issuer must not carry a user name or password — correct issuer in gatehouse.yaml'],
  ['issuer: https://ID.example.com:443', {}, 'issuer must be written as https://id.example.com — correct issuer in gatehouse.yaml'],
  ['features: { pkce: maybe }', {}, 'features.pkce must be true or false — correct features.pkce in gatehouse.yaml'],
  ['features: { pkec: false }', {}, 'features.pkec is not a setting — did you mean features.pkce?'],
  ['features: 5', {}, 'features must be a group of settings — correct features in gatehouse.yaml'],
  [
    'a: [',
    {},
    'gatehouse.yaml is not valid YAML at line 1, column 5 — Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['- a', {}, 'gatehouse.yaml does not hold settings — write one "name: value" per line'],
  ['', { GATEHOUSE_CONFIG: 'nowhere.yaml' }, 'nowhere.yaml does not exist — correct --config or GATEHOUSE_CONFIG'],
]

for (const [yaml, env, problem] of refused) {
  test(`refused: ${problem}`, () => {
    assert.deepEqual(problemsOf(dev(yaml, env)), [problem])
  })
}

test('a file that cannot be read is named', () => {
  const readFile = files({ 'gatehouse.yaml': 'UNREADABLE' })
  assert.deepEqual(problemsOf(loadConfig({ mode: 'dev', env: {}, readFile })), [
    'gatehouse.yaml cannot be read (EACCES) — correct its permissions or --config',
  ])
})

test('no problem shows a value', () => {
  const env = { GATEHOUSE_DATABASE_URL: 'mysql://u:hunter2@h/n', GATEHOUSE_HUNTER2: 'hunter2', GATEHOUSE_WORKERS: 'hunter2' }
  const problems = problemsOf(dev('issuer: hunter2\nlog: { level: hunter2 }\nfeatures: { pkce: hunter2 }', env))
  assert.ok(problems.length > 4)
  for (const problem of problems) assert.doesNotMatch(problem, /hunter2/)
})

test('a key named __proto__ in the file changes nothing', () => {
  dev('__proto__: { workers: 9 }\nlisten: { __proto__: { port: 1 } }')
  assert.equal(({} as Raw)['workers'], undefined)
})

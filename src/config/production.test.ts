import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { loadConfig } from './load.ts'

const sound = {
  GATEHOUSE_ISSUER: 'https://id.example.org',
  GATEHOUSE_DATABASE_URL: 'postgres://gatehouse:Zq7-unusual@db/gatehouse',
  GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'private',
  GATEHOUSE_TLS_CERT_FILE: 'public',
  GATEHOUSE_TLS_KEY_FILE: 'private',
}

function serve(change: Record<string, string>) {
  const modes: Record<string, number | undefined> = {
    private: 0o600,
    public: 0o644,
    group: 0o640,
    windows: undefined,
    url: 0o640,
    smtp: 0o604,
    phrase: 0o644,
    zeros: 0o600,
    counting: 0o600,
  }
  const texts: Record<string, string> = {
    url: sound.GATEHOUSE_DATABASE_URL,
    smtp: 'smtps://mail.example.org',
    phrase: 'Zq7-unusual and long enough',
    zeros: Buffer.alloc(32).toString('base64'),
    counting: Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('hex'),
  }
  const readFile = (path: string) => {
    if (path === 'denied') throw new Error('denied')
    return path in modes ? { text: texts[path] ?? '', mode: modes[path] } : undefined
  }
  const loaded = loadConfig({ mode: 'serve', env: { ...sound, ...change }, readFile })
  return 'problems' in loaded ? loaded.problems : []
}

const accepted: [what: string, change: Record<string, string>][] = [
  ['a sound configuration', {}],
  ['http on this machine', { GATEHOUSE_ISSUER: 'http://localhost:8000' }],
  ['http on this machine with a path', { GATEHOUSE_ISSUER: 'http://127.0.0.1:8000/id' }],
  ['SQLite, when chosen', { GATEHOUSE_DATABASE_URL: 'sqlite:gatehouse.db' }],
  ['TLS by a proxy', { GATEHOUSE_TLS_CERT_FILE: '', GATEHOUSE_TLS_KEY_FILE: '', GATEHOUSE_TRUSTED_PROXIES: '10.1.0.0/16' }],
  [
    'the private networks as proxies',
    { GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7,fe80::/10,::ffff:10.0.0.0/104' },
  ],
  ['nearly an eighth of all addresses as proxies', { GATEHOUSE_TRUSTED_PROXIES: '0.0.0.0/4,16.0.0.0/5,2000::/4,3000::/5,10.0.0.1,::1' }],
  ['an administrator', { GATEHOUSE_ADMINISTRATOR_EMAIL: 'root@example.org', GATEHOUSE_ADMINISTRATOR_PASSWORD: 'seventeen horses' }],
  ['a system without permission bits', { GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'windows' }],
]

for (const [what, change] of accepted) {
  test(`serves with ${what}`, () => assert.deepEqual(serve(change), []))
}

const refused: [change: Record<string, string>, problem: string][] = [
  [{ GATEHOUSE_ISSUER: '' }, 'issuer is missing — set issuer or GATEHOUSE_ISSUER, such as https://id.example.com'],
  [{ GATEHOUSE_ISSUER: 'http://id.example.org' }, 'issuer uses http beyond this machine — set issuer to an https URL'],
  [{ GATEHOUSE_ISSUER: 'http://localhost.example.org' }, 'issuer uses http beyond this machine — set issuer to an https URL'],
  [
    { GATEHOUSE_TLS_CERT_FILE: '', GATEHOUSE_TLS_KEY_FILE: '' },
    'issuer is https, but this server has no TLS — set tls.cert_file and tls.key_file, or trusted_proxies to the proxy that terminates TLS',
  ],
  [{ GATEHOUSE_MAIL_FOLDER: 'mail' }, 'mail.folder stores mails whose links open accounts — set mail.smtp_url in place of it'],
  [
    { GATEHOUSE_MAIL_SMTP_URL: 'smtp://mail.example.org' },
    'mail.from is missing: it is needed with mail.smtp_url — set mail.from or GATEHOUSE_MAIL_FROM, such as no-reply@example.com',
  ],
  [
    { GATEHOUSE_API_SIGN_UP_EMAIL: 'private' },
    'api.sign_up_email needs email, and none can be sent — set mail.smtp_url, or api.sign_up_email to unverified',
  ],
  [
    { GATEHOUSE_API_SIGN_UP_EMAIL: 'verified' },
    'api.sign_up_email needs email, and none can be sent — set mail.smtp_url, or api.sign_up_email to unverified',
  ],
  [{ GATEHOUSE_TRUSTED_PROXIES: '0.0.0.0/0' }, 'trusted_proxies trusts everyone — name the addresses of your proxies'],
  [
    { GATEHOUSE_DATABASE_URL: '' },
    'database_url is missing — set database_url or GATEHOUSE_DATABASE_URL, such as postgres://gatehouse@localhost/gatehouse',
  ],
  ...['admin', 'change-me', 'changeme', 'gatehouse', 'Password', 'postgres', 'secret'].map((password): [Record<string, string>, string] => [
    { GATEHOUSE_DATABASE_URL: `postgres://gatehouse:${password}@db/gatehouse` },
    'database_url has a password that everyone knows — change it in the database and in database_url',
  ]),
  [
    { GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: '' },
    'key_encryption_key_file is missing — make one with "umask 077; head -c 32 /dev/urandom | base64 > gatehouse.key" ' +
      'and set key_encryption_key_file or GATEHOUSE_KEY_ENCRYPTION_KEY_FILE',
  ],
  [{ GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'group' }, 'key_encryption_key_file: group can be read by others — run "chmod 600 group"'],
  [{ GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'public' }, 'key_encryption_key_file: public can be read by others — run "chmod 600 public"'],
  [{ GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'none' }, 'key_encryption_key_file: none does not exist — correct key_encryption_key_file'],
  [
    { GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'denied' },
    'key_encryption_key_file: denied cannot be read — correct its permissions or key_encryption_key_file',
  ],
  [
    { GATEHOUSE_PREVIOUS_KEY_ENCRYPTION_KEY_FILES: 'private,group' },
    'previous_key_encryption_key_files: group can be read by others — run "chmod 600 group"',
  ],
  [
    { GATEHOUSE_DATABASE_URL: '', GATEHOUSE_DATABASE_URL_FILE: 'url' },
    'database_url_file: url can be read by others — run "chmod 600 url"',
  ],
  [
    { GATEHOUSE_MAIL_FROM: 'id@example.org', GATEHOUSE_MAIL_SMTP_URL_FILE: 'smtp' },
    'mail.smtp_url_file: smtp can be read by others — run "chmod 600 smtp"',
  ],
  [
    { GATEHOUSE_ADMINISTRATOR_PASSWORD_FILE: 'phrase' },
    'administrator.password_file: phrase can be read by others — run "chmod 600 phrase"',
  ],
  [{ GATEHOUSE_TLS_KEY_FILE: 'public' }, 'tls.key_file: public can be read by others — run "chmod 600 public"'],
  ...['rs256', 'ps256', 'es256', 'eddsa'].map((alg): [Record<string, string>, string] => [
    { [`GATEHOUSE_KEYS_FILES_${alg.toUpperCase()}_PRIVATE_KEY_FILE`]: 'public' },
    `keys.files.${alg}.private_key_file: public can be read by others — run "chmod 600 public"`,
  ]),
  [
    { GATEHOUSE_CREDENTIALS_PRIVATE_KEY_FILE: 'public', GATEHOUSE_CREDENTIALS_CERTIFICATE_FILE: 'public' },
    'credentials.private_key_file: public can be read by others — run "chmod 600 public"',
  ],
  [
    { GATEHOUSE_CREDENTIALS_DEVELOPMENT_AUTHORITY: 'true' },
    'credentials.development_authority is on, and nobody trusts that authority — set credentials.private_key_file in place of it',
  ],
  ...[
    '0.0.0.0/0',
    '0.0.0.0/3',
    '2000::/3',
    '::/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '8000::/1',
    '::ffff:0.0.0.0/96',
    '10.0.0.1,64.0.0.0/4,128.0.0.0/4',
  ].map((ranges): [Record<string, string>, string] => [
    { GATEHOUSE_TRUSTED_PROXIES: ranges },
    'trusted_proxies trusts everyone — name the addresses of your proxies',
  ]),
  [{ GATEHOUSE_OUTBOUND_ALLOWED_ADDRESSES: '::/0' }, 'outbound.allowed_addresses allows every address — name those of your own servers'],
  [{ GATEHOUSE_OUTBOUND_CA_FILE: 'missing' }, 'outbound.ca_file: missing does not exist — correct outbound.ca_file'],
  ...['zeros', 'counting'].map((file): [Record<string, string>, string] => [
    { GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: file },
    `key_encryption_key_file: ${file} holds a key that can be guessed — make one with "umask 077; head -c 32 /dev/urandom | base64"`,
  ]),
  ...['short', 'password12345678', 'passwordpassword', 'Administrator Administrator', 'root.of.all@example.org'].map(
    (password): [Record<string, string>, string] => [
      { GATEHOUSE_ADMINISTRATOR_EMAIL: 'root.of.all@example.org', GATEHOUSE_ADMINISTRATOR_PASSWORD: password },
      'administrator.password can be guessed — choose one of at least 15 characters that few people use and that is not the email address',
    ],
  ),
  [
    { GATEHOUSE_FEATURES_PKCE: 'false' },
    'features.pkce is off, so an authorization code that is intercepted can be redeemed — remove features.pkce',
  ],
  [{ GATEHOUSE_TLS_CERT_FILE: 'none' }, 'tls.cert_file: none does not exist — correct tls.cert_file'],
]

for (const [change, problem] of refused) {
  test(`refused: ${problem}`, () => assert.deepEqual(serve(change), [problem]))
}

test('one start tells everything', () => {
  const problems = serve({
    GATEHOUSE_ISSUER: 'http://id.example.org/',
    GATEHOUSE_DATABASE_URL: '',
    GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'group',
    GATEHOUSE_WORKERS: 'many',
    GATEHOUSE_NO_SUCH: '1',
  })
  const about = problems.map((problem) => problem.split(/[ :]/)[0])
  assert.deepEqual(about.sort(), ['GATEHOUSE_NO_SUCH', 'database_url', 'issuer', 'issuer', 'key_encryption_key_file', 'workers'])
})

test('a settings file that everyone can read is refused if a secret is in it', () => {
  const settings = ['issuer: http://localhost:8000', 'key_encryption_key_file: private']
  const judged = (line: string, mode: number) => {
    const files: Record<string, { text: string; mode: number }> = {
      'a.yaml': { text: [...settings, line].join('\n'), mode },
      private: { text: '', mode: 0o600 },
    }
    const loaded = loadConfig({ mode: 'serve', file: 'a.yaml', env: {}, readFile: (path) => files[path] })
    return 'problems' in loaded ? loaded.problems : []
  }
  const database = 'database_url: postgres://gatehouse@db/gatehouse'
  const secrets: [line: string, setting: string][] = [
    ['database_url: postgres://gatehouse:Zq7-unusual@db/gatehouse', 'database_url'],
    ['database_url: postgres://db/gatehouse?password=Zq7-unusual', 'database_url'],
    [`${database}\nadministrator: { password: seventeen horses }`, 'administrator.password'],
    [`${database}\nauth: { admin_password: seventeen horses }`, 'administrator.password'],
    [`${database}\nmail: { from: id@example.org, smtp_url: smtps://id:Zq7-unusual@mail.example.org }`, 'mail.smtp_url'],
  ]
  for (const [line, setting] of secrets) {
    const problem = `a.yaml holds ${setting} and can be read by everyone — run "chmod 640 a.yaml", or use ${setting}_file`
    assert.deepEqual(judged(line, 0o644), [problem], line)
    assert.deepEqual(judged(line, 0o640), [], line)
  }
  assert.deepEqual(judged(database, 0o644), [])
})

suite('warned of in production', () => {
  const warnings = (change: Record<string, string>) => {
    const readFile = () => ({ text: '', mode: 0o600 })
    const loaded = loadConfig({
      mode: 'serve',
      env: { ...sound, GATEHOUSE_DATABASE_URL: 'sqlite:a.db', GATEHOUSE_CONFIG: '', ...change },
      readFile,
    })
    assert.ok('config' in loaded, JSON.stringify(loaded))
    return loaded.warnings
  }
  const cases: [change: Record<string, string>, setting: string | undefined][] = [
    [{}, undefined],
    [{ GATEHOUSE_API_OPEN_TENANTS: 'true' }, 'api.open_tenants'],
    [{ GATEHOUSE_API_WITHOUT_CLIENT: 'true' }, 'api.without_client'],
    [{ GATEHOUSE_API_SIGN_UP: 'true' }, 'api.sign_up'],
    [{ GATEHOUSE_API_POPULAR_PASSWORDS: 'true' }, 'api.popular_passwords'],
    [{ GATEHOUSE_FEATURES_PASSWORD_GRANT: 'true' }, 'features.passwordGrant'],
    [{ GATEHOUSE_REGISTRATION_OPEN: 'true' }, 'registration.open'],
    [{ GATEHOUSE_LIMITS_SIGN_IN_ACCOUNT: '101' }, 'limits.sign_in.account'],
    [{ GATEHOUSE_LIMITS_SIGN_IN_ADDRESS: '10001' }, 'limits.sign_in.address'],
    [{ GATEHOUSE_LIMITS_SIGN_IN_TENANT: '100001' }, 'limits.sign_in.tenant'],
    [{ GATEHOUSE_LIMITS_BODY_BYTES: '1048577' }, 'limits.body_bytes'],
    [{ GATEHOUSE_LOG_LEVEL: 'silent' }, 'log.level'],
  ]
  test('of no limit that is as high as advised', () => {
    const limits = { SIGN_IN_ACCOUNT: '100', SIGN_IN_ADDRESS: '10000', SIGN_IN_TENANT: '100000', BODY_BYTES: '1048576' }
    assert.deepEqual(warnings(Object.fromEntries(Object.entries(limits).map(([name, value]) => [`GATEHOUSE_LIMITS_${name}`, value]))), [])
  })

  for (const [change, setting] of cases) {
    test(setting ?? 'nothing, by default', () =>
      assert.deepEqual(
        warnings(change).map((text) => text.split(' ')[0]),
        setting === undefined ? [] : [setting],
      ),
    )
  }

  const databases: [url: string, warned: boolean][] = [
    ['postgres://u@db/n', true],
    ['postgresql://u@10.0.0.5:5432/n', true],
    ['postgres://u@db/n?sslmode=disable', true],
    ['postgres://u@db/n?sslmode=no-verify', true],
    ['postgres://u@db/n?sslmode=require&uselibpqcompat=true', true],
    ['postgres:///n?host=db.example', true],
    ['postgresql://u@db/n?sslmode=verify-ca', false],
    ['postgres://u@db/n?sslmode=verify-ca&uselibpqcompat=true', false],
    ['postgres://u@db/n?sslmode=verify-full&uselibpqcompat=true', false],
    ['postgres://u@db/n?sslmode=require', false],
    ['postgres://u@db/n?sslmode=verify-full', false],
    ['postgres://u@localhost/n', false],
    ['postgres://u@[::1]/n', false],
    ['postgres:///n?host=/var/run/postgresql', false],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/n', false],
  ]
  for (const [url, warned] of databases) {
    test(`${url}: ${warned ? 'no verified TLS' : 'nothing'}`, () =>
      assert.equal(warnings({ GATEHOUSE_DATABASE_URL: url }).length, warned ? 1 : 0))
  }
})

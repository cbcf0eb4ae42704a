import assert from 'node:assert/strict'
import { test } from 'node:test'
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
  }
  const texts: Record<string, string> = { url: sound.GATEHOUSE_DATABASE_URL, smtp: 'smtps://mail.example.org', phrase: 'Zq7-unusual' }
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
  ['a system without permission bits', { GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'windows' }],
]

for (const [what, change] of accepted) {
  test(`serves with ${what}`, () => assert.deepEqual(serve(change), []))
}

const refused: [change: Record<string, string>, problem: string][] = [
  [{ GATEHOUSE_ISSUER: '' }, 'issuer is missing — set issuer or GATEHOUSE_ISSUER, such as https://id.example.com'],
  [{ GATEHOUSE_ISSUER: 'http://id.example.org' }, 'issuer is http beyond this machine — set issuer to an https URL'],
  [{ GATEHOUSE_ISSUER: 'http://localhost.example.org' }, 'issuer is http beyond this machine — set issuer to an https URL'],
  [
    { GATEHOUSE_TLS_CERT_FILE: '', GATEHOUSE_TLS_KEY_FILE: '' },
    'issuer is https, yet nothing here speaks TLS — set tls.cert_file and tls.key_file, or trusted_proxies to the proxy that does',
  ],
  [{ GATEHOUSE_MAIL_FOLDER: 'mail' }, 'mail.folder keeps mails whose links open accounts — set mail.smtp_url in place of it'],
  [
    { GATEHOUSE_MAIL_SMTP_URL: 'smtp://mail.example.org' },
    'mail.from is missing beside mail.smtp_url — set mail.from or GATEHOUSE_MAIL_FROM, such as no-reply@example.com',
  ],
  [
    { GATEHOUSE_API_SIGN_UP_EMAIL: 'verified' },
    'api.sign_up_email needs mails, and none can be sent — set mail.smtp_url, or api.sign_up_email to unverified',
  ],
  [{ GATEHOUSE_TRUSTED_PROXIES: '0.0.0.0/0' }, 'trusted_proxies believes everyone — name the addresses of your proxies'],
  [
    { GATEHOUSE_DATABASE_URL: '' },
    'database_url is missing — set database_url or GATEHOUSE_DATABASE_URL, such as postgres://gatehouse@localhost/gatehouse',
  ],
  [
    { GATEHOUSE_DATABASE_URL: 'postgres://gatehouse:Password@db/gatehouse' },
    'database_url has a password that everyone knows — change it in the database and in database_url',
  ],
  [
    { GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: '' },
    'key_encryption_key_file is missing — make one with "umask 077; head -c 32 /dev/urandom | base64 > gatehouse.key" ' +
      'and set key_encryption_key_file or GATEHOUSE_KEY_ENCRYPTION_KEY_FILE',
  ],
  [{ GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'group' }, 'key_encryption_key_file: group can be read by others — run "chmod 600 group"'],
  [{ GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'public' }, 'key_encryption_key_file: public can be read by others — run "chmod 600 public"'],
  [{ GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'none' }, 'key_encryption_key_file: none does not exist — mend key_encryption_key_file'],
  [
    { GATEHOUSE_KEY_ENCRYPTION_KEY_FILE: 'denied' },
    'key_encryption_key_file: denied cannot be read — mend its permissions or key_encryption_key_file',
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
  [{ GATEHOUSE_TLS_CERT_FILE: 'none' }, 'tls.cert_file: none does not exist — mend tls.cert_file'],
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

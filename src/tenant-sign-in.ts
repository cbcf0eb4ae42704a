/** How people of a tenant sign in, register and get mail, put together. */
import type { Config } from './config/schema.ts'
import type { Passwords } from './crypto/passwords.ts'
import { recoveryCode } from './crypto/recovery-codes.ts'
import type { ResealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import type { TenantTokens } from './crypto/tokens.ts'
import { totpCrypto } from './crypto/totp.ts'
import { webAuthn } from './crypto/webauthn.ts'
import { type MailDeps, sendNotice } from './identity/links.ts'
import type { SignInDeps } from './identity/sign-in.ts'
import type { SignUpRule } from './identity/sign-up.ts'
import { mailMessage } from './mail/channel.ts'
import type { BackgroundTasks } from './outbox/background-tasks.ts'
import type { OutboxDelivery } from './outbox/delivery.ts'
import type { Platform } from './platform.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import type { tenantStore } from './store/tenant.ts'
import type { TenantRow } from './store/types.ts'
import { outboxSeal, tellingOfRequests } from './tenant-messages.ts'
import { signInUpstreams } from './tenant-upstream.ts'

interface Shared {
  config: Config
  platform: Platform
  sealer: Sealer
  reseal: ResealOnUse
  passwords: Passwords
  /** Whether mail can be sent. */
  offersMail: boolean
  delivery: OutboxDelivery
  backgroundTasks: BackgroundTasks
}

export function signInOf(
  deps: Shared,
  row: TenantRow,
  own: Pick<SignInDeps, 'id'> & { store: ReturnType<typeof tenantStore>; tokens: TenantTokens; mail: MailDeps | undefined },
): SignInDeps {
  const { store, tokens, id, mail } = own
  const { config, platform, sealer, passwords } = deps
  const { random } = platform
  const { session_idle: idle, session_absolute: absolute } = lifetimesOf(config, row)
  const { account, address, tenant } = config.limits.sign_in
  const flows = config.limits.flows_per_address
  return {
    store,
    tokens,
    passwords,
    factorCrypto: {
      ...totpCrypto({ sealer: sealer, tenantId: row.id, random }),
      ...webAuthn({ issuer: config.issuer, name: row.name }),
      recoveryCode: () => recoveryCode(random),
    },
    name: row.name,
    secondFactor: secondFactorOf(config, row),
    lifetimes: { idle, absolute },
    limits: { account, address, tenant, flows, registrations: config.registration.per_address },
    pseudonym: tokens.pseudonym,
    upstreams: () => signInUpstreams(store),
    tellOfRequest: tellingOfRequests(deps, row, { store, mail }),
    async subjectOfUpstream(connection, name) {
      const isEnabled = (await store.connections.find(connection))?.enabled === true
      return isEnabled ? (await store.upstreamIdentities.find(connection, name))?.subject : undefined
    },
    id,
    notify: async (news, account) => mail && sendNotice(mail, news, account),
  }
}

/** Undefined where no mail can be sent. */
export function mailDepsOf(
  { platform: { now }, offersMail, sealer, delivery, backgroundTasks }: Shared,
  { id: tenant, name, settings }: TenantRow,
  { store, tokens, issuer }: Pick<MailDeps, 'store' | 'tokens' | 'issuer'>,
): MailDeps | undefined {
  if (!offersMail) return undefined
  const { logo_uri: logo } = tenantSettings(settings)
  return {
    ...{ store, tokens, issuer, name, now },
    message: (mail, lifetime) => mailMessage({ ...mail, logo }, delivery.leased(lifetime), outboxSeal({ sealer }, tenant)),
    deliver: (message) => delivery.deliver({ ...message, tenant }),
    inBackground: backgroundTasks.start,
  }
}

/** Undefined: there is no self-registration, which is also the case if addresses must be confirmed and no mail can be sent. */
export function signUpAddressOf({ config: { api }, offersMail }: Shared, { settings }: TenantRow): SignUpRule['address'] | undefined {
  const own = tenantSettings(settings)
  if (!api.sign_up || !own.sign_up) return undefined
  const address = own.sign_up_email ?? api.sign_up_email ?? (offersMail ? 'private' : 'unverified')
  return address === 'unverified' || offersMail ? address : undefined
}

export function signUpRuleOf(address: SignUpRule['address'] | undefined, mail: MailDeps | undefined): SignUpRule | undefined {
  if (address === 'unverified') return { address }
  return address && mail && { address, mail }
}

/** The lifetimes of the configuration, except those that the tenant sets. */
export function lifetimesOf({ lifetimes }: Config, { settings }: TenantRow): Config['lifetimes'] {
  return { ...lifetimes, ...tenantSettings(settings).lifetimes } as Config['lifetimes']
}

/** A tenant can require a second factor where the deployment does not, but not the other way round. */
export function secondFactorOf(config: Config, { settings }: TenantRow): SignInDeps['secondFactor'] {
  return tenantSettings(settings).second_factor === 'required' ? 'required' : config.second_factor
}

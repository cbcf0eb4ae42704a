/** The federation keys of a tenant: keys of their own, which sign nothing but what concerns its federation — OpenID Federation 1.0 §3.1. */
import type { FederationKeys } from '../protocol/ports.ts'
import { type Keyring, type KeyringOptions, keyring } from './keyring.ts'
import type { KeyStore } from './types.ts'

const alg = 'ES256'

/** Its superiors must have been told of a key before it signs, so these are replaced by command alone. Seconds. */
const schedule = { lead: 7 * 86_400, maxAge: Number.POSITIVE_INFINITY, retireAfter: 30 * 86_400 }

type Options = Omit<KeyringOptions, 'store' | 'algs' | 'rsaBits' | 'reloadEvery'>

export function federationKeyring({ store, ...options }: Options & { store: KeyStore['signingKeys'] }): Keyring {
  const own = { store: { signingKeys: store }, algs: [alg], rsaBits: 2048, reloadEvery: 0, schedule } as const
  return keyring({ ...options, ...own })
}

export function ownFederationKeys(keys: Keyring): FederationKeys {
  return { ...keys, sign: (typ, claims) => keys.sign(alg, typ, claims) }
}

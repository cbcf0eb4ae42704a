/** Key sets of others at their addresses (`jwks_uri`) — RFC 7517 §5. */
import { readJson } from '../protocol/codec/json.ts'
import { isPublicJwk } from '../protocol/codec/public-key.ts'
import type { KeySets, PublicJwk, Remote, RemoteAnswer } from '../protocol/remote.ts'
import { remembered } from './remembered.ts'

const mostKeys = 100

/** `now`: seconds since the epoch. `failed`: is told why an address gave no set. */
export function keySets(options: { remote: Remote; now: () => number; failed: (url: string, error: unknown) => void }): KeySets {
  const sets = remembered({
    ...options,
    ...{ accept: 'application/jwk-set+json, application/json', maxBytes: 65_536, read: keysIn, pause: 30, staleFor: 86_400 },
  })
  return {
    at: async (url) => (await sets.at(url)).value ?? [],
    anew: async (url) => (await sets.anew(url)).value ?? [],
  }
}

/** Throws when the answer is no key set. What is in it besides public keys is left out. */
function keysIn({ status, body }: RemoteAnswer): PublicJwk[] {
  if (status !== 200) throw new Error(`the answer has status ${status}`)
  const read = readJson(body)
  const keys = 'value' in read ? (read.value as { keys?: unknown } | null)?.keys : undefined
  if (!Array.isArray(keys) || keys.length > mostKeys) throw new Error(`the answer is no set of at most ${mostKeys} keys`)
  return keys.filter((key): key is PublicJwk => isPublicJwk(key))
}

/** Opaque tokens and client secrets: how they are made, stored and compared — RFC 6749 §10.3, §10.10. */
import { createHmac, type KeyObject } from 'node:crypto'
import { equal } from '../protocol/codec/digest.ts'
import { isOpaque, opaque } from '../protocol/codec/opaque.ts'
import type { Tokens } from '../protocol/ports.ts'
import type { TokenKind } from '../protocol/token-kind.ts'
import { typedCode } from '../protocol/typed-code.ts'
import type { Random } from './derive.ts'
import { type ImportedSecrets, isImported } from './imported-secrets.ts'
import type { TenantKeys } from './installation.ts'
import { nonces } from './nonces.ts'
import { sealedAccessTokens } from './sealed-access-tokens.ts'

/** The tokens of a tenant, and the hashes of clients' secrets. */
export interface TenantTokens extends Tokens {
  /** The hash of a client secret, whether generated or chosen. */
  hashSecret(secret: string): string
  /** Deterministic, and reveals nothing of the text: for counting what people typed. */
  pseudonym(text: string): string
}

/**
 * What is stored of a secret with which its client signs: a random text, from which the secret is derived with a key that is not in the database.
 * Hashes of ours and of others have no colon at this place.
 */
const derivable = 'derived:'
const isDerivable = (stored: string) => stored.startsWith(derivable)

/** As long as a hash, but never equal to one: `!` is not base64url. */
const noHash = '!'.repeat(43)

/** Hashes are HMAC-SHA-256 in base64url, under keys of this tenant only, so that a stolen database does not reveal even short secrets. */
export function tokens(key: TenantKeys, random: Random, imported: ImportedSecrets): TenantTokens {
  const derived = (stored: string) => opaque('cs', mac(key('client-secret'), stored))
  const hash = (kind: TokenKind, text: string) => macText(key('token-index'), `${kind}:${text}`)
  return {
    ...nonces(() => key('nonce')),
    ...sealedAccessTokens(() => key('access-token'), random),
    make: (kind) => opaque(kind, random(32)),
    hash: (kind, text) => (isOpaque(kind, text) ? hash(kind, text) : undefined),
    successor: (refreshToken) => opaque('rt', mac(key('refresh-successor'), refreshToken)),
    userCode: () => userCode(random),
    hashUserCode: (typed) => {
      const letters = typedCode(typed)
        .toUpperCase()
        .replace(/[^A-Z]/g, '')
      return isUserCode.test(letters) ? macText(key('token-index'), `uc:${letters}`) : undefined
    },
    preAuthorizedCode: (offer) => opaque('pa', mac(key('pre-authorized-code'), offer)),
    txCode: () => txCode(random),
    hashTxCode: (offer, typed) => {
      const digits = typedCode(typed)
      return /^\d{6}$/.test(digits) ? macText(key('token-index'), `tx:${offer}:${digits}`) : undefined
    },
    pairwise: (sector, subject) => macText(key('pairwise-subject'), `${sector} ${subject}`), // a host name has no space
    pseudonym: (text) => macText(key('pseudonym'), text),
    hashSecret: (secret) => hash('cs', secret),
    newSecret: (signs) => {
      const stored = signs ? derivable + Buffer.from(random(32)).toString('base64url') : undefined
      const text = stored === undefined ? opaque('cs', random(32)) : derived(stored)
      return { text, stored: stored ?? hash('cs', text) }
    },
    isSignedWith: (stored, text, signature) => {
      const given = Buffer.from(signature).toString('base64url')
      const made = stored.filter(isDerivable).map((one) => createHmac('sha256', derived(one)).update(text).digest('base64url'))
      return made.filter((one) => equal(given, one)).length > 0 // no early end
    },
    matchesSecret: (secret, kept) => {
      const given = hash('cs', secret)
      let found = false
      for (const one of kept?.length ? kept : [noHash])
        found = (isDerivable(one) ? equal(secret, derived(one)) : equal(given, one)) || found // no early end
      return found || matchesImported(imported, secret, kept?.filter(isImported) ?? [])
    },
  }
}

/** Every hash that was made elsewhere is slow to check, so one match is enough. */
function matchesImported(imported: ImportedSecrets, secret: string, [hash, ...rest]: readonly string[]): boolean | Promise<boolean> {
  if (hash === undefined) return false
  const matches = imported.matches(secret, hash)
  if (matches === true) return true
  return Promise.resolve(matches).then((found) => found || matchesImported(imported, secret, rest))
}

/** No vowels, so that no code is a word. RFC 8628 §6.1 */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const isUserCode = new RegExp(`^[${letters}]{8}$`)

/** Two groups of four letters, each as likely as every other: bytes above the last multiple of 20 are passed over. */
function userCode(random: Random): string {
  let code = ''
  while (code.length < 8) for (const byte of random(16)) if (byte < 240 && code.length < 8) code += letters[byte % letters.length]
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** Six digits, each as likely as every other: bytes above the last multiple of 10 are passed over. */
function txCode(random: Random): string {
  let code = ''
  while (code.length < 6) for (const byte of random(16)) if (byte < 250 && code.length < 6) code += byte % 10
  return code
}

function mac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** In base64url. */
function macText(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

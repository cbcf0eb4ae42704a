/** Time-based one-time passwords — RFC 6238 over RFC 4226: SHA-1, six digits, steps of 30 seconds, which every authenticator app supports. */
import { createHmac } from 'node:crypto'
import { base32 } from '../protocol/codec/base32.ts'
import { equal } from '../protocol/codec/digest.ts'
import type { Random } from './derive.ts'
import { type Sealer, Unsealable } from './seal.ts'

const digits = 6
const period = 30

/** A secret that is not used until a first code has confirmed it. */
export interface TotpDraft {
  /** In base32, for the app. */
  secret: string
  /** For our page, which posts it back. */
  sealed: string
}

/** The secrets of one tenant's authenticator apps. `owner` and `subject`: what is sealed for one owner does not open for another. */
export interface TotpCrypto {
  /** `until`: when it expires, in seconds. */
  draft(owner: string, until: number): TotpDraft
  /** A draft that a page posted back; undefined when it belongs to another owner or has expired. */
  reopen(owner: string, sealed: string, now: number): TotpDraft | undefined
  /** What to store of a draft, and the time step of the code that confirms it; undefined when the code is wrong. */
  confirm(ask: { owner: string; subject: string; sealed: string; code: string; now: number }): { sealed: string; step: number } | undefined
  /** What to store of the secret of an app that another server had set up. */
  adopt(subject: string, secret: Uint8Array): string
  /**
   * The time step of a code, and the value to store: the same, unless it was sealed under an earlier key. Undefined when
   * the code is wrong. The caller makes sure that each step is used once.
   */
  accept(ask: { subject: string; sealed: string; code: string; now: number }): { sealed: string; step: number } | undefined
}

export function totpCrypto({ sealer, tenantId, random }: { sealer: Sealer; tenantId: string; random: Random }): TotpCrypto {
  const context = (purpose: 'totp' | 'totp-draft', id: string) => ({ purpose, tenant: tenantId, id })

  function secretOf(owner: string, sealed: string, now: number): Buffer | undefined {
    const plain = opened(sealer, context('totp-draft', owner), sealed)
    return plain && plain.readBigUInt64BE(0) > now ? plain.subarray(8) : undefined
  }

  return {
    draft(owner, until) {
      const secret = random(20) // RFC 4226 §4 (R6)
      const expiry = Buffer.alloc(8)
      expiry.writeBigUInt64BE(BigInt(until))
      return { secret: base32(secret), sealed: sealer.seal(context('totp-draft', owner), Buffer.concat([expiry, secret])) }
    },
    reopen(owner, sealed, now) {
      const secret = secretOf(owner, sealed, now)
      return secret && { secret: base32(secret), sealed }
    },
    confirm({ owner, subject, sealed, code, now }) {
      const secret = secretOf(owner, sealed, now)
      const step = secret && matchingStep(secret, code, now)
      return step === undefined ? undefined : { sealed: sealer.seal(context('totp', subject), secret as Buffer), step }
    },
    adopt: (subject, secret) => sealer.seal(context('totp', subject), Buffer.from(secret)),
    accept({ subject, sealed, code, now }) {
      const secret = sealer.open(context('totp', subject), sealed)
      const step = matchingStep(secret, code, now)
      if (step === undefined) return undefined
      return { sealed: sealer.isCurrent(sealed) ? sealed : sealer.seal(context('totp', subject), secret), step }
    },
  }
}

/** The code of a time step. RFC 4226 §5.3 */
export function hotp(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const number = mac.readUInt32BE(mac[19]! & 0xf) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The current step or an adjacent one: clocks differ, and typing takes time. RFC 6238 §5.2 */
function matchingStep(secret: Uint8Array, code: string, now: number): number | undefined {
  const present = Math.floor(now / period)
  const matching = [present, present - 1, present + 1].filter((step) => equal(hotp(secret, step), code)) // all are tried: no early end
  return matching[0]
}

function opened(sealer: Sealer, context: { purpose: string; tenant: string; id: string }, sealed: string): Buffer | undefined {
  try {
    return sealer.open(context, sealed)
  } catch (error) {
    if (error instanceof Unsealable) return undefined
    throw error
  }
}

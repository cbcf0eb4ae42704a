/** An authenticator app for tests. */

import { hotp } from '../src/crypto/totp.ts'
import { confirmTotp, offerTotp } from '../src/identity/totp.ts'
import type { Tenant } from '../src/tenant.ts'

export interface AuthenticatorApp {
  /** The code it shows at this time. */
  at(now: number): string
}

/** `secret`: as our page shows it. */
export function authenticatorApp(secret: string): AuthenticatorApp {
  const bytes = fromBase32(secret.replaceAll(' ', ''))
  return { at: (now) => hotp(bytes, Math.floor(now / 30)) }
}

/** Sets one up for an account, past every page. */
export async function withApp(
  { signIn }: Tenant,
  subject: string,
  now: number,
): Promise<{ app: AuthenticatorApp; recoveryCodes: readonly string[] }> {
  const account = (await signIn.store.accounts.bySubject(subject)) ?? fail('there is no such account')
  const offer = offerTotp(signIn, account, 'test', now)
  const app = authenticatorApp(offer.secret)
  const recoveryCodes = await confirmTotp(
    signIn,
    account,
    { context: 'test', draft: offer.draft, code: app.at(now), onlyFirst: false },
    now,
  )
  return Array.isArray(recoveryCodes) ? { app, recoveryCodes } : fail('it was not taken')
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (mail) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(mail).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

function fail(why: string): never {
  throw new Error(why)
}

/** Authenticator apps: setup, and checking codes — RFC 6238 §5; the Key URI Format. */
import type { TotpOffer } from '../protocol/request-reply.ts'
import { typedCode } from '../protocol/typed-code.ts'
import type { Account } from './account.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import type { SignInDeps } from './sign-in.ts'

/** How long an offer can be confirmed, in seconds. */
const draftLifetime = 1800

/** `context`: the one in which the offer was made; `code`: the first one the app shows. */
export interface TotpConfirmation {
  context: string
  draft: string
  code: string
  onlyFirst: boolean
}

/** A new secret for an app. It has no effect until it is confirmed in the same context. */
export function offerTotp({ factorCrypto, name }: SignInDeps, account: Account, context: string, now: number): TotpOffer {
  const { secret, sealed } = factorCrypto.draft(ownerOf(account, context), now + draftLifetime)
  return { secret, uri: uriOf(name, account, secret), draft: sealed }
}

/** The same offer for a page that is displayed again; a new one when it has expired. */
export function sameTotp(deps: SignInDeps, account: Account, context: string, draft: string, now: number): TotpOffer {
  const known = deps.factorCrypto.reopen(ownerOf(account, context), draft, now)
  return known ? { secret: known.secret, uri: uriOf(deps.name, account, known.secret), draft } : offerTotp(deps, account, context, now)
}

/**
 * Makes the app a second factor, replacing an existing app. Returns the recovery codes that come with a first factor, none with a further
 * one; undefined when the code is wrong or the offer has expired; 'refused' when it had to be the first factor and is not.
 */
export async function confirmTotp(
  deps: SignInDeps,
  account: Account,
  { context, draft, code, onlyFirst }: TotpConfirmation,
  now: number,
): Promise<readonly string[] | undefined | 'refused'> {
  const { subject } = account
  const confirmed = deps.factorCrypto.confirm({ owner: ownerOf(account, context), subject, sealed: draft, code: typedCode(code), now })
  if (!confirmed) return undefined
  const codes = newRecoveryCodes(deps, subject)
  const totp = { subject, sealed: confirmed.sealed, lastStep: confirmed.step, createdAt: now }
  const outcome = await deps.store.factors.addTotp(totp, { recoveryCodes: codes.hashes, onlyFirst })
  if (outcome === 'refused') return outcome
  await deps.notify({ kind: 'factor-added' }, account)
  return outcome === 'first' ? codes.texts : []
}

/** Is this the app's current code, used for the first time? RFC 6238 §5.2 */
export async function checkTotp({ factorCrypto, store }: SignInDeps, subject: string, code: string, now: number): Promise<boolean> {
  const { totp } = await store.factors.of(subject)
  if (!totp) return false
  const accepted = factorCrypto.accept({ subject, sealed: totp.sealed, code, now })
  return accepted !== undefined && store.factors.useStep(subject, { from: totp.sealed, ...accepted })
}

function ownerOf({ subject }: Account, context: string): string {
  return `${context} ${subject}`
}

/** Names must not contain the colon that separates them. */
function uriOf(name: string, { username, email }: Account, secret: string): string {
  const [issuer, label] = [name, email ?? username].map((text) => text.replaceAll(':', ' ')) as [string, string]
  const parameters = { secret, issuer, algorithm: 'SHA1', digits: '6', period: '30' }
  const query = Object.entries(parameters).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(label)}?${query.join('&')}`
}

/** Passkeys: as a second factor, and instead of a password where the authenticator verified the user — Web Authentication Level 3 §7; `amr` values of RFC 8176. */

import { cleanPart } from '../protocol/text.ts'
import type { Account } from './account.ts'
import type { Passkey } from './factor-store.ts'
import { removeFactorAndNotify } from './factors.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import type { SignInDeps } from './sign-in.ts'

/** How long a challenge can be answered, in seconds: as long as a sign-in page may stay open. One that makes a passkey stands for a recent sign-in, and is short. */
export const challengeLifetimes = { show: 1800, create: 600 }
/** Most passkeys of one account. */
const maxPasskeys = 20

/** A challenge that can be answered only in this context. */
async function newChallenge({ tokens, store }: SignInDeps, context: string, expiresAt: number): Promise<string> {
  const challenge = tokens.make('wc')
  await store.challenges.add({ hash: tokens.hash('wc', challenge) as string, context, expiresAt })
  return challenge
}

/** Spends the challenge that a response answers. Undefined when it is not of this context, or was answered before. */
async function spentChallenge({ tokens, store, factorCrypto }: SignInDeps, response: string, context: string, now: number) {
  const claimed = factorCrypto.read(response)
  const hash = claimed && tokens.hash('wc', claimed.challenge)
  return hash !== undefined && (await store.challenges.spend(hash, context, now)) ? claimed : undefined
}

/** The request options as JSON: for one of this account's passkeys, or (undefined) for any discoverable one. */
export async function passkeyRequest(
  deps: SignInDeps,
  { context, subject }: { context: string; subject: string | undefined },
  now: number,
): Promise<string> {
  const challenge = await newChallenge(deps, context, now + challengeLifetimes.show)
  const allowed = subject === undefined ? [] : await deps.store.passkeys.of(subject)
  return deps.factorCrypto.request({ challenge, allowed, verified: subject === undefined })
}

/** The account a passkey signed in to, and the `amr` values. */
export interface VerifiedPasskey {
  account: Account
  amr: readonly string[]
}

/** Checks the browser's response. `subject`: whose it must be; undefined: the one it names, with user verification. Undefined when anything is wrong. */
export async function verifyPasskey(
  deps: SignInDeps,
  { context, subject, response }: { context: string; subject: string | undefined; response: string },
  now: number,
): Promise<VerifiedPasskey | undefined> {
  const claimed = await spentChallenge(deps, response, context, now)
  const found = claimed && (await deps.store.passkeys.find(claimed.id))
  if (!found) return undefined
  const { passkey, account } = found
  const alone = subject === undefined
  const told = claimed.userHandle === undefined ? !alone : claimed.userHandle === handleOf(deps, account.subject) // §7.2 step 6
  if (!told || (!alone && account.subject !== subject)) return undefined
  const signed = await deps.factorCrypto.signed({ response, challenge: claimed.challenge, passkey, verified: alone })
  if (!signed || !(await deps.store.passkeys.used(passkey.id, { ...signed, now }))) return undefined
  return { account, amr: amrOf(passkey, signed) }
}

/** The creation options as JSON. */
export async function passkeyCreation(deps: SignInDeps, account: Account, context: string, now: number): Promise<string> {
  const { subject, username, email, claims } = account
  const known = (await deps.store.passkeys.of(subject)).map(({ id }) => id)
  const name = typeof claims['name'] === 'string' ? claims['name'] : username
  const challenge = await newChallenge(deps, context, now + challengeLifetimes.create)
  return deps.factorCrypto.creation({ challenge, handle: handleOf(deps, subject), username: email ?? username, name, known })
}

/** What tells the authenticator to forget a passkey that was made and not stored, as JSON; undefined when it is stored, here or for another account. Web Authentication Level 3 §5.1.10 */
export async function unknownPasskey({ factorCrypto, store }: SignInDeps, response: string): Promise<string | undefined> {
  const claimed = factorCrypto.read(response)
  return claimed && !(await store.passkeys.find(claimed.id)) ? factorCrypto.unknown(claimed.id) : undefined
}

/** All passkeys of an account, as JSON, for its authenticators. The handle differs in each tenant, so other tenants' passkeys stay. Web Authentication Level 3 §5.1.10 */
export function acceptedPasskeys(deps: SignInDeps, subject: string, passkeys: readonly Pick<Passkey, 'id'>[]): string {
  return deps.factorCrypto.accepted(
    handleOf(deps, subject),
    passkeys.map(({ id }) => id),
  )
}

/** `name`: chosen by the owner; a default when empty. */
export interface PasskeyConfirmation {
  context: string
  response: string
  name: string
  onlyFirst: boolean
}

/**
 * Stores a passkey that was just created. Returns the `amr` values of using it, and the recovery codes that come with a first factor;
 * undefined when anything is wrong; 'refused' when it had to be the first factor and is not, or there are too many.
 */
export async function confirmPasskey(
  deps: SignInDeps,
  account: Account,
  { context, response, name, onlyFirst }: PasskeyConfirmation,
  now: number,
): Promise<{ codes: readonly string[]; amr: readonly string[] } | undefined | 'refused'> {
  const { subject } = account
  const claimed = await spentChallenge(deps, response, context, now)
  const made = claimed && (await deps.factorCrypto.created({ response, challenge: claimed.challenge }))
  if (!made) return undefined
  const before = await deps.store.passkeys.of(subject)
  if (before.length >= maxPasskeys) return 'refused'
  const codes = newRecoveryCodes(deps, subject)
  const { verified, ...kept } = made
  const passkey = { ...kept, subject, name: shortened(name) || usualName(made), createdAt: now, lastUsedAt: undefined }
  const outcome = await deps.store.passkeys.add(passkey, { recoveryCodes: codes.hashes, onlyFirst })
  if (outcome === 'refused') return outcome
  await deps.notify({ kind: 'factor-added' }, account)
  return { codes: outcome === 'first' ? codes.texts : [], amr: amrOf(made, { verified }) }
}

/** 'unknown' when the account has no such passkey, 'unnamed' when nothing of the name can be shown. */
export async function renamePasskey({ store }: SignInDeps, subject: string, id: string, name: string) {
  const text = shortened(name)
  if (text === '') return 'unnamed'
  return (await store.passkeys.rename(subject, id, text)) ? 'renamed' : 'unknown'
}

/** False when the account has no such passkey. */
export async function removePasskey(deps: SignInDeps, account: Account, id: string): Promise<boolean> {
  return removeFactorAndNotify(deps, account, await deps.store.passkeys.remove(account.subject, id))
}

function shortened(name: string): string {
  return cleanPart(name, 60)
}

function usualName({ synced, transports }: { synced: boolean; transports: readonly string[] }): string {
  if (synced) return 'Synced passkey'
  return transports.includes('internal') ? 'This device' : 'Security key'
}

/** A synced key is in software; whether others are in hardware, only attestation would prove. RFC 8176 §2 */
function amrOf({ synced }: Pick<Passkey, 'synced'>, { verified }: { verified: boolean }): readonly string[] {
  return [synced ? 'swk' : 'hwk', 'user', ...(verified ? ['mfa'] : [])]
}

/** Different in each tenant, since tenants share a host, and without meaning. Web Authentication Level 3 §14.6.1 */
function handleOf({ pseudonym }: Pick<SignInDeps, 'pseudonym'>, subject: string): string {
  return pseudonym(`passkey of ${subject}`)
}

/** Passkeys: as a second factor, and in place of a password where the authenticator has verified who is there — Web Authentication Level 3 §7; RFC 8176 names what was shown. */

import type { Passkey } from './factor-store.ts'
import { removeFactorTold } from './factors.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import type { SignIn } from './sign-in.ts'
import type { Account } from './types.ts'

/** How long a challenge can be answered, in seconds: as long as a sign-in page may lie open. */
const challengeLifetime = 1800
/** Passkeys of one account. */
const mostPasskeys = 20

/** A challenge for one act at one place, which alone may answer it. */
async function newChallenge({ tokens, store }: SignIn, place: string, now: number): Promise<string> {
  const challenge = tokens.make('wc')
  await store.challenges.add({ hash: tokens.hash('wc', challenge) as string, place, expiresAt: now + challengeLifetime })
  return challenge
}

/** Uses up the challenge that a response answers. Undefined when it is none of this place, or was answered before. */
async function spentChallenge({ tokens, store, safe }: SignIn, response: string, place: string, now: number) {
  const claimed = safe.read(response)
  const hash = claimed && tokens.hash('wc', claimed.challenge)
  return hash !== undefined && (await store.challenges.spend(hash, place, now)) ? claimed : undefined
}

/** What the browser is asked, as JSON: for one of this person's passkeys, or (undefined) for any that tells who is there. */
export async function askForPasskey(
  room: SignIn,
  { place, subject }: { place: string; subject: string | undefined },
  now: number,
): Promise<string> {
  const challenge = await newChallenge(room, place, now)
  const allowed = subject === undefined ? [] : await room.store.passkeys.of(subject)
  return room.safe.request({ challenge, allowed, verified: subject === undefined })
}

/** Who has come in with a passkey, and how that is named. */
export interface PasskeyShown {
  account: Account
  amr: readonly string[]
}

/** Checks the browser's answer. `subject`: whose it must be; undefined: whoever it tells, verified. Undefined when anything is wrong. */
export async function showPasskey(
  room: SignIn,
  { place, subject, response }: { place: string; subject: string | undefined; response: string },
  now: number,
): Promise<PasskeyShown | undefined> {
  const claimed = await spentChallenge(room, response, place, now)
  const found = claimed && (await room.store.passkeys.find(claimed.id))
  if (!found) return undefined
  const { passkey, account } = found
  const alone = subject === undefined
  const told = claimed.userHandle === undefined ? !alone : claimed.userHandle === handleOf(room, account.subject) // §7.2 step 6
  if (!told || (!alone && account.subject !== subject)) return undefined
  const signed = await room.safe.signed({ response, challenge: claimed.challenge, passkey, verified: alone })
  if (!signed || !(await room.store.passkeys.used(passkey.id, { ...signed, now }))) return undefined
  return { account, amr: amrOf(passkey, signed) }
}

/** What the browser is asked to make, as JSON. */
export async function offerPasskey(room: SignIn, account: Account, place: string, now: number): Promise<string> {
  const { subject, username, email, claims } = account
  const known = (await room.store.passkeys.of(subject)).map(({ id }) => id)
  const name = typeof claims['name'] === 'string' ? claims['name'] : username
  const challenge = await newChallenge(room, place, now)
  return room.safe.creation({ challenge, handle: handleOf(room, subject), username: email ?? username, name, known })
}

/** `name`: the owner's word for it; a usual one when empty. */
export interface PasskeyConfirmation {
  place: string
  response: string
  name: string
  onlyFirst: boolean
}

/**
 * Keeps a passkey that was just made. Returns how using it would be named, and the recovery codes that come with a first factor; undefined
 * when anything is wrong; 'refused' when it had to be the first factor and is not, or there are too many.
 */
export async function confirmPasskey(
  room: SignIn,
  account: Account,
  { place, response, name, onlyFirst }: PasskeyConfirmation,
  now: number,
): Promise<{ codes: readonly string[]; amr: readonly string[] } | undefined | 'refused'> {
  const { subject } = account
  const claimed = await spentChallenge(room, response, place, now)
  const made = claimed && (await room.safe.created({ response, challenge: claimed.challenge }))
  if (!made) return undefined
  const before = await room.store.passkeys.of(subject)
  if (before.length >= mostPasskeys) return 'refused'
  const codes = newRecoveryCodes(room, subject)
  const { verified, ...kept } = made
  const passkey = { ...kept, subject, name: shortened(name) || usualName(made), createdAt: now, lastUsedAt: undefined }
  const outcome = await room.store.passkeys.add(passkey, { recoveryCodes: codes.hashes, onlyFirst })
  if (outcome === 'refused') return outcome
  room.tell({ kind: 'factor-added' }, account)
  return { codes: outcome === 'first' ? codes.texts : [], amr: amrOf(made, { verified }) }
}

/** False when the person has no such passkey. */
export async function renamePasskey({ store }: SignIn, subject: string, id: string, name: string): Promise<boolean> {
  const text = shortened(name)
  return text !== '' && store.passkeys.rename(subject, id, text)
}

/** False when the person has no such passkey. */
export async function removePasskey(room: SignIn, account: Account, id: string): Promise<boolean> {
  return removeFactorTold(room, account, await room.store.passkeys.remove(account.subject, id))
}

function shortened(name: string): string {
  return name.trim().slice(0, 60)
}

function usualName({ synced, transports }: { synced: boolean; transports: readonly string[] }): string {
  if (synced) return 'Synced passkey'
  return transports.includes('internal') ? 'This device' : 'Security key'
}

/** A key that may be on several devices is in software; whether the others are in hardware, only attestation would prove. RFC 8176 §2 */
function amrOf({ synced }: Pick<Passkey, 'synced'>, { verified }: { verified: boolean }): readonly string[] {
  return [synced ? 'swk' : 'hwk', 'user', ...(verified ? ['mfa'] : [])]
}

/** Different in each tenant, since tenants share a host, and telling nothing about the person. Web Authentication Level 3 §14.6.1 */
function handleOf({ pseudonym }: Pick<SignIn, 'pseudonym'>, subject: string): string {
  return pseudonym(`passkey of ${subject}`)
}

/** Browsers in which an account has signed in before. */
import type { Tokens } from '../protocol/ports.ts'
import { foldLogin } from './account.ts'
import type { IdentityStore } from './store.ts'

/** How long a browser is known after the last sign-in, in seconds. */
export const deviceLifetime = 180 * 86_400

/** Most known browsers of one account. */
const maxDevices = 20

interface DeviceDeps {
  store: Pick<IdentityStore, 'devices'>
  tokens: Tokens
}

/** Has the account of this login, if it exists, signed in with this browser before? */
export async function isKnownDevice(
  { store, tokens }: DeviceDeps,
  brought: string | undefined,
  login: string,
  now: number,
): Promise<boolean> {
  const hash = brought === undefined ? undefined : tokens.hash('dv', brought)
  return hash !== undefined && store.devices.knows(hash, foldLogin(login), now)
}

/** Makes this browser known to the account. Returns the value of its cookie. */
export async function rememberDevice(
  { store, tokens }: DeviceDeps,
  brought: string | undefined,
  subject: string,
  now: number,
): Promise<string> {
  const device = brought !== undefined && tokens.hash('dv', brought) !== undefined ? brought : tokens.make('dv')
  const hash = tokens.hash('dv', device) as string
  await store.devices.add({ subject, hash, expiresAt: now + deviceLifetime }, maxDevices)
  return device
}

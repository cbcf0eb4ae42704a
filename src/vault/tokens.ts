/** The tokens of an entry, sealed and opened, and when they are due. */
import type { VaultDeps } from './deps.ts'
import { type KeptTokens, sealId, type VaultEntry } from './entry.ts'

export async function openTokens({ seals }: Pick<VaultDeps, 'seals'>, entry: VaultEntry): Promise<KeptTokens> {
  return JSON.parse(await seals.open(sealId(entry), entry.sealed))
}

/** For the version that `entry` names. */
export function sealTokens(
  { seals }: Pick<VaultDeps, 'seals'>,
  entry: Pick<VaultEntry, 'id' | 'connection' | 'owner' | 'version'>,
  tokens: KeptTokens,
): string {
  return seals.seal(sealId(entry), JSON.stringify(tokens))
}

/**
 * When a refresh token is to be used although nobody asks: after a half to three quarters of its idle lifetime, so that entries that were
 * made together are not refreshed together. Undefined: there is none. Times in seconds since the epoch.
 */
export function dueAt(
  { now, chance }: Pick<VaultDeps, 'now' | 'chance'>,
  { refreshToken, refreshExpiresAt, idle }: { refreshToken: string | undefined; refreshExpiresAt: number | undefined; idle: number },
): number | undefined {
  if (refreshToken === undefined) return undefined
  const lifetime = refreshExpiresAt === undefined ? idle : Math.min(idle, refreshExpiresAt - now())
  return now() + Math.max(1, Math.floor(lifetime * (0.5 + chance() / 4)))
}

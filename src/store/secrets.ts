/** The hashes of secrets that clients and resources authenticate by, with their times. */
import type { Row } from './sql.ts'

/** `expiresAt`: seconds since the epoch; undefined: it does not expire. */
export interface StoredSecret {
  hash: string
  expiresAt: number | undefined
}

/** Those of the rows of one client or resource; a row without a hash stands for none. */
export function secretsFrom(rows: readonly Row[]): readonly StoredSecret[] {
  return rows.flatMap(({ hash, expires_at: expiresAt }) =>
    hash === null ? [] : [{ hash: hash as string, expiresAt: (expiresAt as number | null) ?? undefined }],
  )
}

export function inForce(secrets: readonly StoredSecret[], now: number): readonly string[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now).map(({ hash }) => hash)
}

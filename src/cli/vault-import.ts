/** Taking over the tokens of an Auth Manager: each row is opened with its key and sealed anew, and keeps its id. */
import type { Connection } from '../connections/connection.ts'
import { openAuthManagerToken } from '../crypto/auth-manager-vault.ts'
import { type AuthManagerRow, authManagerRows } from '../store/auth-manager-vault.ts'
import { openDatabase } from '../store/open.ts'
import { DatabaseFault } from '../store/sql.ts'
import type { Tenant } from '../tenant.ts'
import { keepTokens } from '../vault/keep.ts'
import { textOf } from './admin-command.ts'
import { refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface Import {
  from: string
  keyFile: string | undefined
  connection: Connection
}

interface Counted {
  imported: number
  /** Imported before. */
  known: number
  failed: number
}

export async function importTokens(terminal: Terminal, tenant: Tenant, { from, keyFile, connection }: Import): Promise<Counted> {
  const key = (keyFile === undefined ? (terminal.env['AUTH_MANAGER_TOKEN_VAULT_ENCRYPTION_KEY'] ?? '') : textOf(keyFile)).trim()
  if (!/^[0-9a-f]{64}$/i.test(key))
    refuse('the key of the Auth Manager is 64 hexadecimal digits: give --key-file, or set AUTH_MANAGER_TOKEN_VAULT_ENCRYPTION_KEY')
  const db = await openDatabase(from)
  const counted: Counted = { imported: 0, known: 0, failed: 0 }
  const limit = 200
  try {
    for (let after = '', full = true; full; ) {
      const rows = await authManagerRows(db, { after, limit })
      for (const row of rows) counted[await importOne(tenant, connection, row, key)]++
      after = rows.at(-1)?.id ?? after
      full = rows.length === limit
    }
  } catch (error) {
    if (error instanceof DatabaseFault) refuse('the database of --from has no table auth_vault of an Auth Manager')
    throw error
  } finally {
    await db.close()
  }
  return counted
}

async function importOne({ vault }: Tenant, connection: Connection, row: AuthManagerRow, key: string): Promise<keyof Counted> {
  if (await vault.store.vault.byTokenId(row.id)) return 'known'
  const refreshToken = openAuthManagerToken(key, row)
  if (refreshToken === undefined) return 'failed'
  const owner = { type: 'upstream', id: row.userId } as const
  const tokens = {
    accessToken: undefined,
    refreshToken,
    expiresAt: undefined,
    refreshExpiresAt: undefined,
    scope: undefined,
    session: undefined,
  }
  const kept = await keepTokens(
    { ...vault, uuid: namingFirst(row.id, vault.uuid), recordAudit: async () => {} },
    { connection, owner, kind: row.kind, tokens, person: { subject: row.userId, claims: {} }, scope: '', session: row.session },
  )
  return kept === 'refused' ? 'known' : 'imported'
}

/** The entry gets a new id; its token id, which is made second, is the one that programs know. */
function namingFirst(known: string, uuid: () => string): () => string {
  const ids = [uuid(), known]
  return () => ids.shift() ?? uuid()
}

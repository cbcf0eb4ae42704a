/** The table of the Auth Manager, in a database of its own, read page by page. */
import { type Db, sql } from './sql.ts'

/** Its row of a token that was stored. */
export interface AuthManagerRow {
  /** A UUID. */
  id: string
  /** As Keycloak names the person. */
  userId: string
  kind: 'offline' | 'refresh'
  /** Hexadecimal. */
  text: string
  iv: string
  session: string
}

/** In order of id, after `after`. Rejects with DatabaseFault when there is no such table. */
export async function authManagerRows(db: Db, { after = '', limit }: { after?: string; limit: number }): Promise<AuthManagerRow[]> {
  const rows = await db.read(sql`
    select cast(id as text) as id, cast(user_id as text) as user_id, cast(token_type as text) as token_type, encrypted_token, iv, session_state_id
    from auth_vault where cast(id as text) > ${after} and encrypted_token is not null and iv is not null order by cast(id as text) limit ${limit}`)
  return rows.map((row) => ({
    id: String(row['id']).toLowerCase(),
    userId: String(row['user_id']),
    kind: row['token_type'] === 'REFRESH' ? 'refresh' : 'offline',
    text: row['encrypted_token'] as string,
    iv: row['iv'] as string,
    session: (row['session_state_id'] as string | null) ?? '',
  }))
}

/** The vault in the database: tokens sealed, one refresh of an entry at a time by a lease, and a version that each renewal moves. */
import type { Owner, VaultEntry } from '../vault/entry.ts'
import type { Renewal, TokenId, VaultQueue, VaultStore } from '../vault/store.ts'
import { type Db, Fragment, type Row, sql, type Transaction, whenTaken } from './sql.ts'

const columns = new Fragment(
  `e.id, e.connection, e.owner_type, e.owner, e.kind, e.upstream_subject, e.upstream_session, e.label, e.scope, e.state, e.sealed, e.version,
  e.access_expires_at, e.refresh_at, e.created_at, e.updated_at, e.last_used_at, e.last_used_by`,
)

export function vault(db: Db, tenant: string): VaultStore {
  return {
    vault: {
      add: (entry, tokenId) => db.transact(() => add(tenant, entry, tokenId)).catch(whenTaken(false)),
      async find(id) {
        const [row] = await db.read(sql`select ${columns} from vault_entries e where e.tenant_id = ${tenant} and e.id = ${id}`)
        return row && entryFrom(row)
      },
      async of({ type, id }, connection) {
        const rows = await db.read(sql`
          select ${columns} from vault_entries e where e.tenant_id = ${tenant} and e.owner_type = ${type} and e.owner = ${id}
          and e.connection = coalesce(${connection ?? null}, e.connection) order by e.created_at desc, e.id desc`)
        return rows.map(entryFrom)
      },
      async list({ owner, connection, after = '', limit }) {
        const rows = await db.read(sql`
          select ${columns} from vault_entries e where e.tenant_id = ${tenant} and e.id > ${after}
          and e.owner_type = coalesce(${owner?.type ?? null}, e.owner_type) and e.owner = coalesce(${owner?.id ?? null}, e.owner)
          and e.connection = coalesce(${connection ?? null}, e.connection) order by e.id limit ${limit}`)
        return rows.map(entryFrom)
      },
      ...leases(db, tenant),
      async used({ id, by, now, atMostEvery }) {
        const rows = await db.write(sql`
          update vault_entries set last_used_at = ${now}, last_used_by = ${by} where tenant_id = ${tenant} and id = ${id}
          and (last_used_at is null or last_used_at <= ${now - atMostEvery} or last_used_by <> ${by}) returning id`)
        return rows.length > 0
      },
      remove: (id) => db.transact(() => removeEntry(tenant, id)),
      async isShared({ id, connection, upstreamSubject, upstreamSession }) {
        if (upstreamSubject === undefined) return false
        const rows = await db.read(sql`
          select id from vault_entries where tenant_id = ${tenant} and connection = ${connection} and upstream_subject = ${upstreamSubject}
          and id <> ${id} and coalesce(upstream_session, ${upstreamSession ?? ''}) = coalesce(${upstreamSession ?? null}, upstream_session, '')
          limit 1`)
        return rows.length > 0
      },
      ...tokenIds(db, tenant),
    },
  }
}

function leases(db: Db, tenant: string): Pick<VaultStore['vault'], 'lease' | 'renew' | 'release'> {
  return {
    async lease({ id, version, now, until }) {
      const [row] = await db.write(sql`
        update vault_entries set lease = lease + 1, lease_until = ${until}
        where tenant_id = ${tenant} and id = ${id} and version = ${version} and state = 'active'
        and lease_until <= ${now} returning lease`)
      return row && (row['lease'] as number)
    },
    async renew({ id, from, sealed, scope, accessExpiresAt, refreshAt, now }: Renewal) {
      const rows = await db.write(sql`
        update vault_entries set sealed = ${sealed}, version = version + 1, scope = ${scope.join(' ')}, state = 'active',
          access_expires_at = ${accessExpiresAt ?? null}, refresh_at = ${refreshAt ?? null}, updated_at = ${now}, lease_until = 0
        where tenant_id = ${tenant} and id = ${id} and version = ${from} returning id`)
      return rows.length > 0
    },
    async release({ id, lease, version, state, refreshAt }) {
      const rows = await db.write(sql`
        update vault_entries set lease_until = 0, refresh_at = ${refreshAt ?? null}, state = ${state}
        where tenant_id = ${tenant} and id = ${id} and lease = ${lease} and version = ${version} returning id`)
      return rows.length > 0
    },
  }
}

function tokenIds(db: Db, tenant: string): Pick<VaultStore['vault'], 'addTokenId' | 'byTokenId' | 'tokenIdOf' | 'removeTokenId'> {
  return {
    addTokenId: (tokenId, most) =>
      db.transact(function* () {
        // Locks the entry: it cannot be removed before it has this id too.
        const locked = yield sql`update vault_entries set lease = lease where tenant_id = ${tenant} and id = ${tokenId.entry} returning id`
        if (locked.length === 0) return 'gone'
        const [held] = yield sql`select count(*) as n from vault_token_ids where tenant_id = ${tenant} and entry = ${tokenId.entry}`
        if ((held!['n'] as number) >= most) return 'too many'
        yield insertTokenId(tenant, tokenId)
        return 'added'
      }),
    async byTokenId(id) {
      const [row] = await db.read(sql`
        select ${columns}, t.id as token_id, t.session, t.created_at as given_at from vault_token_ids t
        join vault_entries e on e.tenant_id = t.tenant_id and e.id = t.entry where t.tenant_id = ${tenant} and t.id = ${id}`)
      return row && { tokenId: tokenIdFrom(row), entry: entryFrom(row) }
    },
    async tokenIdOf({ owner, connection, kind, session }) {
      const [row] = await db.read(sql`
        select e.id, t.id as token_id, t.session, t.created_at as given_at from vault_entries e
        cross join vault_token_ids t
        where e.tenant_id = ${tenant} and t.tenant_id = ${tenant} and t.entry = e.id and e.owner_type = ${owner.type} and e.owner = ${owner.id} and e.connection = ${connection}
        and e.kind = ${kind} and t.session = coalesce(${session ?? null}, t.session) order by t.created_at desc, t.id desc limit 1`)
      return row && tokenIdFrom(row)
    },
    removeTokenId: (id) => db.transact(() => removeTokenId(tenant, id)),
  }
}

function* add(tenant: string, entry: VaultEntry, tokenId: TokenId | undefined): Transaction<boolean> {
  const { owner } = entry
  if (owner.type === 'account') {
    // Locks the account: its removal waits until the entry is stored, and then removes that too.
    const locked =
      yield sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${owner.id} returning subject`
    if (locked.length === 0) return false
  }
  if (!tokenId)
    yield sql`
      delete from vault_entries where tenant_id = ${tenant} and owner_type = ${owner.type} and owner = ${owner.id}
      and connection = ${entry.connection} and kind = 'offline' and coalesce(upstream_subject, '') = ${entry.upstreamSubject ?? ''}
      and not exists (select 1 from vault_token_ids t where t.tenant_id = ${tenant} and t.entry = vault_entries.id)`
  yield sql`
    insert into vault_entries (tenant_id, id, connection, owner_type, owner, kind, upstream_subject, upstream_session, label, scope, state, sealed,
      version, access_expires_at, refresh_at, lease, lease_until, created_at, updated_at, last_used_at, last_used_by)
    values (${tenant}, ${entry.id}, ${entry.connection}, ${owner.type}, ${owner.id}, ${entry.kind}, ${entry.upstreamSubject ?? null},
      ${entry.upstreamSession ?? null}, ${entry.label ?? null}, ${entry.scope.join(' ')}, ${entry.state}, ${entry.sealed}, ${entry.version},
      ${entry.accessExpiresAt ?? null}, ${entry.refreshAt ?? null}, 0, 0, ${entry.createdAt}, ${entry.updatedAt},
      ${entry.lastUsedAt ?? null}, ${entry.lastUsedBy ?? null})`
  if (tokenId) yield insertTokenId(tenant, tokenId)
  return true
}

function insertTokenId(tenant: string, { id, entry, session, createdAt }: TokenId) {
  return sql`
    insert into vault_token_ids (tenant_id, id, entry, session, created_at) values (${tenant}, ${id}, ${entry}, ${session}, ${createdAt})`
}

function* removeEntry(tenant: string, id: string): Transaction<VaultEntry | undefined> {
  const [row] = yield sql`
    delete from vault_entries where tenant_id = ${tenant} and id = ${id} returning id, connection, owner_type, owner, kind, upstream_subject,
      upstream_session, label, scope, state, sealed, version, access_expires_at, refresh_at, created_at, updated_at, last_used_at, last_used_by`
  yield sql`delete from vault_token_ids where tenant_id = ${tenant} and entry = ${id}`
  return row && entryFrom(row)
}

function* removeTokenId(tenant: string, id: string): Transaction<{ entry: VaultEntry; last: boolean } | undefined> {
  const [found] = yield sql`select entry from vault_token_ids where tenant_id = ${tenant} and id = ${id}`
  if (!found) return undefined
  const entryId = found['entry'] as string
  const [row] = yield sql`
    update vault_entries set lease = lease where tenant_id = ${tenant} and id = ${entryId} returning id, connection, owner_type, owner, kind,
      upstream_subject, upstream_session, label, scope, state, sealed, version, access_expires_at, refresh_at, created_at, updated_at,
      last_used_at, last_used_by`
  const removed = yield sql`delete from vault_token_ids where tenant_id = ${tenant} and id = ${id} returning id`
  if (!row || removed.length === 0) return undefined
  const others = yield sql`select id from vault_token_ids where tenant_id = ${tenant} and entry = ${entryId} limit 1`
  if (others.length === 0) yield* removeEntry(tenant, entryId)
  return { entry: entryFrom(row), last: others.length === 0 }
}

/** For the removal of an account, and of a connection. */
export function* removeEntriesOf(tenant: string, which: { owner: Owner } | { connection: string }): Transaction<void> {
  if ('connection' in which) {
    yield sql`
      delete from vault_token_ids where tenant_id = ${tenant}
      and entry in (select id from vault_entries where tenant_id = ${tenant} and connection = ${which.connection})`
    yield sql`delete from vault_entries where tenant_id = ${tenant} and connection = ${which.connection}`
    return
  }
  const { type, id } = which.owner
  yield sql`
    delete from vault_token_ids where tenant_id = ${tenant}
    and entry in (select id from vault_entries where tenant_id = ${tenant} and owner_type = ${type} and owner = ${id})`
  yield sql`delete from vault_entries where tenant_id = ${tenant} and owner_type = ${type} and owner = ${id}`
}

export function vaultQueue(db: Db): VaultQueue {
  return {
    async due({ now, limit, except }) {
      const rows = await db.read(sql`
        select tenant_id, id from vault_entries
        where refresh_at <= ${now} and lease_until <= ${now} and tenant_id not in ${['', ...except]} order by refresh_at limit ${limit}`)
      return rows.map((row) => ({ tenant: row['tenant_id'] as string, id: row['id'] as string }))
    },
  }
}

function tokenIdFrom(row: Row): TokenId {
  return {
    id: row['token_id'] as string,
    entry: row['id'] as string,
    session: row['session'] as string,
    createdAt: row['given_at'] as number,
  }
}

function entryFrom(row: Row): VaultEntry {
  const text = (name: string) => (row[name] as string | null) ?? undefined
  const number = (name: string) => (row[name] as number | null) ?? undefined
  return {
    id: row['id'] as string,
    connection: row['connection'] as string,
    owner: { type: row['owner_type'] as Owner['type'], id: row['owner'] as string },
    kind: row['kind'] as VaultEntry['kind'],
    upstreamSubject: text('upstream_subject'),
    upstreamSession: text('upstream_session'),
    label: text('label'),
    scope: (row['scope'] as string).split(' ').filter(Boolean),
    state: row['state'] as VaultEntry['state'],
    sealed: row['sealed'] as string,
    version: row['version'] as number,
    accessExpiresAt: number('access_expires_at'),
    refreshAt: number('refresh_at'),
    createdAt: row['created_at'] as number,
    updatedAt: row['updated_at'] as number,
    lastUsedAt: number('last_used_at'),
    lastUsedBy: text('last_used_by'),
  }
}

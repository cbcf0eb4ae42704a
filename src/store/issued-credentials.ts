/** Issued credentials and the indexes of their status lists in the database — Token Status List §7, §12. */
import { type CredentialStatus, credentialStatuses, type IssuedCredential, type IssuedCredentialStore } from '../protocol/credentials.ts'
import { Unavailable } from '../protocol/errors.ts'
import { spendDeferredCredential } from './deferred-credentials.ts'
import { type Db, Fragment, type Row, Rows, type Sql, sql, type Transaction } from './sql.ts'

/** Half of a list, so that a free index is found at once. Token Status List §12.5 */
export const mostOfList = 32_768

/** In a statement that calls the table `c`, and that of the account `a`. */
const columns = new Fragment(
  'c.id, c.subject, c.client_id, c.configuration, c.status, a.status as account, c.event, c.issued_at, c.expires_at',
)

type Add = IssuedCredentialStore['issuedCredentials']['add']

export function issuedCredentials(db: Db, tenant: string): Pick<IssuedCredentialStore, 'issuedCredentials' | 'statusLists'> {
  return {
    issuedCredentials: {
      add: (credential, ask) => db.transact(() => add(tenant, credential, ask)),
      async find(id) {
        const [row] = await db.read(sql`
          select ${columns} from issued_credentials c left join accounts a on a.tenant_id = c.tenant_id and a.subject = c.subject
          where c.tenant_id = ${tenant} and c.id = ${id}`)
        return row && credentialFrom(row)
      },
      async list({ subject, after, limit }) {
        const [at, id] = [after?.at ?? Number.MAX_SAFE_INTEGER, after?.id ?? '']
        const query =
          subject === undefined
            ? sql`
                select ${columns} from issued_credentials c left join accounts a on a.tenant_id = c.tenant_id and a.subject = c.subject
                where c.tenant_id = ${tenant} and (c.issued_at, c.id) < (${at}, ${id}) order by c.issued_at desc, c.id desc limit ${limit}`
            : sql`
                select ${columns} from issued_credentials c left join accounts a on a.tenant_id = c.tenant_id and a.subject = c.subject
                where c.tenant_id = ${tenant} and c.subject = ${subject} and (c.issued_at, c.id) < (${at}, ${id})
                order by c.issued_at desc, c.id desc limit ${limit}`
        return (await db.read(query)).map(credentialFrom)
      },
      setStatus: (id, status, subject = '') =>
        db.transact(function* () {
          const changed = yield sql`
            update issued_credentials set status = ${valueOfStatus(status)}
            where tenant_id = ${tenant} and id = ${id} and status <> 1 and (${subject} = '' or subject = ${subject}) returning id`
          if (changed.length > 0) yield moved(tenant, id)
          return changed.length > 0
        }),
      async note({ id, clientId, subject, event }) {
        const noted = await db.write(sql`
          update issued_credentials set event = ${event}
          where tenant_id = ${tenant} and id = ${id} and client_id = ${clientId} and subject = ${subject} returning id`)
        return noted.length > 0
      },
    },
    statusLists: {
      async version(list) {
        const [row] = await db.read(sql`select version from status_lists where tenant_id = ${tenant} and id = ${list}`)
        return row && (row['version'] as number)
      },
      async read(list) {
        const version = await this.version(list) // first: a change in between makes it out of date, never too new
        if (version === undefined) return undefined
        const rows = await db.read(sql`
          select i.idx, c.status, a.status as account from status_indexes i
          join issued_credentials c on c.tenant_id = i.tenant_id and c.id = i.credential
          left join accounts a on a.tenant_id = c.tenant_id and a.subject = c.subject
          where i.tenant_id = ${tenant} and i.list = ${list} and (c.status <> 0 or a.status = 'suspended')`)
        return { version, statuses: rows.map((row) => ({ index: row['idx'] as number, status: statusFrom(row) })) }
      },
    },
  }
}

function* add(tenant: string, credential: IssuedCredential, ask: Parameters<Add>[1]): Transaction<Awaited<ReturnType<Add>>> {
  const { candidates, fulfils, most, now } = ask
  const { id, subject = null, clientId, configuration, status, issuedAt, expiresAt } = credential
  const copies = candidates.length
  // Locks the account: it cannot be removed meanwhile, and of two requests at the same time the second is counted after the first.
  const [account] = yield sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} and status = 'active' returning subject`
  if (!account) return 'no account'
  const [held] = yield sql`
    select cast(sum(copies) as bigint) as n from issued_credentials
    where tenant_id = ${tenant} and subject = ${subject} and expires_at > ${now}`
  if (((held?.['n'] as number | null) ?? 0) + copies > most) return 'too many'
  if (fulfils !== undefined && (yield spendDeferredCredential(tenant, fulfils)).length === 0) return 'answered'
  const list = yield* listFor(tenant, { copies, expiresAt })
  const indexes = yield* firstFree(tenant, { list, credential: id }, candidates)
  yield sql`
    insert into issued_credentials (tenant_id, id, subject, client_id, configuration, status, issued_at, expires_at, copies)
    values (${tenant}, ${id}, ${subject}, ${clientId}, ${configuration}, ${valueOfStatus(status)}, ${issuedAt}, ${expiresAt}, ${copies})`
  return indexes.map((index) => ({ list, index }))
}

/** The newest list, unless it is half full: then the next one. */
function* listFor(tenant: string, { copies, expiresAt }: { copies: number; expiresAt: number }): Transaction<number> {
  for (;;) {
    const [open] = yield sql`
      update status_lists set used = used + ${copies}, ends_at = case when ends_at > ${expiresAt} then ends_at else ${expiresAt} end
      where tenant_id = ${tenant} and id = (select max(n.id) from status_lists n where n.tenant_id = ${tenant})
      and used + ${copies} <= ${mostOfList} returning id`
    if (open) return open['id'] as number
    yield sql`
      insert into status_lists (tenant_id, id, used)
      values (${tenant}, coalesce((select max(n.id) from status_lists n where n.tenant_id = ${tenant}), 0) + 1, 0) on conflict do nothing`
  }
}

/** An index for each copy, of those that were drawn for it. */
function* firstFree(
  tenant: string,
  { list, credential }: { list: number; credential: string },
  candidates: readonly (readonly number[])[],
): Transaction<number[]> {
  const found: number[] = []
  for (let round = 0, open = [...candidates.keys()]; open.length > 0; round++) {
    const asked = new Map(open.toReversed().map((copy) => [candidates[copy]![round], copy])) // of two that drew the same, the first gets it
    if (asked.has(undefined)) throw new Unavailable('every index that was drawn is taken', 1) // as likely as that in a half empty list
    const rows = new Rows([...asked.keys()].map((index) => [tenant, list, index as number, credential]))
    const free = yield sql`
      insert into status_indexes (tenant_id, list, idx, credential) values ${rows} on conflict do nothing returning idx`
    for (const row of free) found[asked.get(row['idx'] as number)!] = row['idx'] as number
    open = open.filter((copy) => found[copy] === undefined)
  }
  return found
}

/** Within a transaction: revokes all credentials of an account, and forgets whose they were. */
export function* revokeCredentialsOf(tenant: string, subject: string): Transaction<void> {
  yield* moveCredentialsOf(tenant, subject)
  yield sql`update issued_credentials set status = 1, subject = null where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from deferred_credentials where tenant_id = ${tenant} and subject = ${subject}`
  yield sql`delete from credential_offers where tenant_id = ${tenant} and subject = ${subject}`
}

/** Within a transaction: the credentials of an account that is suspended, or active again, have another status. */
export function* moveCredentialsOf(tenant: string, subject: string): Transaction<void> {
  yield sql`
    update status_lists set version = version + 1 where tenant_id = ${tenant} and id in
    (select list from status_indexes where tenant_id = ${tenant} and credential in
     (select id from issued_credentials where tenant_id = ${tenant} and subject = ${subject}))`
}

/** The list of this credential has changed. */
function moved(tenant: string, id: string): Sql {
  return sql`
    update status_lists set version = version + 1 where tenant_id = ${tenant}
    and id in (select list from status_indexes where tenant_id = ${tenant} and credential = ${id})`
}

const valueOfStatus = (status: CredentialStatus) => credentialStatuses.indexOf(status)

/** Those of a suspended account are suspended, and what they were when it is resumed. */
function statusFrom(row: Row): CredentialStatus {
  const own = credentialStatuses[row['status'] as number] as CredentialStatus
  return own === 'valid' && row['account'] === 'suspended' ? 'suspended' : own
}

function credentialFrom(row: Row): IssuedCredential {
  return {
    id: row['id'] as string,
    subject: (row['subject'] as string | null) ?? undefined,
    clientId: row['client_id'] as string,
    configuration: row['configuration'] as string,
    status: statusFrom(row),
    event: (row['event'] as IssuedCredential['event'] | null) ?? undefined,
    issuedAt: row['issued_at'] as number,
    expiresAt: row['expires_at'] as number,
  }
}

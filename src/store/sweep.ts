/** Deletes expired rows. */
import { writeToAny } from './configuration.ts'
import { horizon } from './horizon.ts'
import { type Db, Fragment, type Sql, sql } from './sql.ts'

/** Revocations, sessions and tokens stay for another day, in case the clock was wrong. Seconds. */
const MARGIN = 86_400

/** A revoked grant is kept until no token issued under it can be in force: longer than the year that any token may live. Seconds. */
const GRANT_MEMORY = 400 * 86_400

/** How long an expired API key is listed, so that its owner can see why it no longer works. Seconds. */
const KEY_MEMORY = 30 * 86_400

/** How long an expired credential is listed, and a status list with nothing but such. Seconds. */
const CREDENTIAL_MEMORY = 30 * 86_400

/** An expired flow still leads back to its application. Seconds. */
const FLOW_MEMORY = 3600

/** A pushed request stays for as long as the sign-in that it began may take, which uses it up at its end. Seconds. */
const REQUEST_MEMORY = 86_400

/**
 * Clients that registered themselves and are not used any more, once they have expired. One of a document or of a trust chain stays while it is
 * disabled, because that would bring it back.
 */
const unused = new Fragment(`(c.status = 'active' or (c.document_read_at is null and c.trusted_until is null))`)

/** A periodic task: deletes everything that has expired, in batches, and returns the space. `elapsed`: see `horizon`. */
export function sweeper(db: Db, { now, elapsed, batch }: { now(): number; elapsed(): number; batch: number }): () => Promise<void> {
  const { advance } = horizon(db, elapsed)
  return async () => {
    const until = await advance(now())
    while ((await sweep(db, until, batch, MARGIN)) >= batch);
    await db.shrink()
  }
}

/**
 * Deletes at most `limit` rows of each table, of all tenants. Returns how many; call again until it returns fewer. Rows that live for minutes
 * are deleted when they have expired, all others `margin` seconds later.
 */
export async function sweep(db: Db, now: number, limit: number, margin = 0): Promise<number> {
  const late = now - margin
  const statements = [
    ...ofUnusedClients(now, late, limit),
    sql`delete from initial_access_tokens where (tenant_id, id) in
      (select tenant_id, id from initial_access_tokens where expires_at <= ${late} limit ${limit}) returning id`,
    sql`delete from flows where (tenant_id, id) in
      (select tenant_id, id from flows where expires_at <= ${now - FLOW_MEMORY} limit ${limit}) returning id`,
    sql`delete from codes where (tenant_id, hash) in
      (select tenant_id, hash from codes where expires_at <= ${now} limit ${limit}) returning hash`,
    sql`delete from pushed_requests where (tenant_id, hash) in
      (select tenant_id, hash from pushed_requests where expires_at <= ${now - REQUEST_MEMORY} limit ${limit}) returning hash`,
    ...fromDevices(now, late, limit),
    sql`delete from upstream_requests where (tenant_id, hash) in
      (select tenant_id, hash from upstream_requests where expires_at <= ${now} limit ${limit}) returning hash`,
    ...expiredCredentials(now, late, limit),
    sql`delete from used_once where (tenant_id, kind, id) in
      (select tenant_id, kind, id from used_once where expires_at <= ${late} limit ${limit}) returning id`,
    sql`delete from refresh_tokens where (tenant_id, hash) in
      (select tenant_id, hash from refresh_tokens where expires_at <= ${late} limit ${limit}) returning hash`,
    sql`delete from sessions where (tenant_id, hash) in
      (select tenant_id, hash from sessions where expires_at <= ${late} limit ${limit}) returning hash`,
    sql`delete from session_clients where (tenant_id, sid, client_id, told_sid) in
      (select tenant_id, sid, client_id, told_sid from session_clients where expires_at <= ${late} limit ${limit}) returning sid`,
    sql`delete from links where (tenant_id, hash) in
      (select tenant_id, hash from links where expires_at <= ${now} limit ${limit}) returning hash`,
    sql`delete from sign_ups where (tenant_id, hash) in
      (select tenant_id, hash from sign_ups where expires_at <= ${now} limit ${limit}) returning hash`,
    sql`delete from attempts where (tenant_id, bucket) in
      (select tenant_id, bucket from attempts where ends_at <= ${now} limit ${limit}) returning bucket`,
    sql`delete from challenges where (tenant_id, hash) in
      (select tenant_id, hash from challenges where expires_at <= ${now} limit ${limit}) returning hash`,
    sql`delete from devices where (tenant_id, subject, hash) in
      (select tenant_id, subject, hash from devices where expires_at <= ${late} limit ${limit}) returning hash`,
    sql`delete from audit where (tenant_id, id) in
      (select tenant_id, id from audit where expires_at <= ${late} limit ${limit}) returning id`,
    // A refresh token stored while its family was being revoked: it goes before the revocation that it is refused for.
    sql`delete from refresh_tokens where (tenant_id, hash) in
      (select t.tenant_id, t.hash from revocations r join refresh_tokens t on t.tenant_id = r.tenant_id and t.family = r.id
       where r.until <= ${late} limit ${limit}) returning hash`,
    sql`delete from revocations where (tenant_id, id) in
      (select r.tenant_id, r.id from revocations r where r.until <= ${late}
       and not exists (select 1 from refresh_tokens t where t.tenant_id = r.tenant_id and t.family = r.id) limit ${limit}) returning id`,
    sql`delete from api_keys where (tenant_id, id) in
      (select tenant_id, id from api_keys where expires_at <= ${late - KEY_MEMORY} limit ${limit}) returning id`,
    sql`delete from grants where (tenant_id, id) in
      (select tenant_id, id from grants where revoked_at <= ${late - GRANT_MEMORY} limit ${limit}) returning id`,
  ]
  let swept = 0
  for (const statement of statements) swept += (await db.write(statement)).length
  for (const removal of configured(late)) swept += await inSlices(limit, async (most) => (await writeToAny(db, removal(most))).length)
  return swept
}

/** Rows of what is configured in one transaction: each may be of another tenant, whose version moves with it. */
const SLICE = 25

async function inSlices(limit: number, remove: (most: number) => Promise<number>): Promise<number> {
  for (let removed = 0; ; ) {
    const most = Math.min(SLICE, limit - removed)
    const some = await remove(most)
    removed += some
    if (some < most || removed === limit) return removed
  }
}

/** What unused clients were allowed: the grants first, for the tokens and then the clients go when none is in force. */
function ofUnusedClients(now: number, late: number, limit: number): Sql[] {
  return [
    sql`update grants set revoked_at = ${now} where revoked_at is null and (tenant_id, client_id) in
      (select c.tenant_id, c.id from clients c where ${unused} and c.expires_at <= ${late} limit ${limit}) returning id`,
    sql`delete from refresh_tokens where (tenant_id, grant_id) in
      (select g.tenant_id, g.id from clients c join grants g on g.tenant_id = c.tenant_id and g.client_id = c.id
       where ${unused} and c.expires_at <= ${late} limit ${limit}) returning hash`,
  ]
}

/** Unused clients for which no grant is in force, and signing keys that nothing is verified with. */
function configured(late: number): ((limit: number) => Sql)[] {
  return [
    (limit) => sql`delete from clients where (tenant_id, id) in
      (select c.tenant_id, c.id from clients c where ${unused} and c.expires_at <= ${late} and not exists
       (select 1 from grants g where g.tenant_id = c.tenant_id and g.client_id = c.id and g.revoked_at is null) limit ${limit})
      returning tenant_id`,
    (limit) => sql`delete from signing_keys where (tenant_id, kid) in
      (select tenant_id, kid from signing_keys where remove_at <= ${late} limit ${limit}) returning tenant_id`,
  ]
}

/** What devices wait for, and what applications on them share. */
function fromDevices(now: number, late: number, limit: number): Sql[] {
  return [
    sql`delete from device_codes where (tenant_id, hash) in
      (select tenant_id, hash from device_codes where expires_at <= ${now - REQUEST_MEMORY} limit ${limit}) returning hash`,
    sql`delete from backchannel_requests where (tenant_id, hash) in
      (select tenant_id, hash from backchannel_requests where expires_at <= ${now - REQUEST_MEMORY} limit ${limit}) returning hash`,
    sql`delete from device_secrets where (tenant_id, hash) in
      (select tenant_id, hash from device_secrets where expires_at <= ${late} limit ${limit}) returning hash`,
  ]
}

/** Offers, requests that waited in vain, credentials that are no longer listed, and status lists of nothing else. */
function expiredCredentials(now: number, late: number, limit: number): Sql[] {
  return [
    sql`delete from credential_offers where (tenant_id, id) in
      (select tenant_id, id from credential_offers where expires_at <= ${now} limit ${limit}) returning id`,
    sql`delete from deferred_credentials where (tenant_id, id) in
      (select tenant_id, id from deferred_credentials where expires_at <= ${now} limit ${limit}) returning id`,
    sql`delete from issued_credentials where (tenant_id, id) in
      (select tenant_id, id from issued_credentials where expires_at <= ${late - CREDENTIAL_MEMORY} limit ${limit}) returning id`,
    // A list whose credentials have all expired, unless it is the newest: the number of none is used again.
    sql`delete from status_indexes where (tenant_id, list, idx) in
      (select tenant_id, list, idx from status_indexes where (tenant_id, list) in
       (select l.tenant_id, l.id from status_lists l where l.ends_at <= ${late - CREDENTIAL_MEMORY} and exists
        (select 1 from status_lists n where n.tenant_id = l.tenant_id and n.id > l.id)) limit ${limit}) returning idx`,
    sql`delete from status_lists where (tenant_id, id) in
      (select l.tenant_id, l.id from status_lists l where l.ends_at <= ${late - CREDENTIAL_MEMORY} and exists
       (select 1 from status_lists n where n.tenant_id = l.tenant_id and n.id > l.id) and not exists
       (select 1 from status_indexes i where i.tenant_id = l.tenant_id and i.list = l.id) limit ${limit}) returning id`,
  ]
}

/** Devices that wait for a person — RFC 8628. */
import type { DeviceCode } from '../protocol/kept-requests.ts'
import type { Store } from '../protocol/ports.ts'
import { addPushedRequest, endPushedRequest } from './pushed-requests.ts'
import { type Db, type Row, sql } from './sql.ts'

export function deviceCodes(db: Db, tenant: string): Pick<Store, 'deviceCodes'> {
  return {
    deviceCodes: {
      add: ({ hash, clientId, request, address, interval, expiresAt }, pushed) =>
        db.transact(function* () {
          const added = yield sql`
            insert into device_codes (tenant_id, hash, request, client_id, address, every, expires_at)
            values (${tenant}, ${hash}, ${request}, ${clientId}, ${address}, ${interval}, ${expiresAt})
            on conflict do nothing returning hash`
          if (added.length === 0) return false
          yield addPushedRequest(tenant, pushed)
          return true
        }),
      async find(hash) {
        const [row] = await db.read(sql`
          select hash, request, client_id, address, refused, every, expires_at from device_codes where tenant_id = ${tenant} and hash = ${hash}`)
        return row && deviceFrom(row)
      },
      async ofRequest(hash) {
        const [row] = await db.read(sql`
          select hash, request, client_id, address, refused, every, expires_at from device_codes
          where tenant_id = ${tenant} and request = ${hash}`)
        return row && deviceFrom(row)
      },
      poll: (hash, now) =>
        db.transact(function* () {
          const early = yield sql`
            update device_codes set every = every + 5, polled_at = ${now}
            where tenant_id = ${tenant} and hash = ${hash} and polled_at > ${now} - every returning hash`
          if (early.length > 0) return true
          yield sql`update device_codes set polled_at = ${now} where tenant_id = ${tenant} and hash = ${hash}`
          return false
        }),
      refuse: (hash) =>
        db.transact(function* () {
          const [row] = yield sql`
            update device_codes set refused = 1 where tenant_id = ${tenant} and hash = ${hash}
            and exists (select 1 from pushed_requests p where p.tenant_id = ${tenant} and p.hash = device_codes.request) returning request`
          return row !== undefined && (yield endPushedRequest(tenant, row['request'] as string)).length > 0
        }),
    },
  }
}

function deviceFrom(row: Row): DeviceCode {
  return {
    hash: row['hash'] as string,
    request: row['request'] as string,
    clientId: row['client_id'] as string,
    address: row['address'] as string,
    refused: row['refused'] === 1,
    interval: row['every'] as number,
    expiresAt: row['expires_at'] as number,
  }
}

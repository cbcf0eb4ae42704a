/** Stores one token response in one transaction: the credential is spent, and the tokens issued for it are stored. */
import type { Store } from '../protocol/ports.ts'
import type { Answered, Artefact } from '../protocol/types.ts'
import { stillProven } from './account-row.ts'
import { addCode, answerRequest, spendCode } from './codes.ts'
import { spendOffer } from './credential-offers.ts'
import { addDeviceSecret, signedInByDevice, useDeviceSecret } from './device-secrets.ts'
import { sealAnew } from './outbox.ts'
import { addRefreshToken, spendRefreshToken } from './refresh-tokens.ts'
import type { Db, Sql } from './sql.ts'

export function issue(db: Db, tenant: string): Pick<Store, 'issue'> {
  return {
    async issue({ spend, refresh, deviceSecret, message }) {
      const additions: Sql[] = []
      if (refresh) additions.push(addRefreshToken(tenant, refresh))
      if (deviceSecret) additions.push(...addDeviceSecret(tenant, deviceSecret))
      if (spend?.kind === 'device-secret') additions.push(signedInByDevice(tenant, spend.hash, spend.clientId))
      if (message) additions.push(sealAnew(tenant, message))
      if (spend?.kind === 'request') return answered(db, tenant, spend, additions)
      if (spend && additions.length === 0) return (await db.write(spending(tenant, spend))).length > 0
      if (!spend && additions.length === 0) return true
      if (!spend && additions.length === 1) {
        await db.write(additions[0]!)
        return true
      }
      if (spend) return db.insertIf(spending(tenant, spend), additions)
      return db.transact(function* () {
        for (const addition of additions) yield addition
        return true
      })
    },
  }
}

/** The session is locked first, as by `codes.add`. False when the request was answered already. */
function answered(db: Db, tenant: string, { code, ...request }: Answered, additions: readonly Sql[]): Promise<boolean> {
  return db.transact(function* () {
    if (!(yield* answerRequest(tenant, request))) return false
    if (code) yield addCode(tenant, code)
    for (const addition of additions) yield addition
    return true
  })
}

/** Returns a row for the caller who spends it. */
function spending(tenant: string, { now, ...spent }: Exclude<Artefact, Answered> & { now: number }): Sql {
  if (spent.kind === 'password') return stillProven(tenant, spent.subject, spent.passwordHash)
  if (spent.kind === 'device-secret') return useDeviceSecret(tenant, spent.hash, now)
  if (spent.kind === 'offer') return spendOffer(tenant, spent.hash, now)
  return spent.kind === 'code' ? spendCode(tenant, spent.hash, now) : spendRefreshToken(tenant, spent.hash, now)
}

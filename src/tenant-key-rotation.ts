/** The periodic rotation of the keys of all tenants that are open. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Unavailable } from './protocol/errors.ts'
import type { Tenant } from './tenant.ts'
import type { Log } from './web/http/deps.ts'

type Rotated = Pick<Tenant, 'row' | 'keyring' | 'federationKeyring'>

/** A key that does not open keeps no other from being rotated. Rejects when the database does not answer: that ends it for all. */
export async function rotateKeys(open: Iterable<Rotated>, log: Log): Promise<void> {
  for (const { row, keyring, federationKeyring } of open) {
    for (const keys of [keyring, federationKeyring]) {
      await keys?.rotateWhenDue().catch((err: unknown) => {
        if (err instanceof Unavailable) throw err
        log.warn({ err, tenant: row.id }, 'keys of a tenant could not be rotated and will be tried again')
      })
    }
    await nextTurn() // requests go on between thousands of tenants
  }
}

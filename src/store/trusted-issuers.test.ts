/** Trusted issuers on every engine: one of each name, within a tenant, and none whose limits are not known. */
import assert from 'node:assert/strict'
import { atOnce, onEachEngine } from '../../test/stored.ts'
import { trustedIssuerSchema } from '../protocol/trusted-issuer.ts'
import { sql } from './sql.ts'

const idp = 'https://idp.example'
const trusted = trustedIssuerSchema.parse({ issuer: idp, jwks_uri: `${idp}/jwks`, clients: ['wiki'], subject_kind: 'login' })

onEachEngine('of ten that trust one issuer exactly one does', async ({ a, b }) => {
  const made = await atOnce(10, (i) => a.trustedIssuersAdmin.add({ ...trusted, max_lifetime: 60 + i }))
  assert.equal(made.filter(Boolean).length, 1)
  assert.deepEqual(await a.trustedIssuers.find(idp), { ...trusted, max_lifetime: 60 + made.indexOf(true) })
  assert.equal(await b.trustedIssuers.find(idp), undefined)
  assert.deepEqual([await b.trustedIssuersAdmin.replace(trusted), await b.trustedIssuersAdmin.remove(idp)], [false, false])
})

onEachEngine('one that this version cannot read whole is listed, and not enabled', async ({ a, db }) => {
  await a.trustedIssuersAdmin.add(trusted)
  const doc = JSON.stringify({ ...trusted, issuer: undefined, signing_algs: ['later'] })
  await db.write(sql`update trusted_issuers set doc = ${doc} where tenant_id = 'a' and issuer = ${idp} returning issuer`)
  assert.equal((await a.trustedIssuers.find(idp))?.enabled, false)
  assert.deepEqual(
    (await a.trustedIssuersAdmin.list({ limit: 5 })).map(({ issuer, enabled }) => [issuer, enabled]),
    [[idp, false]],
  )
})

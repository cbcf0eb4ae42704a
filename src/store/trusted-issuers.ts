/** Trusted issuers in the database — RFC 7523 §2.1. */
import type { Store } from '../protocol/ports.ts'
import { storedTrustedIssuer, type TrustedIssuer, type TrustedIssuerStore, trustedIssuerSchema } from '../protocol/trusted-issuer.ts'
import type { Configuration } from './configuration.ts'
import { type Db, type Row, type Sql, sql } from './sql.ts'

export function trustedIssuers(
  db: Db,
  tenant: string,
  { remembering }: Pick<Configuration, 'remembering'>,
): Pick<Store, 'trustedIssuers'> & TrustedIssuerStore {
  const stored = remembering('trusted issuers', async (issuer) => {
    const [row] = await db.read(sql`select issuer, doc from trusted_issuers where tenant_id = ${tenant} and issuer = ${issuer}`)
    return row && trustedIssuerFrom(row)
  })

  return {
    trustedIssuers: { find: async (issuer) => stored(issuer) },
    trustedIssuersAdmin: {
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select issuer, doc from trusted_issuers where tenant_id = ${tenant} and issuer > ${after} order by issuer limit ${limit}`)
        return rows.map(trustedIssuerFrom)
      },
      async add(issuer) {
        const rows = await db.write(sql`
          insert into trusted_issuers (tenant_id, issuer, doc) values (${tenant}, ${issuer.issuer}, ${documentOf(issuer)})
          on conflict do nothing returning issuer`)
        return rows.length > 0
      },
      async replace(issuer) {
        const rows = await db.write(sql`
          update trusted_issuers set doc = ${documentOf(issuer)} where tenant_id = ${tenant} and issuer = ${issuer.issuer} returning issuer`)
        return rows.length > 0
      },
      remove: async (issuer) => (await db.write(removeTrustedIssuer(tenant, issuer))).length > 0,
    },
  }
}

/** Adds the issuer or replaces it. */
export function putTrustedIssuer(tenant: string, issuer: TrustedIssuer): Sql {
  return sql`
    insert into trusted_issuers (tenant_id, issuer, doc) values (${tenant}, ${issuer.issuer}, ${documentOf(issuer)})
    on conflict (tenant_id, issuer) do update set doc = excluded.doc`
}

export function removeTrustedIssuer(tenant: string, issuer: string): Sql {
  return sql`delete from trusted_issuers where tenant_id = ${tenant} and issuer = ${issuer} returning issuer`
}

function documentOf(issuer: TrustedIssuer): string {
  const { issuer: _, ...members } = trustedIssuerSchema.parse(issuer)
  return JSON.stringify(members)
}

function trustedIssuerFrom(row: Row): TrustedIssuer {
  return storedTrustedIssuer(row['issuer'] as string, JSON.parse(row['doc'] as string))
}

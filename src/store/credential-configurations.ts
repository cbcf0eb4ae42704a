/** Credential configurations in the database — OpenID for Verifiable Credential Issuance 1.0 §12.2.4. */
import { type CredentialConfiguration, storedConfiguration } from '../protocol/credential-configuration.ts'
import type { ConfigurationStore } from '../protocol/credentials.ts'
import type { Configuration } from './configuration.ts'
import { type Db, type Row, type Sql, sql } from './sql.ts'

export function credentialConfigurations(db: Db, tenant: string, { remembering }: Pick<Configuration, 'remembering'>): ConfigurationStore {
  const listed = remembering('credential configurations', async () => {
    const rows = await db.read(sql`select id, doc from credential_configurations where tenant_id = ${tenant} order by id limit 200`)
    return rows.map(configurationFrom)
  })

  return {
    credentialConfigurations: {
      all: async () => listed(''),
      async find(id) {
        const [row] = await db.read(sql`select id, doc from credential_configurations where tenant_id = ${tenant} and id = ${id}`)
        return row && configurationFrom(row)
      },
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select id, doc from credential_configurations where tenant_id = ${tenant} and id > ${after} order by id limit ${limit}`)
        return rows.map(configurationFrom)
      },
      async add(configuration) {
        const rows = await db.write(sql`
          insert into credential_configurations (tenant_id, id, doc)
          values (${tenant}, ${configuration.id}, ${documentOf(configuration)}) on conflict do nothing returning id`)
        return rows.length > 0
      },
      async replace(configuration) {
        const rows = await db.write(sql`
          update credential_configurations set doc = ${documentOf(configuration)}
          where tenant_id = ${tenant} and id = ${configuration.id} returning id`)
        return rows.length > 0
      },
      remove: async (id) => (await db.write(removeCredentialConfiguration(tenant, id))).length > 0,
    },
  }
}

export function putCredentialConfiguration(tenant: string, configuration: CredentialConfiguration): Sql {
  return sql`
    insert into credential_configurations (tenant_id, id, doc) values (${tenant}, ${configuration.id}, ${documentOf(configuration)})
    on conflict (tenant_id, id) do update set doc = excluded.doc`
}

export function removeCredentialConfiguration(tenant: string, id: string): Sql {
  return sql`delete from credential_configurations where tenant_id = ${tenant} and id = ${id} returning id`
}

function documentOf({ id: _, ...members }: CredentialConfiguration): string {
  return JSON.stringify(members)
}

function configurationFrom(row: Row): CredentialConfiguration {
  return storedConfiguration(row['id'] as string, JSON.parse(row['doc'] as string))
}

/** Protected resources in the database — RFC 8707 — with the secrets by which they authenticate. */
import type { Store } from '../protocol/ports.ts'
import type { ResourceStore, SecretRow } from '../protocol/registry.ts'
import { type DetailType, type Resource, type ResourceMetadata, resourceSchema } from '../protocol/resource.ts'
import { normalised } from '../protocol/resource-identifier.ts'
import type { Configuration } from './configuration.ts'
import { inForce, type StoredSecret, secretsFrom } from './secrets.ts'
import { type Db, type Row, type Sql, sql, type Transaction, whenTaken } from './sql.ts'

/** A resource as stored, with those of its secrets that have expired. */
interface StoredResource extends Omit<Resource, 'secretHashes'> {
  secrets: readonly StoredSecret[]
}

export function resources(
  db: Db,
  tenant: string,
  { now, remembering }: { now: () => number; remembering: Configuration['remembering'] },
): Pick<Store, 'resources'> & ResourceStore {
  const stored = remembering('resources', async (identifier) =>
    storedResourceFrom(
      await db.read(sql`
        select r.doc, r.tokens_from, s.hash, s.expires_at from resources r
        left join resource_secrets s on s.tenant_id = r.tenant_id and s.identifier = r.identifier
        where r.tenant_id = ${tenant} and r.identifier = ${identifier}`),
    ),
  )
  const similar = remembering('resources by normal identifier', async (normal) =>
    storedResourceFrom(
      await db.read(sql`
        select r.doc, r.tokens_from, s.hash, s.expires_at from resources r
        left join resource_secrets s on s.tenant_id = r.tenant_id and s.identifier = r.identifier
        where r.tenant_id = ${tenant} and r.normal_identifier = ${normal}`),
    ),
  )
  const named = remembering('resources by name', async (name) =>
    storedResourceFrom(
      await db.read(sql`
        select r.doc, r.tokens_from, s.hash, s.expires_at from resources r
        left join resource_secrets s on s.tenant_id = r.tenant_id and s.identifier = r.identifier
        where r.tenant_id = ${tenant} and (r.resource_id = ${name} or (r.resource_id is null and r.normal_identifier = ${normalised(name)}))`),
    ),
  )
  const scopes = remembering('scopes of resources', async () => {
    const rows = await db.read(sql`select doc from resources where tenant_id = ${tenant} order by identifier`)
    return rows.length === 0 ? noneDeclared : declaredBy(rows.map(metadataFrom))
  })

  function current(found: StoredResource | undefined): Resource | undefined {
    if (!found) return undefined
    const { secrets, ...resource } = found
    return { ...resource, secretHashes: inForce(secrets, now()) }
  }

  return {
    resources: {
      find: async (identifier) => current((await stored(identifier)) ?? (await similar(normalised(identifier)))),
      named: async (name) => current(await named(name)),
      meanings: async () => (await scopes('')).meanings,
      detailTypes: async () => (await scopes('')).detailTypes,
      sharedScopes: async () => (await scopes('')).shared,
    },
    resourcesAdmin: {
      add: (resource, secret) =>
        db.transact(function* () {
          const added = yield sql`
            insert into resources (tenant_id, identifier, normal_identifier, resource_id, doc, tokens_from)
            values (${tenant}, ${resource.identifier}, ${normalised(resource.identifier)}, ${resource.resource_id ?? null}, ${documentOf(resource)}, ${now()})
            on conflict do nothing returning identifier`
          if (added.length === 0) return false
          if (secret) yield addSecret(tenant, resource.identifier, secret)
          return true
        }),
      async replace(resource) {
        const replaced = db.write(sql`
          update resources set doc = ${documentOf(resource)}, resource_id = ${resource.resource_id ?? null}
          where tenant_id = ${tenant} and identifier = ${resource.identifier} returning identifier`)
        return replaced.then((rows) => (rows.length > 0 ? 'replaced' : 'unknown')).catch(whenTaken('taken'))
      },
      async remove(identifier) {
        return (await db.write(removeResource(tenant, identifier))).length > 0
      },
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select doc from resources where tenant_id = ${tenant} and identifier > ${after} order by identifier limit ${limit}`)
        return rows.map(metadataFrom)
      },
      rotateSecret: (identifier, secret, until) => db.transact(() => rotateSecret(tenant, identifier, secret, until)),
    },
  }
}

/** Adds the resource or replaces it. A secret replaces all others. */
export function* putResource(tenant: string, resource: ResourceMetadata, secret: SecretRow | undefined, now: number): Transaction<void> {
  const { identifier, resource_id: resourceId } = resource
  yield sql`
    insert into resources (tenant_id, identifier, normal_identifier, resource_id, doc, tokens_from)
    values (${tenant}, ${identifier}, ${normalised(identifier)}, ${resourceId ?? null}, ${documentOf(resource)}, ${now})
    on conflict (tenant_id, identifier) do update set doc = excluded.doc, resource_id = excluded.resource_id`
  if (secret) yield* rotateSecret(tenant, identifier, secret, undefined)
}

export function removeResource(tenant: string, identifier: string): Sql {
  return sql`delete from resources where tenant_id = ${tenant} and identifier = ${identifier} returning identifier`
}

function* rotateSecret(tenant: string, identifier: string, secret: SecretRow, until: number | undefined): Transaction<boolean> {
  // Locks the resource: of two rotations at the same time, the second sees what the first did.
  const locked = yield sql`update resources set doc = doc where tenant_id = ${tenant} and identifier = ${identifier} returning identifier`
  if (locked.length === 0) return false
  const [newest] = yield sql`
    select id from resource_secrets where tenant_id = ${tenant} and identifier = ${identifier}
    and (expires_at is null or expires_at > ${secret.createdAt}) order by created_at desc, id desc limit 1`
  const stays = (until !== undefined && newest?.['id']) || ''
  yield sql`delete from resource_secrets where tenant_id = ${tenant} and identifier = ${identifier} and id <> ${stays}`
  if (until !== undefined)
    yield sql`
      update resource_secrets set expires_at = case when expires_at < ${until} then expires_at else ${until} end
      where tenant_id = ${tenant} and identifier = ${identifier}`
  yield addSecret(tenant, identifier, secret)
  return true
}

/** Returns a row when the resource exists. */
function addSecret(tenant: string, identifier: string, secret: SecretRow): Sql {
  return sql`
    insert into resource_secrets (tenant_id, identifier, id, hash, created_at, expires_at)
    select tenant_id, identifier, ${secret.id}, ${secret.hash}, cast(${secret.createdAt} as bigint), cast(${secret.expiresAt ?? null} as bigint)
    from resources where tenant_id = ${tenant} and identifier = ${identifier}
    on conflict do nothing returning id`
}

const documentOf = (resource: ResourceMetadata) => JSON.stringify(resourceSchema.parse(resource))

function metadataFrom(row: Row): ResourceMetadata {
  const document = Object.entries(JSON.parse(row['doc'] as string)).filter(([name]) => name in resourceSchema.shape) // another version may have known more
  return resourceSchema.parse(Object.fromEntries(document))
}

function storedResourceFrom(rows: readonly Row[]): StoredResource | undefined {
  if (!rows[0]) return undefined
  return { ...metadataFrom(rows[0]), secrets: secretsFrom(rows), tokensFrom: rows[0]['tokens_from'] as number }
}

/** What the scopes of all resources mean, those that more than one of them declares, and the types of authorization details. */
function declaredBy(all: readonly ResourceMetadata[]) {
  const declared = all.flatMap(({ scopes }) => Object.keys(scopes))
  return {
    meanings: Object.assign(Object.create(null), ...all.map(({ scopes }) => scopes)) as Readonly<Record<string, string>>,
    shared: [...new Set(declared.filter((word, i) => declared.indexOf(word) !== i))],
    detailTypes: detailTypesOf(all),
  }
}

/** Of the many tenants without a resource. */
const noneDeclared = declaredBy([])

function detailTypesOf(all: readonly ResourceMetadata[]): DetailType[] {
  const declared = all.flatMap(({ identifier: api, name: apiName, authorization_details_types: types = {} }) =>
    Object.entries(types).map(([name, { consent = 'always', ...type }]) => ({ name, ...type, consent, api, apiName })),
  )
  return declared.filter(({ name }, i) => declared.findIndex((other) => other.name === name) === i)
}

/** The entities of a tenant's federation in the database — OpenID Federation 1.0. */
import { type EntityRole, entityRoles, entitySchema, type FederationEntity } from '../protocol/federation/entity.ts'
import type { FederationStore, OwnFederation } from '../protocol/federation/store.ts'
import type { Configuration } from './configuration.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

export function federationEntities(
  db: Db,
  tenant: string,
  remembering: Configuration['remembering'],
): { federation: Omit<FederationStore['federation'], 'formerKeys' | 'register'> } {
  const all = async (role: EntityRole, limit: number) => {
    const rows = await db.read(sql`
      select doc from federation_entities where tenant_id = ${tenant} and role = ${role} order by entity_id limit ${limit}`)
    return rows.map(entityFrom)
  }
  const own = remembering('own federation', async () => {
    const [anchors, superiors, issuers, owners, subordinates] = await Promise.all([
      all('anchor', mostOfARole),
      all('superior', mostHints),
      all('trust_mark_issuer', mostOfARole),
      all('trust_mark_owner', mostOfARole),
      all('subordinate', 1),
    ])
    return {
      anchors: new Map(anchors.map(({ entity_id: id, jwks }) => [id, jwks?.['keys'] ?? []])) as OwnFederation['anchors'],
      superiors: superiors.map(({ entity_id: id }) => id),
      issuers,
      owners,
      hasSubordinates: subordinates.length > 0,
    }
  })
  const stored = remembering('federation entities', async (key) => {
    const [role, id] = JSON.parse(key) as [string, string]
    const [row] = await db.read(sql`
      select doc from federation_entities where tenant_id = ${tenant} and role = ${role} and entity_id = ${id}`)
    return row && entityFrom(row)
  })
  return {
    federation: {
      own: async () => own(''),
      find: async (role, entityId) => stored(JSON.stringify([role, entityId])),
      async list({ role, after = '', limit }) {
        const rows = await db.read(sql`
          select doc from federation_entities
          where tenant_id = ${tenant} and role = ${role} and entity_id > ${after} order by entity_id limit ${limit}`)
        return rows.map(entityFrom)
      },
      put: (entity) =>
        db.transact(function* () {
          const { role, entity_id: id } = entity
          const before = yield sql`
            select 1 as there from federation_entities where tenant_id = ${tenant} and role = ${role} and entity_id = ${id}`
          yield* putEntity(tenant, entity)
          return before.length === 0
        }),
      remove: (role, entityId) => db.transact(() => removeEntity(tenant, role, entityId)),
    },
  }
}

/** More than these are not in use at one time. */
const mostOfARole = 200
const mostHints = 20

export function* putEntity(tenant: string, entity: FederationEntity): Transaction<void> {
  yield sql`
    insert into federation_entities (tenant_id, role, entity_id, doc)
    values (${tenant}, ${entity.role}, ${entity.entity_id}, ${JSON.stringify(entitySchema.parse(entity))})
    on conflict (tenant_id, role, entity_id) do update set doc = excluded.doc`
  if (vouches.includes(entity.role)) yield noLongerTrusted(tenant)
}

/** Returns whether there was one. */
export function* removeEntity(tenant: string, role: EntityRole, entityId: string): Transaction<boolean> {
  const removed = yield sql`
    delete from federation_entities where tenant_id = ${tenant} and role = ${role} and entity_id = ${entityId} returning entity_id`
  if (vouches.includes(role) && removed.length > 0) yield noLongerTrusted(tenant)
  return removed.length > 0
}

/** By these, somebody vouches for clients: an anchor, or the tenant itself for its subordinates. */
const vouches: readonly EntityRole[] = ['anchor', 'subordinate']

/** Who vouches for a client must be looked for again. OpenID Federation §12.2.4 */
function noLongerTrusted(tenant: string): Sql {
  return sql`update clients set trusted_until = 0 where tenant_id = ${tenant} and trusted_until > 0`
}

/** Another version may have known more members. */
function entityFrom(row: Row): FederationEntity {
  const members = Object.entries(JSON.parse(row['doc'] as string)).filter(([name]) => name in entitySchema.shape)
  return entitySchema.parse(Object.fromEntries(members))
}

/** The role and the identifier that name a declared entity: `anchor https://anchor.example`. */
export function nameOfEntity({ role, entity_id: id }: Pick<FederationEntity, 'role' | 'entity_id'>): string {
  return `${role} ${id}`
}

export function entityOfName(name: string): { role: EntityRole; entityId: string } {
  const at = name.indexOf(' ')
  return { role: entityRoles.find((role) => role === name.slice(0, at)) as EntityRole, entityId: name.slice(at + 1) }
}

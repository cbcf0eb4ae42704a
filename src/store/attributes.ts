/** The attributes that a tenant defines, in the database, and the check that the values of accounts fit them. */
import { type Attribute, type AttributeStore, checkValues, type Defined, fits, type Values, withAttribute } from '../identity/attributes.ts'
import { type Db, type Row, sql, type Transaction } from './sql.ts'

export function attributes(db: Db, tenant: string): { attributes: AttributeStore } {
  return {
    attributes: {
      async list() {
        const [row] = await db.read(sql`select doc from attribute_schemas where tenant_id = ${tenant}`)
        return row ? schemaFrom(row) : []
      },
      define: (attribute) => db.transact(() => define(tenant, attribute)),
      remove: (name) => db.transact(() => remove(tenant, name)),
    },
  }
}

/** How many accounts are named when an attribute does not fit them. */
const maxExamples = 5

/** The schema, locked until the end of the transaction: other changes of it, and checks by it, wait. */
function* lockSchema(tenant: string): Transaction<Attribute[]> {
  const [row] = yield sql`
    insert into attribute_schemas (tenant_id, doc) values (${tenant}, '[]')
    on conflict (tenant_id) do update set doc = attribute_schemas.doc returning doc`
  return schemaFrom(row!)
}

/** Runs at the end of the transaction that stores these values. Throws `ZodError` when they do not fit the tenant's attributes. */
export function* checkAttributes(tenant: string, values: Values): Transaction<void> {
  checkValues(yield* lockSchema(tenant), values)
}

function* define(tenant: string, attribute: Attribute): Transaction<Defined> {
  const next = withAttribute(yield* lockSchema(tenant), attribute)
  const examples: string[] = []
  let broken = 0
  for (let page = yield* accountsAfter(tenant, ''); page.length > 0; page = yield* accountsAfter(tenant, page.at(-1)!.subject)) {
    const unfit = page.filter(({ values }) => !fits(attribute, values))
    broken += unfit.length
    examples.push(...unfit.slice(0, maxExamples - examples.length).map(({ username }) => username))
  }
  if (broken > 0) return { broken, examples }
  yield* storeSchema(tenant, next)
  return 'defined'
}

function* remove(tenant: string, name: string): Transaction<number | undefined> {
  const schema = yield* lockSchema(tenant)
  const others = schema.filter((attribute) => attribute.name !== name)
  if (others.length === schema.length) return undefined
  let had = 0
  for (let page = yield* accountsAfter(tenant, ''); page.length > 0; page = yield* accountsAfter(tenant, page.at(-1)!.subject)) {
    for (const { subject, values } of page) {
      const { [name]: value, ...left } = values
      if (value === undefined) continue
      had++
      yield sql`update accounts set attributes = ${JSON.stringify(left)} where tenant_id = ${tenant} and subject = ${subject}`
    }
  }
  yield* storeSchema(tenant, others)
  return had
}

function* accountsAfter(tenant: string, after: string): Transaction<{ subject: string; username: string; values: Values }[]> {
  const rows = yield sql`
    select subject, username, attributes from accounts where tenant_id = ${tenant} and subject > ${after} order by subject limit 500`
  return rows.map((row) => ({
    subject: row['subject'] as string,
    username: row['username'] as string,
    values: JSON.parse(row['attributes'] as string),
  }))
}

function* storeSchema(tenant: string, schema: readonly Attribute[]): Transaction<void> {
  yield sql`update attribute_schemas set doc = ${JSON.stringify(schema)} where tenant_id = ${tenant}`
}

function schemaFrom(row: Row): Attribute[] {
  return JSON.parse(row['doc'] as string)
}

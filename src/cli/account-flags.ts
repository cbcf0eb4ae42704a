/** An account on the command line: flags computed from its schema, and the attributes that the tenant has defined. */
import type { Command } from 'commander'
import type { z } from 'zod'
import type { Raw } from '../config/raw.ts'
import { accountSchema } from '../identity/accounts.ts'
import type { Attribute } from '../identity/attributes.ts'
import type { Tenant } from '../tenant.ts'
import { merged } from './admin-command.ts'
import { addFlags, givenByFlags } from './flags.ts'
import { misuse } from './problems.ts'

/** Without attributes, which differ between tenants. */
export const newAccountFlags = accountSchema.omit({ attributes: true })
/** Without what never changes, and what has its own command. */
export const accountChangeFlags = newAccountFlags.omit({ sub: true, role: true })

export function addAccountFlags(command: Command, schema: z.ZodType): Command {
  const collected = (pair: string, before: readonly string[] = []) => [...before, pair]
  return addFlags(command, schema, 'Account:').option(
    '--attribute <name=value>',
    'an attribute that the tenant has defined, see "gatehouse attributes list"; repeat it for each attribute and each list entry',
    collected,
  )
}

/** The value that the flags give, not checked yet. An attribute that is given as `name=` is null. */
export async function accountByFlags({ store }: Tenant, command: Command, schema: z.ZodType): Promise<Raw> {
  const pairs = command.getOptionValue('attribute') as readonly string[] | undefined
  const given = givenByFlags(command, schema)
  return pairs === undefined ? given : merged(given, { attributes: attributesOf(await store.attributes.list(), pairs) })
}

function attributesOf(schema: readonly Attribute[], pairs: readonly string[]): Raw {
  const named = Map.groupBy(pairs, (pair) => /^[^=]+(?==)/.exec(pair)?.[0] ?? misuse('--attribute is written name=value'))
  const values = [...named].map(([name, of]) => {
    const texts = of.map((pair) => pair.slice(name.length + 1))
    return [name, attributeValue(name, texts, schema.find((attribute) => attribute.name === name)?.type)]
  })
  return Object.fromEntries(values)
}

function attributeValue(name: string, texts: readonly string[], type: Attribute['type'] | undefined): unknown {
  const [text = '', ...more] = texts
  if (text === '' && more.length === 0) return null
  if (type === 'list') return texts
  return more.length > 0 ? misuse(`--attribute ${name} is given twice, but is not a list`) : interpreted(text, type)
}

/** Text that cannot be parsed stays text, for the schema to refuse. */
function interpreted(text: string, type: Attribute['type'] | undefined): unknown {
  if (type === 'number') return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text
}

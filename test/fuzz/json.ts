/** JSON generators: valid values from a JSON Schema, and hostile documents with duplicate keys, `__proto__`, lone surrogates or deep nesting. */
import type { Random } from './random.ts'
import { hostileText, longText, shortHostileText } from './text.ts'

/** Text that is written without encoding. */
export class Raw {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Json = string | number | boolean | null | Raw | readonly Json[] | { readonly [name: string]: Json }

export function written(value: Json): string {
  if (value instanceof Raw) return value.text
  if (Array.isArray(value)) return `[${value.map(written).join()}]`
  if (typeof value === 'object' && value !== null) return `{${membersOf(value as { [name: string]: Json }).join()}}`
  return JSON.stringify(value)
}

function membersOf(value: { readonly [name: string]: Json }): string[] {
  return Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${written(inner)}`)
}

/** The part of JSON Schema that the OpenAPI document uses. */
export interface Schema {
  $ref?: string
  anyOf?: Schema[]
  type?: string
  enum?: Json[]
  const?: Json
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  minItems?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  examples?: Json[]
}

/** `schemas`: the targets of `$ref`. */
export interface Sampling {
  random: Random
  schemas: Readonly<Record<string, Schema>>
  /** Valid texts for a member of this name; none when any text will do. */
  usual(name: string): readonly string[]
}

/** An example, with known values in place of its own; without examples, a value that is valid against the schema. */
export function example(from: Sampling, schema: Schema): Json {
  const { random } = from
  const { examples = [] } = schema
  return examples.length > 0 && random.chance(0.7) ? withKnown(from, random.pick(examples)) : sample(from, schema)
}

function withKnown(from: Sampling, value: Json, name = ''): Json {
  const { random, usual } = from
  if (Array.isArray(value)) return value.map((one) => withKnown(from, one, name))
  if (typeof value === 'string') return random.pick([...usual(name), ...(usual(name).length > 0 ? [] : [value])])
  if (typeof value !== 'object' || value === null || value instanceof Raw) return value
  return Object.fromEntries(Object.entries(value).map(([member, one]) => [member, withKnown(from, one, member)]))
}

/** A value that is valid against the schema. */
export function sample(from: Sampling, schema: Schema, name = '', depth = 0): Json {
  const { random, schemas } = from
  if (schema.$ref !== undefined) {
    const named = schema.$ref.split('/').at(-1)!
    return depth > 3 ? 'x' : sample(from, schemas[named]!, name, depth + 1)
  }
  if (schema.anyOf) return sample(from, random.pick(schema.anyOf), name, depth)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return random.pick(schema.enum)
  switch (schema.type) {
    case 'string':
      return textOf(from, schema, name)
    case 'integer':
    case 'number':
      return (schema.minimum ?? 0) + random.below(Math.min(1000, (schema.maximum ?? 1000) - (schema.minimum ?? 0)) + 1)
    case 'boolean':
      return random.chance(0.5)
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + random.below(2) }, () => sample(from, schema.items ?? {}, name, depth + 1))
    case 'object':
      return objectOf(from, schema, depth)
    default:
      return null
  }
}

function objectOf(from: Sampling, { properties = {}, required = [], additionalProperties }: Schema, depth: number): Json {
  const { random } = from
  const optional = Object.keys(properties).filter((name) => !required.includes(name))
  const few = random.chance(0.3) ? [] : optional.length > 6 ? optional.filter(() => random.chance(0.2)) : random.some(optional)
  const members = [...required, ...few].map((name) => [name, sample(from, properties[name]!, name, depth + 1)] as const)
  if (typeof additionalProperties !== 'object' || !random.chance(0.5)) return Object.fromEntries(members)
  const extra = from.usual('member')[0] ?? 'x'
  return Object.fromEntries([...members, [extra, sample(from, additionalProperties, extra, depth + 1)]])
}

const forms: Readonly<Record<string, string>> = {
  uri: 'https://app.example/x',
  'date-time': '2026-01-01T00:00:00Z',
  email: 'x@example.com',
}
const guesses = ['x', 'alice', '2020-01-01', '+15551234567', 'account.email', 'client.client_id', 'a1', '1.x', 'profile', 'x@example.com']

function textOf({ random, usual }: Sampling, { pattern, format }: Schema, name: string): string {
  const known = usual(name)
  const candidates = known.length > 0 ? known : format ? [forms[format] ?? 'x'] : guesses
  if (pattern === undefined) return random.pick(known.length > 0 || format ? candidates : ['x', 'A name', 'مرحبا'])
  const fits = (text: string) => new RegExp(pattern, 'u').test(text)
  const fitting = candidates.some(fits) ? candidates.filter(fits) : guesses.filter(fits)
  return fitting.length > 0 ? random.pick(fitting) : 'x'
}

/** The same value with one part of it replaced by something hostile. */
export function mutated(random: Random, value: Json): Json {
  const inner = placesOf(value)
  if (inner.length === 0 || random.chance(0.05)) return hostile(random, value)
  const place = random.pick(inner)
  if (Array.isArray(value)) return value.map((one, n) => (n === place ? mutated(random, one) : one))
  const object = value as { readonly [name: string]: Json }
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, one]) => {
      if (name !== place) return [[name, one]]
      if (random.chance(0.07)) return []
      return random.chance(0.05) ? [[hostileText(random, name), one]] : [[name, mutated(random, one)]]
    }),
  )
}

function placesOf(value: Json): (string | number)[] {
  if (value instanceof Raw || typeof value !== 'object' || value === null) return []
  return Array.isArray(value) ? value.map((_, n) => n) : Object.keys(value)
}

function hostile(random: Random, value: Json): Json {
  if (typeof value === 'string' && random.chance(0.75)) return hostileText(random, value)
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Raw) && random.chance(0.5))
    return withOddMembers(random, value as { readonly [name: string]: Json })
  if (random.chance(0.3)) return new Raw(deep(random))
  return random.chance(0.7) ? otherKind(random) : new Raw(oddDocument(random))
}

/** Adds duplicate, unknown or very many members, or members such as `__proto__`. */
function withOddMembers(random: Random, value: { readonly [name: string]: Json }): Raw {
  const members = membersOf(value)
  const more = random.pick([
    ['"__proto__":{"isAdmin":true,"role":"superadmin"}'],
    ['"constructor":{"prototype":{"role":"superadmin"}}'],
    members.slice(0, 1).map((member) => member.replace(/:.*/s, ':null')),
    members,
    [`${JSON.stringify(shortHostileText(random))}:1`],
    Array.from({ length: 3000 }, (_, n) => `"a${n}":1`),
  ])
  return new Raw(`{${[...members, ...more].join()}}`)
}

export function otherKind(random: Random): Json {
  return random.pick<Json>([
    null,
    true,
    false,
    0,
    -1,
    1.5,
    2 ** 53,
    new Raw('1e309'),
    new Raw('-0'),
    new Raw('9'.repeat(400)),
    '',
    'x',
    [],
    {},
    [[]],
    [null],
    ['x', 'x'],
    { toString: 'x', length: 3 },
    shortHostileText(random),
    Array.from({ length: 2000 }, () => 'a'),
    Array.from({ length: 10_000 }, () => 0),
  ])
}

/** Deeply nested JSON. */
function deep(random: Random): string {
  const depth = random.pick([40, 600, 2000, 9000])
  const [open, inner, close] = random.pick([
    ['[', '1', ']'],
    ['{"a":', '1', '}'],
    ['[{"a":', '1', '}]'],
    ['[', '"\\ud83d"', ']'],
  ] as const)
  return open.repeat(depth) + inner + close.repeat(depth)
}

/** Edge cases for parsers; not all of them are JSON. */
export function oddDocument(random: Random): string {
  return random.pick([
    deep(random),
    '['.repeat(60_000),
    '{"a":1,}',
    "{'a':1}",
    '{"a":1}{"b":2}',
    '"\\ud83d"',
    '"\\u0000"',
    '"\u0001"',
    '"\\x"',
    'NaN',
    '01',
    '\ufeff{}',
    '/* x */ {}',
    '',
    ' ',
    '\0',
    '{"a":\0}',
    `"${longText(random).replace(/["\\\0]/g, 'a')}"`,
  ])
}

/** A JSON Schema for people: what kind of value it allows, and its members as a list — JSON Schema 2020-12. */
import { type Html, html } from '../html.ts'
import { inline } from './prose.ts'

export interface Schema {
  $ref?: string
  type?: string | readonly string[]
  description?: string
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: readonly Schema[]
  allOf?: readonly Schema[]
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  format?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
}

const words = {
  or: ' or ',
  list: 'list of ',
  object: 'object',
  of: 'object of ',
  any: 'any value',
  required: 'required',
  default: 'Default ',
  characters: 'characters',
  elements: 'elements',
}

/** The name of the schema is a link to it. */
export function kindOf(schema: Schema): Html {
  if (schema.$ref !== undefined) return linkTo(schema.$ref)
  const choices = schema.anyOf ?? schema.allOf
  if (choices) return joined(choices.map(kindOf))
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return joined(schema.enum.map(literal))
  if (schema.items) return html`${words.list}${kindOf(schema.items)}`
  if (schema.properties) return html`${words.object}`
  if (typeof schema.additionalProperties === 'object') return html`${words.of}${kindOf(schema.additionalProperties)}`
  const type = [schema.type ?? words.any].flat().join(words.or)
  return html`${schema.format === undefined ? type : `${type} (${schema.format})`}`
}

/** The members of the object, or of the objects in it; undefined where there are none, or where they stand elsewhere. */
export function membersOf(schema: Schema): Html | undefined {
  const { properties, required = [] } = objectIn(schema) ?? {}
  if (properties === undefined || Object.keys(properties).length === 0) return undefined
  const members = Object.entries(properties).map(([name, member]) => memberOf(name, member, required.includes(name)))
  return html`<ul class="members">${members}</ul>`
}

/** One member, or one parameter. */
export function memberOf(name: string, schema: Schema, required: boolean): Html {
  return html`<li><code>${name}</code> <span class="kind">${kindOf(schema)}</span>${required && html` <span class="needed">${words.required}</span>`}${
    schema.description ? html`<p>${inline(schema.description)}</p>` : undefined
  }${boundsOf(schema)}${membersOf(schema)}</li>
`
}

function objectIn(schema: Schema): Schema | undefined {
  if (schema.properties) return schema
  const inside = [schema.items, schema.additionalProperties, ...(schema.anyOf ?? []), ...(schema.allOf ?? [])]
  return inside.flatMap((part) => (typeof part === 'object' ? (objectIn(part) ?? []) : []))[0]
}

function boundsOf(schema: Schema): Html | undefined {
  const bounds = [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ` ${words.characters}`),
    range(schema.minItems, schema.maxItems, ` ${words.elements}`),
    schema.default === undefined ? undefined : html`${words.default}${literal(schema.default)}`,
  ].filter((bound) => bound !== undefined)
  return bounds.length > 0 ? html`<p class="bounds">${bounds.map((bound, i) => html`${i > 0 && ' · '}${bound}`)}</p>` : undefined
}

function range(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  const largest = most === Number.MAX_SAFE_INTEGER ? undefined : most
  if (least !== undefined && largest !== undefined) return `${least} to ${largest}${unit}`
  if (largest !== undefined) return `At most ${largest}${unit}`
  return least === undefined || least === Number.MIN_SAFE_INTEGER ? undefined : `At least ${least}${unit}`
}

function linkTo(reference: string): Html {
  const name = reference.slice(reference.lastIndexOf('/') + 1)
  return html`<a href="#schema-${name}">${name}</a>`
}

function literal(value: unknown): Html {
  return html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`
}

/** Each kind once. */
function joined(kinds: readonly Html[]): Html {
  const distinct = [...new Map(kinds.map((kind) => [kind.text, kind])).values()]
  return html`${distinct.map((kind, i) => html`${i > 0 && words.or}${kind}`)}`
}

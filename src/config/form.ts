/** What a schema says about each of its values, for sources that give only text: the environment, the command line, the reference pages. */
import { z } from 'zod'
import { yaml } from './yaml.ts'

/** What JSON Schema says about one value. */
export interface Form {
  type?: string
  description?: string
  default?: unknown
  enum?: readonly string[]
  minimum?: number
  maximum?: number
  items?: Form
  properties?: Readonly<Record<string, Form>>
  examples?: readonly unknown[]
  /** It must never be shown. */
  secret?: boolean
}

/** One value of a schema. */
export interface Leaf {
  /** Dotted, such as `tls.cert_file`. */
  path: string
  form: Form
}

/** Every value of an object schema that is not an object itself, in order. */
export function leavesOf(schema: z.ZodType): Leaf[] {
  return leaves(z.toJSONSchema(schema, { io: 'input' }) as Form, [])
}

function leaves(form: Form, path: readonly string[]): Leaf[] {
  if (form.properties) return Object.entries(form.properties).flatMap(([name, inner]) => leaves(inner, [...path, name]))
  return [{ path: path.join('.'), form }]
}

/** The value that a text stands for. A list is written `a,b` or `[a, b]`. Text that cannot be parsed stays text, for the schema to refuse. */
export function interpret(text: string, form: Form): unknown {
  if (form.type === 'string') return text
  if (form.type === 'array' && !text.startsWith('[')) return text.split(',').map((entry) => entry.trim())
  return attempt(() => JSON.parse(text)) ?? attempt(() => yaml().parse(text)) ?? text
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse()
  } catch {
    return undefined
  }
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  string: 'text',
  array: 'a list',
}

/** What is wrong, as a text that follows the name of the value: "must be at least 1". Never shows the value itself. */
export function wording(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kinds[issue.expected] ?? 'a group of settings'}`
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array' ? 'is too long' : `must be at most ${issue.maximum}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return `is not a valid ${issue.format === 'email' ? 'email address' : issue.format}`
    default:
      return undefined
  }
}

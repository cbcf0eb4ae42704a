/** Flags computed from a schema, so that whatever can be set can be set on the command line. */
import type { Command } from 'commander'
import { Option } from 'commander'
import type { z } from 'zod'
import { type Form, interpret, type Leaf, leavesOf } from '../config/form.ts'
import { put, type Raw } from '../config/raw.ts'

/** `policy.code_lifetime` → `--policy-code-lifetime`; `claims.given_name` → `--given-name`; `attributes.team` → `--attribute team`. */
export function flagOf(path: string): string {
  if (path.startsWith('attributes.')) return path.replace('attributes.', '--attribute ')
  return `--${path.replace(/^claims\./, '').replace(/[._]/g, '-')}`
}

/** Adds a flag for every value of the schema. */
export function addFlags(command: Command, schema: z.ZodType, heading: string): Command {
  for (const { path, form } of leavesOf(schema)) command.addOption(optionOf(path, form).helpGroup(heading))
  return command
}

function optionOf(path: string, form: Form): Option {
  const byDefault = form.default === undefined || typeof form.default === 'object' ? '' : ` (default: ${form.default})`
  const option = new Option(`${flagOf(path)} ${placeholder(form)}`, `${form.description ?? ''}${byDefault}`.trim())
  return form.enum ? option.choices(form.enum) : option
}

function placeholder(form: Form): string {
  if (form.type === 'array') return form.items?.type === 'object' ? '<json>' : '<values...>'
  if (form.type === 'object') return '<json>'
  if (form.type === 'boolean') return '[true|false]'
  return form.type === 'integer' || form.type === 'number' ? '<number>' : '<text>'
}

/** The value that the flags give, not checked yet. */
export function givenByFlags(command: Command, schema: z.ZodType): Raw {
  const raw: Raw = {}
  for (const leaf of leavesOf(schema)) {
    const given: unknown = command.getOptionValue(attributeOf(leaf))
    if (given !== undefined) put(raw, leaf.path, valueOfFlag(given, leaf.form))
  }
  return raw
}

function attributeOf({ path, form }: Leaf): string {
  return optionOf(path, form).attributeName()
}

function valueOfFlag(given: unknown, form: Form): unknown {
  return typeof given === 'string' ? interpret(given, form) : given
}

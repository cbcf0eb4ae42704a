/** Attributes of a tenant in forms: what people typed, and its value. */
import { z } from 'zod'
import { type Attribute, checkValues, type Values } from '../../identity/attributes.ts'
import type { Params } from '../../protocol/params.ts'
import { fieldOf } from '../pages/question.ts'
import { fieldErrors } from './form-errors.ts'

/** What was typed, by name of the attribute; '' where the field was left empty. */
export function typedOf(attributes: readonly Attribute[], params: Params): Record<string, string> {
  return Object.fromEntries(attributes.map(({ name }) => [name, tidy(params.get(fieldOf(name)) ?? '')]))
}

/** A value as the text of its field. */
export function textOf(value: unknown): string {
  if (value === undefined) return ''
  return Array.isArray(value) ? value.join('\n') : String(value)
}

/** Values of what was typed, without fields left empty. Text that is not a value of its type stays text, which the check of values refuses. */
export function valuesOf(attributes: readonly Attribute[], typed: Readonly<Record<string, string>>): Values {
  return Object.fromEntries(
    attributes.flatMap(({ name, type }) => {
      const value = meaningOf(type, typed[name] ?? '')
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** An unchanged text stands for the unchanged value, even where the field could not display all of it. */
export function isShown(value: unknown, text: string): boolean {
  return tidy(textOf(value)) === text
}

/** Errors of the values, by name of the field. */
export function valueFaults(attributes: readonly Attribute[], values: Values): Record<string, string> {
  try {
    checkValues(attributes, values)
    return {}
  } catch (error) {
    if (error instanceof z.ZodError) return fieldErrors(error)
    throw error
  }
}

/** Browsers send line breaks as CRLF. */
function tidy(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim()
}

function meaningOf(type: Attribute['type'], text: string): unknown {
  if (text === '') return undefined
  if (type === 'number') return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  if (type !== 'list') return text
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
}

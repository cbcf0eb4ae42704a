/** JSON from outside, read within limits: RFC 8259 as narrowed by I-JSON (RFC 7493 §2.1, §2.3). */
import { Tokenizer, TokenType } from '@streamparser/json'
import { isCleanText } from '../text.ts'

const maxDepth = 32
/** Members of all objects and elements of all arrays together. */
const maxMembers = 4096
const maxNameLength = 1024
/** An object with one of them throws when it is compared with a number, which schemas do with whatever stands at `length`. */
const namesOfConversion: ReadonlySet<string> = new Set(['toString', 'valueOf'])
const maxTextLength = 65_536

/** What is wrong with one member. */
export interface JsonProblem {
  rule: string
  /** Path to the member; empty for the whole. */
  member: readonly string[]
}

/**
 * Reads a JSON text. Refuses duplicate names, `__proto__`, `toString` and `valueOf` below `length`, more than 32 levels, more than 4,096
 * members, names of more than 1,024 and texts of more than 65,536 characters, and characters that no text may hold (`isCleanText`).
 */
export function readJson(text: string): { value: unknown } | JsonProblem {
  let value: unknown
  try {
    value = JSON.parse(text) // without recursion, so depth does no harm here
  } catch {
    return { rule: 'is not JSON', member: [] }
  }
  return shapeProblem(text) ?? textProblem(value, []) ?? { value }
}

/** Checks what the parsed value no longer shows, such as duplicate names, and the limits that later recursion relies on. Expects well-formed JSON. */
function shapeProblem(text: string): JsonProblem | undefined {
  /** The containers around the current token: the names an object has so far; undefined for an array. */
  const containers: ({ names: Set<string>; last: string } | undefined)[] = []
  const tokenizer = new Tokenizer()
  let problem: JsonProblem | undefined
  let members = 0
  let latest = ''

  const refuse = (rule: string, name?: string) => {
    const path = containers.slice(0, -1).flatMap((container) => container?.last ?? [])
    problem ??= { rule, member: name === undefined ? [] : [...path, name] }
  }
  /** The name of the member that the current object belongs to, by itself or in an array. */
  const nameAbove = () => containers.slice(0, -1).findLast((container) => container !== undefined)?.last
  const check: typeof tokenizer.onToken = ({ token, value }) => {
    if (problem) return
    const object = containers.at(-1)
    if (token === TokenType.STRING) latest = value as string
    if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) containers.pop()
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET)
      containers.push(token === TokenType.LEFT_BRACE ? { names: new Set(), last: '' } : undefined)
    if (token === TokenType.COMMA || token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) members++
    if (token === TokenType.COLON && object) {
      if (object.names.has(latest)) refuse('is there twice', latest)
      const isRefused = latest === '__proto__' || latest.length > maxNameLength
      if (isRefused || (namesOfConversion.has(latest) && nameAbove() === 'length')) refuse('is not a name that a member may have', latest)
      object.names.add(latest)
      object.last = latest
    }
    if (containers.length > maxDepth) refuse(`has more than ${maxDepth} levels`)
    if (members > maxMembers) refuse(`has more than ${maxMembers} members`)
  }
  tokenizer.onToken = check
  tokenizer.write(text)
  return problem
}

function textProblem(value: unknown, member: readonly string[]): JsonProblem | undefined {
  if (typeof value === 'string') {
    if (value.length > maxTextLength) return { rule: `is longer than ${maxTextLength} characters`, member }
    return isCleanText(value) ? undefined : { rule: 'has a character that is not allowed', member }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const path = Array.isArray(value) ? member : [...member, name]
    const problem = isCleanText(name) ? textProblem(inner, path) : { rule: 'has a name with a character that is not allowed', member }
    if (problem) return problem
  }
  return undefined
}

/** One text for equal values: the members of objects are in the order of their names. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner) => (isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(byName)) : inner))
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Request parameters — RFC 6749 §3.1 and §3.2: each at most once, empty means absent, unknown ones are ignored. All of it is bounded. */
import { Buffer } from 'node:buffer'
import { refuse } from './errors.ts'
import { isCleanText } from './text.ts'

/** Parameters that are stored or sent back before anybody has signed in. */
const storedNames: ReadonlySet<string> = new Set([
  'state',
  'nonce',
  'login_hint',
  'acr_values',
  'ui_locales',
  'resource',
  'audience',
  'scope',
  'redirect_uri',
])

/** The page says next to the field which characters a password cannot have. */
const passwords: ReadonlySet<string> = new Set(['password', 'repeated', 'current'])

/** Codes that people copy: marks of the direction of writing that come along are left out. */
const typed: ReadonlySet<string> = new Set(['code', 'recovery_code', 'otp', 'user_code', 'tx_code'])

export class Params {
  readonly #values = new Map<string, string[]>()

  /** Refuses more than 100 parameters, and names of more than 256 characters. */
  constructor(source: Iterable<readonly [string, string]>) {
    let count = 0
    for (const [name, value] of source) {
      if (value === '') continue
      if (++count > 100) refuse('invalid_request', 'the request has more than 100 parameters; send fewer')
      if (name.length > 256) refuse('invalid_request', 'a parameter name is longer than 256 characters')
      const known = this.#values.get(name)
      if (known) known.push(value)
      else this.#values.set(name, [value])
    }
  }

  /** The value; undefined when it was not sent or is empty. */
  get(name: string): string | undefined {
    const values = this.#values.get(name)
    if (values === undefined) return undefined
    if (values.length > 1) refuse('invalid_request', `${name} is repeated; send it once`)
    const sent = bounded(name, values[0] as string)
    const value = typed.has(name) ? sent.replace(/\p{Bidi_Control}/gu, '') : sent
    const isAllowed = passwords.has(name) ? !value.includes('\0') : isCleanText(value)
    return isAllowed ? value : refuse('invalid_request', `${name} has a character that is not allowed`)
  }

  need(name: string): string {
    return this.get(name) ?? refuse('invalid_request', `${name} is missing`)
  }

  /** A list separated by spaces, each entry once. */
  words(name: string): string[] {
    const words = [...new Set((this.get(name) ?? '').split(' ').filter(Boolean))]
    return words.length > 100 ? refuse('invalid_request', `${name} has more than 100 entries; send fewer`) : words
  }

  /** All values of a parameter that may be repeated, without duplicates. The caller checks their characters. */
  several(name: string): string[] {
    const values = this.all(name)
    if (values.length > 20) refuse('invalid_request', `${name} is sent more than 20 times; send fewer`)
    return [...new Set(values.map((value) => bounded(name, value)))]
  }

  /** All values as they were sent, unchecked. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** Refuses a request in which any other parameter is repeated, or a value is too long or has a character that is not allowed. */
  check(mayRepeat: ReadonlySet<string>): void {
    for (const name of this.#values.keys()) {
      if (mayRepeat.has(name)) this.several(name)
      else this.#checkName(name)
    }
  }

  /** The description names a parameter only when its name is safe in a response. */
  #checkName(name: string): void {
    if (/^\w{1,64}$/.test(name)) this.get(name)
    else if (this.all(name).length > 1) refuse('invalid_request', 'a parameter is repeated; send each once')
  }

  /** The parameters without these. */
  without(names: readonly string[]): Params {
    return new Params(this.entries().filter(([name]) => !names.includes(name)))
  }

  /** The parameters with this one added; undefined adds nothing. */
  with(name: string, value: string | undefined): Params {
    return value === undefined ? this : new Params([...this.without([name]).entries(), [name, value]])
  }

  entries(): [string, string][] {
    return [...this.#values].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))
  }
}

function bounded(name: string, value: string): string {
  if (storedNames.has(name) && Buffer.byteLength(value) > 2048) refuse('invalid_request', `${name} is longer than 2048 bytes`)
  if (value.length > 65_536) refuse('invalid_request', `${name} is longer than 65536 characters`)
  return value
}

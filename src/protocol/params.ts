/** Request parameters — RFC 6749 §3.1 and §3.2: each at most once, empty means absent, unknown ones are ignored. */
import { refuse } from './errors.ts'

export class Params {
  readonly #values = new Map<string, string[]>()

  constructor(source: Iterable<readonly [string, string]>) {
    for (const [name, value] of source) {
      if (value === '') continue
      const known = this.#values.get(name)
      if (known) known.push(value)
      else this.#values.set(name, [value])
    }
  }

  /** The value, if the parameter was sent with one. */
  get(name: string): string | undefined {
    const values = this.#values.get(name)
    if (values === undefined) return undefined
    if (values.length > 1) refuse('invalid_request', `${name} is repeated; send it once`)
    const value = values[0] as string
    if (value.includes('\0')) refuse('invalid_request', `${name} has a character that is not allowed`)
    return value
  }

  need(name: string): string {
    return this.get(name) ?? refuse('invalid_request', `${name} is missing`)
  }

  /** A list separated by spaces, each entry once. */
  words(name: string): string[] {
    const value = this.get(name)
    return value === undefined ? [] : [...new Set(value.split(' ').filter(Boolean))]
  }

  /** All values of a parameter that may be sent several times. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** Refuses a request in which any parameter but these is sent twice, or has a NUL in it. */
  check(mayRepeat: ReadonlySet<string>): void {
    for (const name of this.#values.keys()) {
      if (!mayRepeat.has(name)) this.#checkName(name)
    }
  }

  /** The description names a parameter only when its name is safe to write into an answer. */
  #checkName(name: string): void {
    if (/^\w{1,64}$/.test(name)) this.get(name)
    else if (this.all(name).length > 1) refuse('invalid_request', 'a parameter is repeated; send each once')
  }

  /** The same parameters but these. */
  without(names: readonly string[]): Params {
    return new Params(this.entries().filter(([name]) => !names.includes(name)))
  }

  /** The same parameters, and this one; undefined adds nothing. */
  with(name: string, value: string | undefined): Params {
    return value === undefined ? this : new Params([...this.without([name]).entries(), [name, value]])
  }

  entries(): [string, string][] {
    return [...this.#values].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]))
  }
}

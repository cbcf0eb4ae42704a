/** Builds form requests, and prints requests as shell commands. */
import type { Headers, Request } from './http.ts'
import { Raw } from './json.ts'

/** A form parameter. `Raw` values are not percent-encoded. */
export type Field = readonly [name: string, value: string | Raw]

export function encoded(fields: readonly Field[]): string {
  return fields.map(([name, value]) => `${percent(name)}=${value instanceof Raw ? value.text : percent(value)}`).join('&')
}

function percent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+')
}

/** Replaces all headers of this name. */
export function withHeader(headers: Headers, name: string, value: string): Headers {
  return [...headers.filter(([one]) => one.toLowerCase() !== name.toLowerCase()), [name, value]]
}

export function posted(target: string, fields: readonly Field[], headers: Headers = []): Request {
  const kind = ['Content-Type', 'application/x-www-form-urlencoded'] as const
  return { method: 'POST', target, headers: [kind, ...headers], body: Buffer.from(encoded(fields)) }
}

/** A bash command that sends the request again. `names`: variables to print in place of live tokens, which differ in each run. */
export function asCommand(request: Request, port: number, names: ReadonlyMap<string, string>): string {
  const quoted = (text: string) => withVariables(text, names)
  const { method, target, headers, body, bytes } = request
  if (bytes) return `printf '%b' ${quoted(bytes.toString('latin1'))} | nc 127.0.0.1 ${port}`
  const shown = headers.map(([name, value]) => (value === '' ? `-H ${quoted(`${name};`)}` : `-H ${quoted(`${name}: ${value}`)}`))
  const data = body && body.length > 0 ? [`--data-binary ${quoted(body.toString('latin1'))}`] : []
  const parts = ['curl -i --path-as-is', `-X ${quoted(method)}`, ...shown, ...data, quoted(`http://localhost:${port}${target}`)]
  return parts.join(' ')
}

function withVariables(text: string, names: ReadonlyMap<string, string>): string {
  const found = [...names.keys()].find((token) => text.includes(token))
  if (found === undefined) return quoted(text)
  const [before = '', ...after] = text.split(found)
  const rest = after.join(found)
  return `${before && quoted(before)}"$${names.get(found)}"${rest && withVariables(rest, names)}`
}

/** Quotes for bash, with long repetitions shortened. */
function quoted(latin1: string): string {
  const run = /([\s\S]{1,6}?)\1{60,}/g
  let at = 0
  let text = ''
  for (const match of latin1.matchAll(run)) {
    const [all, unit] = match as unknown as [string, string]
    text += escaped(latin1.slice(at, match.index)) + `"$(printf '${printed(unit)}%.0s' {1..${all.length / unit.length}})"`
    at = match.index + all.length
  }
  return text + escaped(latin1.slice(at))
}

function escaped(text: string): string {
  if (text === '') return "''"
  if (/^[\x20-\x26\x28-\x7e]+$/.test(text)) return `'${text}'`
  const inner = text.replace(/[^\x20-\x7e]|['\\]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `$'${inner}'`
}

function printed(unit: string): string {
  return unit.replace(/[^\x20-\x7e]|['\\%]/g, (one) => (one === '%' ? '%%' : `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`))
}

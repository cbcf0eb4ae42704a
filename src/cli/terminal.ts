/** The streams of the command line, and their format: plain unless the output is a terminal. */
import { styleText } from 'node:util'
import { escaped, printable } from '../protocol/text.ts'

export interface Screen {
  write(text: string): unknown
  isTTY?: boolean | undefined
}

/** What the command line uses of its process. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>
  stdin: AsyncIterable<Buffer | string> & { isTTY?: boolean | undefined }
  stdout: Screen
  stderr: Screen
}

/** The codes of `painter`; whatever else is no plain text may move the cursor, hide text or show it backwards. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it looks for
const unsafe = /(\x1b\[(?:1|2|22|31|32|36|39)m)|[^\P{Cc}\t\n]|\p{Cs}|\p{Bidi_Control}/gu

/** A screen on which control characters and bidirectional controls are written as `\u001b`, wherever a text comes from. */
export function neutralised(screen: Screen): Screen {
  const neutral = (text: string) => text.replace(unsafe, (character, ours?: string) => ours ?? escaped(character))
  return { write: (text) => screen.write(neutral(text)), isTTY: screen.isTTY }
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'cyan'

/** Colour only on terminals, and not where it is switched off: https://no-color.org. */
export function hasColour({ env }: Terminal, screen: Screen): boolean {
  return screen.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/** Styles text for a terminal; leaves it plain elsewhere. */
export function painter(terminal: Terminal, screen: Screen): (style: Style, text: string) => string {
  return hasColour(terminal, screen) ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}

/** Aligned rows under headings; `none` if there are no rows. */
export function table(terminal: Terminal, headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'none\n'
  const paint = painter(terminal, terminal.stdout)
  const cells = rows.map((row) => row.map(onOneLine))
  const widths = headings.map((heading, i) => Math.max(heading.length, ...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  return [paint('bold', line(headings)), ...cells.map(line)].join('\n') + '\n'
}

/** One name and value per line, without undefined values; times as dates. */
export function sheet(terminal: Terminal, value: object): string {
  const paint = painter(terminal, terminal.stdout)
  const lines = flat(value, '')
  const width = Math.max(0, ...lines.map(([name]) => name.length))
  return lines.map(([name, text]) => `${paint('bold', name.padEnd(width))}  ${onOneLine(text)}\n`).join('')
}

function onOneLine(text: string): string {
  return printable(text).replace(/[\t\n\r\u2028\u2029]+/g, ' ')
}

function flat(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    if (inner === undefined) return []
    if (Array.isArray(inner)) return inner.length > 0 ? [[prefix + name, inner.map(item).join(' ')]] : []
    if (typeof inner === 'object' && inner !== null) return flat(inner, `${prefix + name}.`)
    return [[prefix + name, name.endsWith('_at') && typeof inner === 'number' ? dateOf(inner) : String(inner)]]
  })
}

function item(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Seconds since the epoch as `2031-05-01 12:00 UTC`. */
export function dateOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** All of standard input. */
export async function readAll(stdin: Terminal['stdin']): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stdin) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString('utf8')
}

/** The first line of standard input. */
export async function readLine(stdin: Terminal['stdin']): Promise<string> {
  let text = ''
  for await (const part of stdin) {
    text += part.toString()
    if (text.includes('\n')) break
  }
  return text.split('\n', 1)[0] as string
}

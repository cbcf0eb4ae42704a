/** Streams the records of files that are too large for memory. */
import { createReadStream } from 'node:fs'
import type { JSONParser } from '@streamparser/json'
import { readJson } from '../protocol/codec/json.ts'
import { refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

/** One record and its position, for people: "line 7". A line that is not JSON has no value. */
export interface Record {
  where: string
  value?: unknown
}

const longestLine = 1_000_000

/** The text of a file, or of standard input for `-`, in pieces. Refuses a file that cannot be read. */
export async function* pieces({ stdin }: Terminal, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  try {
    for await (const part of file === '-' ? stdin : createReadStream(file))
      yield typeof part === 'string' ? part : decoder.decode(part, { stream: true })
  } catch {
    refuse(`${file} cannot be read`)
  }
}

/** JSON Lines: a value on each line; empty lines are skipped. */
export async function* jsonLines(text: AsyncIterable<string>): AsyncGenerator<Record> {
  let number = 0
  for await (const line of lines(text)) {
    number++
    if (line.trim() !== '') yield { where: `line ${number}`, ...parsed(line) }
  }
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of text) {
    const found = (rest + piece).split('\n')
    rest = found.pop() as string
    yield* found
    if (rest.length > longestLine) refuse('a line is too long: the file is one JSON value, not JSON Lines')
  }
  yield rest
}

function parsed(line: string): { value?: unknown } {
  const read = readJson(line)
  return 'value' in read ? read : {}
}

/** The elements of the list `users` of one JSON object. Refuses a file that is not JSON, ends early, or has no such list. */
export async function* usersOf(text: AsyncIterable<string>): AsyncGenerator<Record> {
  const { JSONParser } = await import('@streamparser/json') // only imports of such files load it
  const found: unknown[] = []
  const parser = new JSONParser({ paths: ['$.users.*'], keepStack: false })
  parser.onValue = ({ value }) => found.push(value)
  let number = 0
  for await (const piece of text) {
    const good = isWritten(parser, piece)
    for (const value of found.splice(0)) yield { where: `user ${++number}`, value }
    if (!good) refuse(`the file is not valid JSON from user ${number + 1} on`)
  }
  if (!parser.isEnded) refuse(`the file ends early, after user ${number}`)
  if (number === 0) refuse('the file has no users: a JSON object with a list "users" is needed')
}

function isWritten(parser: JSONParser, piece: string): boolean {
  try {
    parser.write(piece)
    return true
  } catch {
    return false
  }
}

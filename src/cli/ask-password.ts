/** Asks for a new password on a terminal, twice, and shows nothing of what is typed. */
import { createInterface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

/** The password; undefined when standard input is no terminal, or when none was typed where none is needed. */
export async function askPassword({ stdin, stderr }: Terminal, { isOptional }: { isOptional: boolean }): Promise<string | undefined> {
  if (!stdin.isTTY || !(stdin instanceof Readable)) return undefined
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: unseen, terminal: true, historySize: 0 }) // or the arrow keys would bring it back
  const typed = lines[Symbol.asyncIterator]()
  const ask = async (question: string): Promise<string> => {
    stderr.write(question)
    const { value, done } = await typed.next()
    stderr.write('\n')
    return done ? refuse('no password was typed: nothing is changed') : value
  }
  try {
    const first = await ask(isOptional ? 'Password (leave it empty for none): ' : 'New password: ')
    if (first === '' && isOptional) return undefined
    const second = await ask('The same again: ')
    return first === second ? first : refuse('the two passwords differ: nothing is changed')
  } finally {
    lines.close()
  }
}

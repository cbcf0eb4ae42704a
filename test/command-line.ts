/** The command line for a test: in this process, with its own database and folder. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { run } from '../src/cli/run.ts'
import type { Terminal } from '../src/cli/terminal.ts'

export interface Outcome {
  status: number
  out: string
  err: string
}

export interface CommandLine {
  /** The path of its database. */
  folder: string
  /**
   * Runs a command line written as in a shell, quotes included. `more`: variables of the environment; `tty`: a person is watching, and
   * the input is what they type.
   */
  gatehouse(line: string, input?: string, more?: Record<string, string> & { tty?: string }): Promise<Outcome>
  /** What a command prints with `--json`. Throws unless it is done. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was printed
  json(line: string, input?: string): Promise<any>
  remove(): Promise<void>
}

/** Migrated. */
export async function commandLine(): Promise<CommandLine> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  const env = {
    GATEHOUSE_DATA_DIR: folder,
    GATEHOUSE_PASSWORDS_MEMORY_KIB: '19456',
    GATEHOUSE_PASSWORDS_PASSES: '2',
    GATEHOUSE_KEYS_ALGS: 'ES256,RS256,EdDSA',
  }
  const gatehouse: CommandLine['gatehouse'] = async (line, input = '', more = {}) => {
    const { tty, ...variables } = more
    const outcome: Outcome = { status: 0, out: '', err: '' }
    const terminal: Terminal = {
      env: { ...env, ...variables },
      stdin: Object.assign(Readable.from([Buffer.from(input)], { objectMode: false }), { isTTY: tty !== undefined }),
      stdout: { write: (text) => (outcome.out += text), isTTY: tty !== undefined },
      stderr: { write: (text) => (outcome.err += text), isTTY: tty !== undefined },
    }
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!)
    outcome.status = await run(words, terminal)
    return outcome
  }
  assert.equal((await gatehouse('migrate')).status, 0)
  return {
    folder,
    gatehouse,
    async json(line, input) {
      const { status, out, err } = await gatehouse(`${line} --json`, input)
      assert.equal(status, 0, err)
      return JSON.parse(out)
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

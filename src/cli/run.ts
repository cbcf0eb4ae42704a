/** Runs one command line and prints its problems. */
import { CommanderError } from 'commander'
import { problemsOf } from './problems.ts'
import { program } from './program.ts'
import { neutralised, painter, type Terminal } from './terminal.ts'

/** The exit status: 0 done, 1 refused or failed, 2 wrong usage, 78 wrong configuration. */
export async function run(argv: readonly string[], given: Terminal): Promise<number> {
  const terminal = { ...given, stdout: neutralised(given.stdout), stderr: neutralised(given.stderr) }
  try {
    await (await program(terminal, argv)).parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0 // help or version, as asked
    const paint = painter(terminal, terminal.stderr)
    const problems = problemsOf(error)
    if (!problems) {
      terminal.stderr.write(`${paint('red', 'fault:')} ${error instanceof Error ? error.stack : String(error)}\n`)
      return 1
    }
    const { status, sentences } = problems
    if (status === 78 && sentences.length > 0) terminal.stderr.write(`${paint('red', 'Gatehouse cannot start')} as it is configured:\n\n`)
    for (const sentence of sentences) terminal.stderr.write(status === 78 ? `  - ${sentence}\n` : `${paint('red', 'error:')} ${sentence}\n`)
    return status
  }
}

#!/usr/bin/env node
/** The command line of the suite. Status: 0 every clause is kept, 1 some are not, 2 typed wrongly, 3 no server to judge, 4 ended early. */
import { runCommand } from './src/command.ts'

process.exitCode = await runCommand(process.argv.slice(2), process.env, process.stdout, process.stderr)

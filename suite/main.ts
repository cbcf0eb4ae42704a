#!/usr/bin/env node
/** Exit status: 0 no failures, 1 failures, 2 usage error, 3 the server cannot be tested, 4 the run is incomplete. */
import { runCommand } from './src/command.ts'

process.exitCode = await runCommand(process.argv.slice(2), process.env, process.stdout, process.stderr)

#!/usr/bin/env node
/** Exit status: 0 no failures, 1 failures, 2 usage error, 3 the server cannot be tested, 4 the run is incomplete. */

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`The suite needs Node.js 22.13 or newer; this is ${process.versions.node}.\n`)
  process.exitCode = 2
} else {
  const { runCommand } = await import('./src/command.ts')
  process.exitCode = await runCommand(process.argv.slice(2), process.env, process.stdout, process.stderr)
}

/** The entry point, and the only reader of `process.env` and the arguments. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 7)) {
  process.stderr.write(`Gatehouse needs Node 24.7 or newer; this is Node ${process.versions.node}.\n`)
  process.exitCode = 1
} else {
  await import('./cli/zod-settings.ts')
  const { run } = await import('./cli/run.ts')
  const { env, stdin, stdout, stderr } = process
  for (const stream of [stdout, stderr]) stream.on('error', readerIsGone)
  process.exitCode = await run(process.argv.slice(2), { env, stdin, stdout, stderr })
}

/** Ends of pipes close early, as in `gatehouse audit list | head`. */
function readerIsGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

export {}

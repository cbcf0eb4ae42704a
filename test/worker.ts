/**
 * One of the processes that run test files: takes the next file that none has taken, until there is none. Arguments: a folder for the
 * marks of what is taken and the id of the process, a name to put on them, then the files.
 */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, suite } from 'node:test'
import { pathToFileURL } from 'node:url'

const [marks = '', name = '', ...files] = process.argv.slice(2)
writeFileSync(join(marks, `${name}.pid`), String(process.pid))

for (const [n, file] of files.entries()) {
  if (!take(n)) continue
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  suite(file, async () => {
    after(() => end())
    await import(pathToFileURL(resolve(file)).href)
  })
  await ended
}

/** False when another process has taken it. */
function take(n: number): boolean {
  try {
    writeFileSync(join(marks, String(n)), name, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

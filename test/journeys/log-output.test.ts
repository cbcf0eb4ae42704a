/** What a process writes to standard output: whole lines in their order, the last ones too when it exits at once. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const platform = new URL('../../src/platform.ts', import.meta.url).href

/** The messages that a program logs through `log`, as they arrive at the other end of a pipe. */
function linesOf(program: string): string[] {
  const code = `const { logger } = await import('${platform}'); const log = logger({ level: 'info', format: 'json' }); ${program}`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).msg)
}

test('the lines of one turn and of later ones', () => {
  const lines = linesOf(`log.info('a'); log.warn('b'); setImmediate(() => { log.info('c'); setImmediate(() => log.info('d')) })`)
  assert.deepEqual(lines, ['a', 'b', 'c', 'd'])
})

test('the last lines before an exit, and before a fault', () => {
  assert.deepEqual(linesOf(`log.info('a'); log.info('b'); process.exit(1)`), ['a', 'b'])
  assert.deepEqual(linesOf(`log.info('a'); throw new Error('fault')`), ['a'])
})

test('more than a pipe holds', () => {
  const lines = linesOf(`for (let i = 0; i < 20000; i++) log.info({ filling: 'x'.repeat(100) }, String(i))`)
  assert.deepEqual(
    lines,
    Array.from({ length: 20_000 }, (_, i) => String(i)),
  )
})

/** The image: what its Dockerfile copies is there, and reaches the builder. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const linesOf = (path: string) => readFileSync(join(root, path), 'utf8').split('\n')

const copied = linesOf('deploy/Dockerfile')
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) => line.split(' ').slice(1, -1))
const sent = linesOf('.dockerignore')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1))

test('what is copied exists, and is sent to the builder', () => {
  assert.ok(copied.includes('src') && copied.includes('deploy/bundle.ts'))
  assert.deepEqual(
    copied.filter((path) => !existsSync(join(root, path)) || !sent.some((pattern) => matchesGlob(path, pattern))),
    [],
  )
})

test('what is sent is copied', () => {
  assert.deepEqual(
    sent.filter((pattern) => !copied.some((path) => matchesGlob(path, pattern))),
    [],
  )
})

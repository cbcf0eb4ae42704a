/** What is said when the server cannot listen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problems } from './problems.ts'
import { listenProblem } from './serve.ts'

const listen = { host: 'auth.example', port: 80 }
const rows: [code: string, sentence: string][] = [
  ['EADDRINUSE', 'port 80 is used by another program — stop it, or set listen.port'],
  ['EACCES', 'port 80 is not permitted for this user — set listen.port to 1024 or above'],
  ['EADDRNOTAVAIL', 'auth.example is not an address of this machine — set listen.host'],
  ['ENOTFOUND', 'auth.example is not an address of this machine — set listen.host'],
]
for (const [code, sentence] of rows)
  test(`${code}: ${sentence}`, () => {
    const problem = listenProblem(Object.assign(new Error(code), { code }), { listen })
    assert.ok(problem instanceof Problems)
    assert.deepEqual([problem.status, problem.sentences], [78, [sentence]])
  })

test('any other error is told as it is', () => {
  const error = Object.assign(new Error('out of files'), { code: 'EMFILE' })
  assert.equal(listenProblem(error, { listen }), error)
})

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RemoteError } from '../protocol/remote-error.ts'
import { failureOf } from './failure.ts'

const failed = (failure: RemoteError['failure']) => new RemoteError(failure, 'text')
const rows: [what: string, answer: number | RemoteError, failure: object | undefined][] = [
  ['status 199', 199, { reason: '199' }],
  ['status 200', 200, undefined],
  ['status 299', 299, undefined],
  ['status 300', 300, { reason: '300' }],
  ['an address that may not be reached', failed('address'), { reason: 'address', permanent: true, silent: false }],
  ['no answer in time', failed('timeout'), { reason: 'timeout', permanent: false, silent: true }],
  ['nobody there', failed('unreachable'), { reason: 'unreachable', permanent: false, silent: true }],
  ['an answer that is too long', failed('size' as never), { reason: 'size', permanent: false, silent: false }],
]
suite('to a message means', () => {
  for (const [what, answer, failure] of rows) test(what, () => assert.deepEqual(failureOf(answer), failure))
})

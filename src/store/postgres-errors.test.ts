import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { isAnswer, isConflict, isDiskFull, isEnded, translated } from './postgres-errors.ts'
import { DatabaseFault, DatabaseUnavailable, DatabaseUnusable, UniqueViolation } from './sql.ts'

/** What the server said, by its SQLSTATE. */
const said = (code: string | undefined) => Object.assign(new pg.DatabaseError('text', 4, 'error'), { code })
const system = (code: string, message = 'text') => Object.assign(new Error(message), { code })

const rows: [what: string, error: unknown, marks: string, made: abstract new (...args: never[]) => Error][] = [
  ['a unique violation', said('23505'), 'answer', UniqueViolation],
  ['another violation', said('23502'), 'answer', DatabaseFault],
  ['a wrong value', said('22P02'), 'answer', DatabaseFault],
  ['a wrong statement', said('42601'), 'answer', DatabaseFault],
  ['a serialization failure', said('40001'), 'answer conflict', DatabaseUnavailable],
  ['a deadlock', said('40P01'), 'answer conflict', DatabaseUnavailable],
  ['another rollback', said('40002'), 'answer', DatabaseUnavailable],
  ['a full disk', said('53100'), 'answer full', DatabaseUnavailable],
  ['too many connections', said('53300'), 'answer', DatabaseUnavailable],
  ['a lock that is not available', said('55P03'), 'answer', DatabaseUnavailable],
  ['a standby', said('25006'), 'answer', DatabaseUnavailable],
  ['a statement that took too long', said('57014'), 'answer', DatabaseUnavailable],
  ['a shutdown', said('57P01'), 'ended', DatabaseUnavailable],
  ['a lost connection', said('08006'), 'ended', DatabaseUnavailable],
  ['an error of no code', said(undefined), 'ended', DatabaseUnavailable],
  ['a wrong password', said('28P01'), 'answer', DatabaseUnusable],
  ['no such database', said('3D000'), 'answer', DatabaseUnusable],
  ['no right', said('42501'), 'answer', DatabaseUnusable],
  ['a refused connection', system('ECONNREFUSED'), 'ended', DatabaseUnavailable],
  ['an unknown host', system('ENOTFOUND'), 'ended', DatabaseUnavailable],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'ended', DatabaseUnavailable],
  ['a client that was closed', new Error('Client was closed and is not queryable'), 'ended', DatabaseUnavailable],
  [
    'a client that failed before',
    new Error('Client has encountered a connection error and is not queryable'),
    'ended',
    DatabaseUnavailable,
  ],
  ['no answer in time', new Error('Query read timeout'), '', DatabaseUnavailable],
  ['no connection in time', new Error('timeout exceeded when trying to connect'), '', DatabaseUnavailable],
  ['an error of Node.js', system('ERR_INVALID_ARG_TYPE'), 'answer', Error],
  ['a certificate that is not trusted', system('SELF_SIGNED_CERT_IN_CHAIN'), 'answer', DatabaseUnusable],
  [
    'a password that is missing',
    new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
    'answer',
    DatabaseUnusable,
  ],
  ['no TLS', new Error('The server does not support SSL connections'), 'answer', DatabaseUnusable],
  ['an error of ours', new RangeError('text'), 'answer', RangeError],
]
for (const [what, error, marks, made] of rows)
  test(what, () => {
    const found = { answer: isAnswer(error), ended: isEnded(error), conflict: isConflict(error), full: isDiskFull(error) }
    assert.deepEqual(
      Object.keys(found).filter((name) => found[name as keyof typeof found]),
      marks.split(' ').filter(Boolean),
    )
    assert.equal(translated(error).constructor, made)
  })

test('what holds values of a row is not told', () => {
  for (const code of ['23505', '23502', '22P02']) assert.equal(translated(said(code)).message, `PostgreSQL: ${code}`)
  assert.equal(translated(said('42601')).message, 'PostgreSQL: text (42601)')
  assert.match(translated(said('28000')).message, /pg_hba\.conf \(text, 28000\)$/)
  assert.equal(translated(said(undefined)).message, 'PostgreSQL: text (08000)')
  for (const odd of [undefined, 'text', null]) assert.deepEqual([translated(odd), isEnded(odd), isAnswer(odd)], [odd, false, true])
})

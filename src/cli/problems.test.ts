import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommanderError } from 'commander'
import { z } from 'zod'
import { WrongKey } from '../crypto/installation.ts'
import { BadKeyFile } from '../crypto/kek.ts'
import { UnusablePassword } from '../crypto/passwords.ts'
import { Unsealable } from '../crypto/seal.ts'
import { LoginTaken } from '../identity/accounts.ts'
import { OAuthError } from '../protocol/errors.ts'
import { StartupError } from '../startup-error.ts'
import { DatabaseUnavailable, DatabaseUnusable, DiskFull, UnstorableText } from '../store/sql.ts'
import { checked, Problems, problemsOf, withIssuesRenamed } from './problems.ts'

test('each error that has a cure ends a command with its status and a sentence; any other is a fault of the program', () => {
  const rows: [error: unknown, status: number, sentences: string[]][] = [
    [new Problems(2, ['one', 'two']), 2, ['one', 'two']],
    [new CommanderError(1, 'x', 'x'), 2, []],
    [new WrongKey('wrong key'), 78, ['wrong key']],
    [new BadKeyFile('bad file'), 78, ['bad file']],
    [new StartupError('no start'), 78, ['no start']],
    [
      new Unsealable('changed'),
      78,
      ['a sealed value in the database does not open: changed — add the key to previous_key_encryption_key_files'],
    ],
    [new LoginTaken('taken'), 1, ['taken']],
    [new UnusablePassword('empty'), 1, ['empty']],
    [new UnstorableText('a NUL'), 1, ['nothing was changed: a NUL, which cannot be stored']],
    [new OAuthError('invalid_client', 'unknown'), 1, ['unknown']],
    [new DatabaseUnusable('too old'), 78, ['too old']],
    [new DiskFull('the disk is full'), 1, ['the disk is full — free some space']],
    [new DatabaseUnavailable('refused'), 1, ['the database cannot be reached or does not answer: see database_url (refused)']],
  ]
  for (const [error, status, sentences] of rows) {
    const found = problemsOf(error)
    assert.deepEqual([found?.status, found?.sentences], [status, sentences], String(error))
  }
  for (const fault of [new Error('x'), new TypeError('x'), 'x', undefined]) assert.equal(problemsOf(fault), undefined)
})

test('each issue of a value is a sentence that names it as it was written', async () => {
  const schema = z.strictObject({ name: z.string(), list: z.array(z.int()), inner: z.strictObject({}) })
  const value = { name: 1, list: [1, 'x'], inner: { odd: 1 }, more: 1 }
  const sentences = ['--name must be text', 'entry 2 of --list must be a whole number', 'inner.odd is not known', 'more is not known']
  const isIt = (error: unknown) =>
    error instanceof Problems && error.status === 1 && assert.deepEqual(error.sentences, sentences) === undefined
  assert.throws(() => checked(schema, value, (path) => `--${path}`), isIt)
  const failing = async () => schema.parse(value, { error: () => undefined })
  await assert.rejects(
    withIssuesRenamed((path) => `--${path}`, failing()),
    (error) => error instanceof Problems && error.sentences.length === 4,
  )
  await assert.rejects(withIssuesRenamed(String, Promise.reject(new TypeError('x'))), TypeError)
  const right = { name: 'a', list: [], inner: {} }
  assert.deepEqual(checked(schema, right, String), right)
  assert.equal(await withIssuesRenamed(String, Promise.resolve(5)), 5)
})

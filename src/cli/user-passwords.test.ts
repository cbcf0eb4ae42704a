/** Passwords on the command line: typed on a terminal, read from standard input, or brought as a hash. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'

const { gatehouse, json, remove } = await commandLine()
after(remove)

const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy' // of "imported secret"

test('a password is asked for on a terminal, twice, and never shown', async () => {
  const person = { tty: 'true' }
  const typed = 'correct horse battery'
  const made = await gatehouse('users create --username typist', `${typed}\r${typed}\r`, person)
  assert.deepEqual([made.status, made.err], [0, 'Password (leave it empty for none): \nThe same again: \n'])
  assert.doesNotMatch(made.out, /horse/)
  assert.equal((await json('users show typist')).has_password, true)
  const changed = await gatehouse('users set-password typist', `corrxx\x7f\x7fect horse saddle\rcorrect horse saddle\r`, person)
  assert.deepEqual([changed.status, changed.out], [0, 'typist has a new password.\n'])
  assert.equal((await gatehouse('users create --username later', '\r', person)).status, 0)
  assert.equal((await json('users show later')).has_password, false)
  for (const [line, input, status, message] of [
    ['users set-password typist', `${typed}\rcorrect horse bandana\r`, 1, /the two passwords differ: nothing is changed/],
    ['users set-password typist', `${typed}\r\x03`, 1, /no password was typed: nothing is changed/],
    ['users set-password typist', '\x04', 1, /no password was typed: nothing is changed/],
    ['users set-password typist', 'short\rshort\r', 1, /at least 15/],
    ['users set-password typist', '\r\r', 1, /at least 15/],
  ] as const) {
    const outcome = await gatehouse(line, input, person)
    assert.equal(outcome.status, status, outcome.err)
    assert.match(outcome.err, message)
  }
  const piped = await gatehouse('users set-password typist', `${typed}\n`)
  assert.deepEqual(
    [piped.status, piped.err],
    [2, 'error: there is no terminal to type a password on: add --password-stdin or --random-password\n'],
  )
  assert.deepEqual((await gatehouse('users create --username piped', `${typed}\n`)).err, '')
  assert.equal((await json('users show piped')).has_password, false)
  const other = await gatehouse(`users create --username brought --password-hash ${bcrypt}`, '', person)
  assert.deepEqual([other.status, other.err.includes('Password')], [0, false])
})

test('a password that is typed is as good as one that its owner chooses; one for a single sign-in may be shorter', async () => {
  const typed = (line: string, text: string) => gatehouse(`${line} --password-stdin`, `${text}\n`)
  const problems: [flags: string, text: string, problem: RegExp][] = [
    ['', 'fourteen chars', /at least 15 characters/],
    ['', 'passwordpassword', /Many people use this password/],
    ['', 'Typed.Typewriter', /not your name or email address/],
    ['--temporary', '7 chars', /at least 8 characters/],
    ['--temporary', 'password1', /Many people use this password/],
  ]
  for (const [flags, text, problem] of problems) {
    const refused = await typed(`users create --username typed --email typed.typewriter@example.com ${flags}`, text)
    assert.deepEqual([refused.status, problem.test(refused.err)], [1, true], refused.err)
    assert.equal((await gatehouse('users show typed')).status, 1, 'nothing is made')
  }
  assert.equal((await typed('users create --username typed --email typed.typewriter@example.com --temporary', '8 chars!')).status, 0)
  for (const [flags, text, problem] of problems) assert.match((await typed(`users set-password typed ${flags}`, text)).err, problem)
  assert.equal((await json('users show typed')).password_is_temporary, true, 'nothing is changed')
  assert.equal((await typed('users set-password typed', 'an own long password')).status, 0)
})

test('an account can be made with the hash of the password its owner has, by flag or in the file', async () => {
  const flag = await json(`users create --username hashed --password-hash '${bcrypt}' --temporary`)
  assert.deepEqual([flag.has_password, flag.password_is_temporary], [true, true])
  const file = await json('users create --file -', JSON.stringify({ username: 'filed', password_hash: bcrypt }))
  assert.deepEqual([file.has_password, file.password_is_temporary, 'password_hash' in file], [true, false, false])
})

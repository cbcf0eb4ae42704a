import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DemoData } from '../demo-data.ts'
import { welcome } from './welcome.ts'

const terminal = (isTTY: boolean) => {
  const screen = { write: () => undefined, isTTY }
  return { env: {}, stdin: (async function* () {})(), stdout: screen, stderr: screen }
}
const demo = { help: true, application: false }
const shown = (change: Partial<Parameters<typeof welcome>[1]> = {}, made: DemoData = { password: 'a-password' }, isTTY = false) =>
  welcome(terminal(isTTY), { issuer: 'http://localhost:8000', demo, portFlag: undefined, ...change }, made)
const lines = (text: string) => text.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' '))

test('what a beginner needs: addresses, accounts, and a first token', () => {
  const all = lines(shown())
  for (const line of [
    'Gatehouse is ready in development mode',
    'Address http://localhost:8000 open it in a browser',
    'Your account http://localhost:8000/account for all accounts',
    'Discovery http://localhost:8000/.well-known/openid-configuration',
    'Administrator admin',
    'Password a-password for the first sign-in; shown only once',
    'curl http://localhost:8000/token \\\\',
    '-d grant_type=client_credentials \\\\',
  ])
    assert.ok(all.includes(line.replaceAll('\\\\', '\\')), line)
  assert.ok(!all.some((line) => /^(?:Demo|Other commands) /.test(line)))
})

test('what is there only sometimes', () => {
  const port = 'Other commands export GATEHOUSE_LISTEN_PORT=9000 so they know the address'
  assert.ok(lines(shown({ portFlag: '9000' })).includes(port))
  assert.ok(lines(shown({ demo: { ...demo, application: true } })).includes('Demo http://localhost:3000 an application to sign in to'))
  const there = lines(shown({}, 'there'))
  assert.ok(there.includes('Administrator admin its password was shown at the first start'))
  assert.ok(there.includes('Forgotten? npx gatehouse users set-password admin --random-password'))
  assert.ok(lines(shown({}, 'unfit')).includes('Administrator none accounts need attributes here; see "users create"'))
})

test('colours are for terminals, and change no words', () => {
  const esc = String.fromCharCode(27)
  const coloured = shown({}, { password: 'a-password' }, true)
  assert.ok(coloured.includes(`${esc}[1ma-password${esc}[22m`) && !shown().includes(esc))
  assert.equal(coloured.replaceAll(new RegExp(`${esc}\\[\\d+m`, 'g'), ''), shown())
})

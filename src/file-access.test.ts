import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permissionBits } from './file-access.ts'

const self = { uid: 1000, gids: [1000, 2000] }
const cases: [what: string, file: { mode: number; uid: number; gid: number }, others: number][] = [
  ['its own private file', { mode: 0o100600, uid: 1000, gid: 1000 }, 0],
  ['its own file that its group may read', { mode: 0o100640, uid: 1000, gid: 1000 }, 0o040],
  ['its own file that everyone may read', { mode: 0o100644, uid: 1000, gid: 1000 }, 0o044],
  ['a Kubernetes secret: of root, readable by a group of the process', { mode: 0o100440, uid: 0, gid: 2000 }, 0],
  ['the same, writable by the group', { mode: 0o100460, uid: 0, gid: 2000 }, 0o020],
  ['the same, readable by everyone', { mode: 0o100444, uid: 0, gid: 2000 }, 0o004],
  ['of root, readable by a group the process is not in', { mode: 0o100440, uid: 0, gid: 3000 }, 0o040],
  ['of another user, readable by a group of the process', { mode: 0o100440, uid: 1001, gid: 2000 }, 0o040],
]

for (const [what, file, others] of cases) {
  test(`others may use ${what}: ${others.toString(8)}`, () => assert.equal(permissionBits(file, self) & 0o077, others))
}

test('root gains no right by its group: its own files must be private', () => {
  assert.equal(permissionBits({ mode: 0o100640, uid: 0, gid: 0 }, { uid: 0, gids: [0] }) & 0o077, 0o040)
})

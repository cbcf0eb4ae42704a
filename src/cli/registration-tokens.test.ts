import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'

const { gatehouse, json, remove } = await commandLine()
after(remove)

test('a registration token lives: made, listed without itself, revoked', async () => {
  const made = await json("registration-tokens create --label partners --scope 'openid notes' --uses 3 --expires-in 2d")
  const { token, ...rest } = made
  assert.match(token, /^gth_ia_/)
  assert.deepEqual(Object.keys(rest), ['id', 'label', 'scope', 'uses_left', 'created_at', 'expires_at'])
  assert.deepEqual([rest.label, rest.scope, rest.uses_left, rest.expires_at - rest.created_at], ['partners', 'openid notes', 3, 172_800])
  assert.deepEqual(await json('registration-tokens list'), [rest])
  const { out } = await gatehouse('registration-tokens list')
  assert.match(out, /partners +openid notes +3 +\d{4}-/)
  assert.deepEqual(await json(`registration-tokens delete ${rest.id}`), { id: rest.id, deleted: true })
  assert.deepEqual(await json('registration-tokens list'), [])
  const again = await gatehouse(`registration-tokens delete ${rest.id}`)
  assert.deepEqual([again.status, again.err.includes(`there is no registration token ${rest.id}`)], [1, true])
})

test('what is wrong is named', async () => {
  const uses = '--uses is 1 to 100000'
  const rows: [flags: string, refused: string | undefined][] = [
    ['--uses 1', undefined],
    ['--uses 100000', undefined],
    ['--uses 100001', uses],
    ['--uses 0', uses],
    ['--uses -1', uses],
    ['--uses 1.5', uses],
    ['--uses many', uses],
    [`--label ${'x'.repeat(201)}`, '--label'],
    ['--expires-in 0s', 'write a duration'],
  ]
  for (const [flags, refused] of rows) {
    const { status, err } = await gatehouse(`registration-tokens create --label x ${flags}`)
    assert.deepEqual([status === 0, err.includes(refused ?? '')], [refused === undefined, true], `${flags}: ${err}`)
  }
})

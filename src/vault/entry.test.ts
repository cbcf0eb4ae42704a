import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOwner, type Owner, sealId } from './entry.ts'

const owner: Owner = { type: 'account', id: 'ada' }

test('the id under which tokens are sealed names all that they are bound to; what is stored opens by it', () => {
  assert.equal(sealId({ id: 'entry', connection: 'files', owner, version: 7 }), 'entry:files:account:ada:7')
})

const rows: [what: string, owner: Owner, connection: string | undefined, isTheirs: boolean][] = [
  ['its owner', owner, undefined, true],
  ['its owner, by its connection', owner, 'files', true],
  ['its owner, by another connection', owner, 'mail', false],
  ['another', { type: 'account', id: 'eve' }, 'files', false],
  ['a person upstream of the same name', { type: 'upstream', id: 'ada' }, 'files', false],
]
for (const [what, asker, connection, isTheirs] of rows)
  test(`an entry is ${isTheirs ? 'that' : 'not that'} of ${what}`, () =>
    assert.equal(isOwner({ owner, connection: 'files' }, asker, connection), isTheirs))

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesAnything, type Kind, type PlanEntry, plan, renderPlan, type Wanted } from './plan.ts'

const client = (id: string, members: PlanEntry['members'] = {}): PlanEntry => ({ kind: 'client', id, members })
const api = (id: string, members: PlanEntry['members'] = {}): PlanEntry => ({ kind: 'resource', id, members })
const want = (entry: PlanEntry, newSecret = false): Wanted => ({ ...entry, newSecret })

/** What a person is shown. */
const cases: [name: string, kept: PlanEntry[], wanted: Wanted[], prune: Kind[], shown: string[]][] = [
  ['nothing at all', [], [], [], []],
  ['the same', [client('a', { scope: 'x' })], [want(client('a', { scope: 'x' }))], [], ['  1 unchanged']],
  ['something new', [], [want(client('a', { scope: 'x y' }))], [], ['  + client a', '      scope: x y']],
  ['new with a secret', [], [want(client('a'), true)], [], ['  + client a', '      secret: ******** (new)']],
  ['only another secret', [client('a')], [want(client('a'), true)], [], ['  ~ client a', '      secret: ******** (new)']],
  ['a changed member', [client('a', { scope: 'x' })], [want(client('a', { scope: 'y' }))], [], ['  ~ client a', '      scope: x → y']],
  [
    'a member back to what is usual',
    [client('a', { scope: 'x' })],
    [want(client('a'))],
    [],
    ['  ~ client a', '      scope: x → (default)'],
  ],
  [
    'a list, as a whole',
    [client('a', { redirect_uris: ['b', 'c'] })],
    [want(client('a', { redirect_uris: ['c', 'b'] }))],
    [],
    ['  ~ client a', '      redirect_uris: b c → c b'],
  ],
  [
    'a group, member by member',
    [api('urn:a', { scopes: { read: 'Read', write: 'Write' } })],
    [want(api('urn:a', { scopes: { read: 'Look', more: 'More' } }))],
    [],
    [
      '  ~ resource urn:a',
      '      scopes.read: Read → Look',
      '      scopes.write: Write → (default)',
      '      scopes.more: (default) → More',
    ],
  ],
  ['a whole group', [], [want(client('a', { policy: { pkce: 'optional' } }))], [], ['  + client a', '      policy.pkce: optional']],
  [
    'a number, a switch, an object in a list',
    [],
    [want(api('urn:a', { n: 1, b: true, l: [{ k: 1 }] }))],
    [],
    ['  + resource urn:a', '      n: 1', '      b: true', '      l: [{"k":1}]'],
  ],
  ['what the file does not name stays', [client('a'), api('urn:a')], [], [], []],
  ['unless it is to be pruned, by kind', [client('a'), api('urn:a')], [], ['client'], ['  - client a']],
  ['a client and a resource of one name', [client('urn:a')], [want(api('urn:a'))], ['client'], ['  + resource urn:a', '  - client urn:a']],
  [
    'control characters, which could hide a line',
    [],
    [want(client('a', { client_name: 'x\u001b[1A\u009b' }))],
    [],
    ['  + client a', '      client_name: "x\\u001b[1A?"'],
  ],
]
for (const [name, kept, wanted, prune, shown] of cases) {
  test(name, () => {
    const steps = plan(kept, wanted, prune)
    assert.deepEqual(
      renderPlan(steps, (_, text) => text)
        .split('\n')
        .filter(Boolean),
      shown,
    )
    assert.equal(
      changesAnything(steps),
      shown.some((line) => /^ {2}[+~-]/.test(line)),
    )
  })
}

test('what is done is what was declared: planned again, nothing is left', () => {
  const wanted = [want(client('a', { scope: 'x', policy: { pkce: 'optional' } }), true), want(api('urn:a', { scopes: { r: 'R' } }))]
  assert.ok(changesAnything(plan([client('b')], wanted, ['client'])))
  const after = wanted.map(({ newSecret: _, ...entry }) => entry)
  assert.ok(
    !changesAnything(
      plan(
        after,
        after.map((entry) => want(entry)),
        ['client', 'resource'],
      ),
    ),
  )
})

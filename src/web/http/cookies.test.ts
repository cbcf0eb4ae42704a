import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieJar } from './cookies.ts'

const jarOf = (slug: string) => cookieJar({ slug, secure: true, maxAge: 60 })
const value = 'x'.repeat(56)
const headerOf = (slugs: readonly string[]) =>
  slugs
    .flatMap((slug) => ['browser', 'session', 'device'].map((name) => `__Host-gatehouse-${name}${slug && `-${slug}`}=${value}`))
    .join('; ')
const dropped = (lines: readonly string[]) => lines.filter((line) => line.includes('Max-Age=0')).map((line) => line.split('=')[0])

test('what is written is read back, and nothing else', () => {
  const lines = jarOf('acme').write({ id: 'an-id', sessions: ['one', 'two'], device: 'a-device' }, undefined)
  for (const line of lines)
    assert.match(line, /^__Host-gatehouse-\w+-acme=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure(?:; Max-Age=\d+)?$/)
  const header = lines.map((line) => line.split(';')[0]).join('; ')
  assert.deepEqual(jarOf('acme').read(header), { id: 'an-id', sessions: ['one', 'two'], device: 'a-device' })
  const none = { id: undefined, sessions: [], device: undefined }
  for (const other of [undefined, '', header.replaceAll('acme', 'other'), header.replaceAll('-id', '"<>')])
    assert.equal(jarOf('acme').read(other).id, undefined)
  assert.deepEqual(jarOf('').read(header), none)
})

test('point 16: nothing is dropped while there is room', () => {
  assert.deepEqual(dropped(jarOf('b').write({ id: 'x' }, headerOf(['', 'a', 'b', 'c']))), [])
  assert.deepEqual(
    dropped(jarOf('b').write({ id: 'x' }, `theirs=${'x'.repeat(8000)}; ${headerOf(['', 'a'])}`)),
    [],
    'other cookies are not ours',
  )
})

test('point 16: the oldest tenants’ cookies are dropped, each tenant’s all together; never the root’s nor one’s own', () => {
  const slugs = Array.from({ length: 65 }, (_, n) => `tenant-${n}`)
  const header = headerOf(['tenant-0', '', ...slugs.slice(1)])
  const lines = jarOf('tenant-0').write({ sessions: ['one'] }, header)
  const names = dropped(lines)
  assert.equal(names[0], '__Host-gatehouse-browser-tenant-1')
  assert.ok(names.every((name) => !name?.endsWith('-tenant-0') && /-tenant-\d+$/.test(name ?? '')))
  const left = header.split('; ').filter((pair) => !names.includes(pair.split('=')[0]))
  assert.ok(left.join('; ').length <= 4096)
  assert.ok(left.join('; ').length > 3500, 'no more than needed')
  const bySlug = Map.groupBy(left, (pair) => pair.split('=')[0]?.replace(/^__Host-gatehouse-\w+-?/, ''))
  for (const [slug, pairs] of bySlug) assert.equal(pairs.length, 3, String(slug))
  assert.ok(bySlug.has('tenant-64') && bySlug.has('') && bySlug.has('tenant-0'))
})

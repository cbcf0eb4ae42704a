import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceLifetime } from '../../identity/devices.ts'
import { browserState } from '../../protocol/browser-state.ts'
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

const sent = { id: 'an-id', sessions: ['one'], device: 'a-device' }
const written: [name: string, slug: string, secure: boolean, lines: string[]][] = [
  [
    'the root over https',
    '',
    true,
    [
      '__Host-gatehouse-browser=an-id; Path=/; HttpOnly; SameSite=Lax; Secure',
      '__Host-gatehouse-session=one; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60',
      `__Host-gatehouse-state=${browserState(['one'])}; Path=/; SameSite=None; Secure; Max-Age=60`,
      `__Host-gatehouse-device=a-device; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=${deviceLifetime}`,
    ],
  ],
  [
    'a tenant over http',
    'acme',
    false,
    [
      'gatehouse-browser-acme=an-id; Path=/; HttpOnly; SameSite=Lax',
      'gatehouse-session-acme=one; Path=/; HttpOnly; SameSite=Lax; Max-Age=60',
      `gatehouse-state-acme=${browserState(['one'])}; Path=/; SameSite=Lax; Max-Age=60`,
      `gatehouse-device-acme=a-device; Path=/; HttpOnly; SameSite=Lax; Max-Age=${deviceLifetime}`,
    ],
  ],
]
for (const [name, slug, secure, lines] of written)
  test(`the cookies of ${name}`, () => {
    const jar = cookieJar({ slug, secure, maxAge: 60, withState: true })
    assert.deepEqual(jar.write(sent, undefined), lines)
    assert.deepEqual(jar.write({}, ''), [], 'only what is to be remembered is written')
    const withoutState = lines.filter((line) => !line.includes('-state'))
    assert.deepEqual(cookieJar({ slug, secure, maxAge: 60 }).write(sent, undefined), withoutState)
  })

test('the cookie of the sessions is deleted with the last one', () => {
  const [session] = jarOf('').write({ sessions: [] }, undefined)
  assert.equal(session, '__Host-gatehouse-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0')
})

test('point 16: nothing is dropped while there is room', () => {
  assert.deepEqual(dropped(jarOf('b').write({ id: 'x' }, headerOf(['', 'a', 'b', 'c']))), [])
  assert.deepEqual(
    dropped(jarOf('b').write({ id: 'x' }, `theirs=${'x'.repeat(8000)}; ${headerOf(['', 'a'])}`)),
    [],
    'other cookies are not ours',
  )
  const others = headerOf(['a', 'c'])
  const full = `${others}; gatehouse-device-d=${'x'.repeat(4096 - others.length - '; gatehouse-device-d='.length - '; '.length)}`
  assert.deepEqual(dropped(jarOf('b').write({ id: 'x' }, full)), [], 'just full')
  assert.notDeepEqual(dropped(jarOf('b').write({ id: 'x' }, `${full}x`)), [], 'one more')
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

/** The contract of single-use links and counters, on every engine. */
import assert from 'node:assert/strict'
import { aGrant, aLink, anAccount, aRefreshToken, aSession, atOnce, isRevoked, NOW, onEachEngine } from '../../test/stored.ts'
import { sql } from './sql.ts'
import { sweep } from './sweep.ts'

onEachEngine('a link is spent once, also when many try at once, and only in its tenant', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  await b.accounts.add(anAccount())
  await a.links.add(aLink())
  assert.equal(await b.links.find('link', NOW), undefined)
  assert.equal(await b.links.setPassword('link', '$stolen', NOW), false)
  assert.equal((await a.links.find('link', NOW))?.account.username, 'Alice')
  const won = await atOnce(10, (i) => a.links.setPassword('link', `$new${i}`, NOW))
  assert.equal(won.filter(Boolean).length, 1)
  assert.equal((await a.accounts.bySubject('subject'))?.passwordHash, `$new${won.indexOf(true)}`)
  assert.equal(await a.links.find('link', NOW), undefined)
})

onEachEngine('an expired or replaced link, and one of a suspended or removed account, cannot be used', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.links.add(aLink())
  assert.equal(await a.links.find('link', NOW + 60), undefined)
  assert.equal(await a.links.setPassword('link', '$new', NOW + 60), false)
  await a.links.add(aLink({ hash: 'later' }))
  assert.equal(await a.links.setPassword('link', '$new', NOW), false)
  await a.accounts.change('subject', { status: 'suspended' })
  assert.equal(await a.links.find('later', NOW), undefined)
  assert.equal(await a.links.setPassword('later', '$new', NOW), false)
  await a.accounts.change('subject', { status: 'active' })
  assert.equal(await a.links.find('later', NOW), undefined, 'resuming the account does not restore it')
  await a.links.add(aLink({ hash: 'latest' }))
  await a.accounts.remove('subject', NOW)
  await a.accounts.add(anAccount())
  assert.equal(await a.links.find('latest', NOW), undefined)
})

onEachEngine('a new password ends every session and token of the old one', async ({ a }) => {
  await a.accounts.add(anAccount({ passwordIsTemporary: true }))
  await a.accounts.add(anAccount({ subject: 'other', username: 'Bob', email: undefined }))
  await a.sessions.start(aSession(), '$hash', [])
  await a.sessions.start(aSession({ hash: 'of other', subject: 'other' }), '$hash', [])
  await a.devices.add({ subject: 'subject', hash: 'device', expiresAt: NOW + 60 }, 5)
  const grant = await aGrant(a)
  await a.issue({ spend: undefined, refresh: aRefreshToken({ grantId: grant }) })
  for (const kind of ['invitation', 'reset', 'verification'] as const) await a.links.add(aLink({ kind, hash: kind }))
  assert.equal(await a.links.setPassword('reset', '$new', NOW), true)
  const account = await a.accounts.bySubject('subject')
  assert.deepEqual([account?.passwordHash, account?.passwordIsTemporary, account?.claims['email_verified']], ['$new', false, true])
  assert.deepEqual(
    (await a.sessions.find(['session', 'of other'], NOW)).map(({ session }) => session.subject),
    ['other'],
  )
  assert.equal(await a.refreshTokens.find('refresh'), undefined)
  assert.equal(await isRevoked(a, [grant]), true)
  assert.equal(await a.links.find('invitation', NOW), undefined)
  assert.equal(await a.links.find('verification', NOW), undefined)
  assert.equal(await a.devices.knows('device', 'alice', NOW), false)
})

onEachEngine('a link that went to an address the account no longer has does nothing', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.links.add(aLink({ kind: 'verification' }))
  await a.links.add(aLink({ hash: 'reset' }))
  await a.accounts.change('subject', { email: 'new@example.org' })
  assert.equal(await a.links.confirmEmail('link', NOW), 'unknown')
  assert.equal(await a.links.setPassword('reset', '$new', NOW), false)
  const { claims, passwordHash } = (await a.accounts.bySubject('subject'))!
  assert.deepEqual([claims['email_verified'], passwordHash], [undefined, '$hash'])
})

onEachEngine('the link changes the address, unless another account has it by then', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.links.add(aLink({ kind: 'email-change', email: 'new@example.org' }))
  await a.accounts.add(anAccount({ subject: 'other', username: 'new@example.org', email: undefined }))
  assert.equal(await a.links.confirmEmail('link', NOW), 'taken')
  await a.accounts.remove('other', NOW)
  assert.equal(await a.links.confirmEmail('link', NOW), 'changed', 'nothing was spent before')
  assert.equal(await a.links.confirmEmail('link', NOW), 'unknown')
  const account = await a.accounts.byLogin('new@example.org')
  assert.deepEqual([account?.subject, account?.claims['email_verified']], ['subject', true])
  assert.equal(await a.accounts.byLogin('alice@example.org'), undefined)
})

onEachEngine('attempts are counted exactly, in windows, for each tenant', async ({ a, b }) => {
  const bucket = { name: 'n', limit: 5, window: 60 }
  const ends = await atOnce(20, () => a.attempts.count([bucket], NOW))
  assert.equal(ends.filter((end) => end === undefined).length, 5)
  assert.ok(ends.every((end) => end === undefined || end === NOW + 60))
  assert.equal(await b.attempts.count([bucket], NOW), undefined)
  assert.equal(await a.attempts.count([bucket], NOW + 59), NOW + 60)
  assert.equal(await a.attempts.count([bucket], NOW + 60), undefined)
  await b.attempts.clear(['n'])
  await b.attempts.giveBack(['n'])
  assert.equal(await a.attempts.count([{ ...bucket, limit: 1 }], NOW + 61), NOW + 120)
  await a.attempts.giveBack(['n', 'unknown'])
  assert.equal(await a.attempts.count([{ ...bucket, limit: 2 }], NOW + 61), undefined)
  await a.attempts.clear(['n'])
  assert.equal(await a.attempts.count([{ ...bucket, limit: 1 }], NOW + 61), undefined)
})

onEachEngine('an attempt that one bucket refuses does not count in the next', async ({ a }) => {
  const [first, second] = [
    { name: 'first', limit: 1, window: 60 },
    { name: 'second', limit: 2, window: 60 },
  ]
  for (let i = 0; i < 5; i++) await a.attempts.count([first, second], NOW)
  assert.equal(await a.attempts.count([second], NOW), undefined)
})

onEachEngine('of the devices of an account the newest stay', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  await b.accounts.add(anAccount())
  for (let i = 0; i < 5; i++) await a.devices.add({ subject: 'subject', hash: `d${i}`, expiresAt: NOW + 10 + i }, 3)
  await a.devices.add({ subject: 'subject', hash: 'd2', expiresAt: NOW + 99 }, 3)
  const known = async (store: typeof a, now: number) => {
    const found: string[] = []
    for (const hash of ['d0', 'd1', 'd2', 'd3', 'd4']) if (await store.devices.knows(hash, 'alice@example.org', now)) found.push(hash)
    return found
  }
  assert.deepEqual(await known(a, NOW), ['d2', 'd3', 'd4'])
  assert.deepEqual(await known(a, NOW + 50), ['d2'])
  assert.deepEqual(await known(b, NOW), [])
  assert.equal(await a.devices.knows('d2', 'bob', NOW), false)
})

onEachEngine('a sweep removes expired links, counters and devices', async ({ a, db }) => {
  await a.accounts.add(anAccount())
  await a.links.add(aLink())
  await a.attempts.count([{ name: 'n', limit: 1, window: 60 }], NOW)
  await a.devices.add({ subject: 'subject', hash: 'd', expiresAt: NOW + 60 }, 3)
  assert.equal(await sweep(db, NOW + 59, 10), 0)
  assert.equal(await sweep(db, NOW + 60, 10), 3)
  assert.deepEqual(await db.read(sql`select bucket from attempts`), [])
})

onEachEngine('a link returns the whole account', async ({ a }) => {
  await a.accounts.add(anAccount({ role: 'operator' }))
  await a.links.add(aLink())
  assert.deepEqual((await a.links.find('link', NOW))?.account, anAccount({ role: 'operator' }))
})

onEachEngine('an invitation is listed until it is used, revoked or expired', async ({ a, b }) => {
  const listed = async (now = NOW) => (await a.links.invitations({ limit: 9, now })).map(({ account }) => account.subject)
  for (const subject of ['one', 'two', 'three']) {
    const account = anAccount({ subject, username: subject, email: `${subject}@example.org`, passwordHash: undefined })
    await a.accounts.add(account)
    const link = { kind: 'invitation', hash: subject, subject, email: `${subject}@example.org` } as const
    await a.links.add(aLink({ ...link, expiresAt: NOW + (subject === 'two' ? 30 : 60) }, account))
  }
  assert.deepEqual([await listed(), await listed(NOW + 30), await listed(NOW + 60)], [['one', 'three', 'two'], ['one', 'three'], []])
  assert.deepEqual(
    (await a.links.invitations({ after: 'one', limit: 1, now: NOW })).map(({ account }) => account.subject),
    ['three'],
  )
  assert.deepEqual(await b.links.invitations({ limit: 9, now: NOW }), [])
  assert.equal(await b.links.endInvitation('one', NOW), false)
  assert.equal(await a.links.endInvitation('two', NOW + 30), false, 'it has expired')
  assert.deepEqual([await a.links.endInvitation('one', NOW), await a.links.endInvitation('one', NOW)], [true, false])
  assert.equal(await a.links.setPassword('one', '$new', NOW), false)
  await a.links.setPassword('three', '$new', NOW)
  assert.deepEqual(await listed(), ['two'])
  await a.accounts.change('two', { status: 'suspended' })
  assert.deepEqual(await listed(), [])
})

onEachEngine('who was invited is one person: by the link or by a provider, whoever is first', async ({ a }) => {
  const identity = (upstreamSubject: string, subject: string) => ({
    ...{ connection: 'google', upstreamSubject, subject, label: undefined, createdAt: NOW, lastUsedAt: NOW },
  })
  for (let n = 0; n < 10; n++) {
    const subject = `person${n}`
    const email = `${subject}@Example.org`
    const account = anAccount({ subject, username: subject, email, passwordHash: undefined })
    await a.accounts.add(account)
    await a.links.add(aLink({ kind: 'invitation', hash: subject, subject, email }, account))
    const won = await atOnce(6, (i) =>
      i % 2 === 0
        ? a.links.setPassword(subject, `$${i}`, NOW)
        : a.upstreamIdentities.accept(identity(`up${n}/${i}`, subject), `${subject}@example.org`),
    )
    assert.equal(won.filter(Boolean).length, 1)
    const stored = await a.accounts.bySubject(subject)
    assert.equal((await a.upstreamIdentities.of(subject)).length, stored?.passwordHash === undefined ? 1 : 0)
    assert.equal(stored?.claims['email_verified'], true)
  }
})

onEachEngine('a provider takes no account over that has an owner, was not invited, or has another address', async ({ a }) => {
  const identity = { connection: 'google', upstreamSubject: 'up', subject: 'subject', label: undefined, createdAt: NOW, lastUsedAt: NOW }
  const accept = (email = 'alice@example.org', now = NOW) => a.upstreamIdentities.accept({ ...identity, createdAt: now }, email)
  const account = anAccount({ passwordHash: undefined })
  await a.accounts.add(account)
  assert.equal(await accept(), false, 'nobody was invited')
  await a.links.add(aLink({ kind: 'verification', hash: 'other kind' }, account))
  assert.equal(await accept(), false, 'that was no invitation')
  await a.links.add(aLink({ kind: 'invitation' }, account))
  assert.equal(await accept('bob@example.org'), false, 'another address')
  assert.equal(await accept(account.email, NOW + 60), false, 'too late')
  await a.upstreamIdentities.link({ ...identity, upstreamSubject: 'first' })
  assert.equal(await accept(account.email), false, 'it has an owner already')
})

const kinds = ['reset', 'invitation', 'verification', 'email-change', 'connection'] as const

onEachEngine(
  'hole 9: a link that connects an account of a provider ends the other ones that would change how its owner signs in',
  async ({ a }) => {
    await a.accounts.add(anAccount())
    const connect = { connection: 'sso', upstreamSubject: 'ada', flow: 'flow', account: 'account', label: undefined }
    for (const kind of kinds) await a.links.add({ ...aLink({ kind, hash: kind }), ...(kind === 'connection' && { connect }) })
    const account = (await a.accounts.bySubject('subject'))!
    assert.equal(await a.links.connect('connection', account, NOW), 'connected')
    const found = await Promise.all(kinds.map(async (kind) => [kind, (await a.links.find(kind, NOW)) !== undefined]))
    assert.deepEqual(Object.fromEntries(found), {
      ...{ reset: false, 'email-change': false, connection: false },
      ...{ invitation: true, verification: true },
    })
  },
)

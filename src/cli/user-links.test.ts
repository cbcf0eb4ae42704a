import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { linkIn, mailSink, parsed } from '../../test/mail-sink.ts'

const { folder, gatehouse, json, remove } = await commandLine()
after(remove)

/** The newest mail of a kind, in the folder of development mode. */
function mailOf(kind: string): string {
  const names = readdirSync(join(folder, 'mail')).filter((name) => name.startsWith(`${kind}-`))
  assert.ok(names.length > 0, kind)
  return readFileSync(join(folder, 'mail', names[0] as string), 'utf8')
}

test('a person is invited: the account is there, without a password, and the mail has the link', async () => {
  const { email, sent } = await json('users invite --username ada --email ada@example.com --name Ada')
  assert.deepEqual([email, sent], ['ada@example.com', 'invitation'])
  assert.equal((await json('users show ada')).has_password, false)
  assert.match(linkIn(parsed(mailOf('invitation'))), /\/link\?token=gth_li_/)
})

test('invitations are listed, sent again and revoked', async () => {
  await json('users invite --username guest --email guest@example.com')
  const listed = async () => (await json('users invitations')).map(({ username }: { username: string }) => username)
  assert.deepEqual((await listed()).toSorted(), ['ada', 'guest'])
  assert.match((await gatehouse('users invitations')).out, /guest +guest@example\.com +\d{4}-\d\d-\d\d/)
  assert.equal((await gatehouse('users revoke-invitation guest')).out, 'The invitation of guest is revoked.\n')
  assert.deepEqual(await listed(), ['ada'])
  const again = await gatehouse('users revoke-invitation guest')
  assert.deepEqual([again.status, again.err.includes('guest has no invitation in force')], [1, true])
  assert.equal((await json('users send-invitation guest')).sent, 'invitation')
  assert.deepEqual((await listed()).toSorted(), ['ada', 'guest'])
})

test('links for a new password, a proof and a change of address are sent', async () => {
  await json('users create --username bob --email bob@example.com')
  await json('users send-reset bob')
  await json('users send-verification bob@example.com')
  const { out, err } = await gatehouse('users change-email bob robert@example.com')
  assert.equal(out, 'A link for bob was sent to robert@example.com.\n')
  assert.match(err, /^In development mode, mail is not delivered\. It says:\n\n.*\/link\?token=gth_le_/s)
  assert.match(linkIn(parsed(mailOf('reset'))), /gth_lr_/)
  assert.match(linkIn(parsed(mailOf('verification'))), /gth_lv_/)
  assert.match(mailOf('email-change'), /^To: robert@example\.com\r?$/m)
  assert.equal((await json('users show bob')).email, 'bob@example.com')
})

test('a mail server is used when there is one; when it refuses, that is said', async () => {
  await json('users create --username cleo --email cleo@example.com')
  for (const [refuse, status, message] of [
    [undefined, 0, 'A link for cleo was sent'],
    [550, 1, 'the mail could not be sent (550)'],
  ] as const) {
    const sink = await mailSink(refuse ? { refuse } : {})
    const outcome = await gatehouse('users send-reset cleo', '', { GATEHOUSE_MAIL_SMTP_URL: sink.url })
    assert.equal(outcome.status, status, outcome.err)
    assert.doesNotMatch(outcome.err, /not delivered/)
    assert.ok((outcome.out + outcome.err).includes(message), outcome.err)
    if (!refuse) assert.match(linkIn(await sink.next()), /gth_lr_/)
    await sink.close()
  }
})

const refused: [line: string, message: string][] = [
  ['users invite --username dan', '--email is missing'],
  ['users invite --username ada --email other@example.com', 'another account has this sub, user name or email address'],
  ['users send-reset eve', 'eve has no email address'],
  ['users send-reset nobody', 'there is no account nobody'],
  ['users change-email eve nonsense', 'is not a valid email address'],
  ['users send-verification fay', 'fay is suspended'],
]

test('what cannot be sent is refused', async () => {
  await json('users create --username eve')
  await json('users create --username fay --email fay@example.com')
  await json('users suspend fay')
  for (const [line, message] of refused) {
    const { status, err } = await gatehouse(line)
    assert.ok(err.includes(message), err)
    assert.equal(status, 1)
  }
})

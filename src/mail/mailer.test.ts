/** Mails as they are sent. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { linkIn, mailSink, parsed } from '../../test/mail-sink.ts'
import type { Mail } from '../identity/links.ts'
import { backgroundTasks } from '../outbox/background-tasks.ts'
import { folderMailer, smtpMailer } from './mailer.ts'
import { renderMail } from './templates.ts'

const url = `https://id.example.com/link?token=gth_lr_${'x'.repeat(49)}`
const mail: Mail = { kind: 'reset', to: 'ada@example.com', username: 'ada', from: 'Acme', link: { url, lifetime: 3600 } }
const kinds = [
  'reset',
  'invitation',
  'verification',
  'email-change',
  'connection',
  'sign-up',
  'sign-up-again',
  'password-changed',
  'email-changed',
  'factor-added',
  'factor-removed',
  'recovery-codes-renewed',
  'recovery-code-used',
  'data-downloaded',
  'account-deleted',
] as const

for (const kind of kinds) {
  test(`a mail of kind ${kind} says the same as text and as HTML`, () => {
    const hasLink = !/email-changed|deleted/.test(kind)
    const { subject, text, html } = renderMail({ ...mail, kind, link: hasLink ? mail.link : undefined, left: 7, application: 'Google' })
    assert.match(subject, /Acme/)
    assert.match(text, /Acme/)
    const plain = html.replace(/<head>.*<\/head>/s, '').replace(/<[^>]*>/g, ' ')
    for (const line of text.split('\n').filter(Boolean)) assert.ok(plain.includes(line.replace(/:$/, '')), line)
    if (hasLink) assert.equal(linkIn({ text, html }), url)
    else assert.doesNotMatch(html, /href/)
    assert.doesNotMatch(text + html, /\{\w+\}|undefined/)
  })
}

test('a notice says when and where it was, in the time zone of its reader', () => {
  const place = { device: 'Firefox on Linux', address: '203.0.113.7' }
  const notice: Mail = { ...mail, kind: 'factor-added', at: 1_763_700_000, zone: 'Europe/Paris', place }
  const lines = ['When: 21 November 2025 at 05:40 CET', 'Device: Firefox on Linux', 'Network address: 203.0.113.7']
  const { text, html } = renderMail(notice)
  for (const line of lines) assert.ok(text.includes(line) && html.includes(line), line)
  const { device: _, ...unnamed } = place
  const { text: other } = renderMail({ ...notice, zone: 'Mars/Olympus', place: { device: undefined, ...unnamed } })
  assert.match(other, /When: 21 November 2025 at 04:40 UTC\nNetwork address: 203\.0\.113\.7\n/)
  assert.doesNotMatch(renderMail(mail).text, /When:/)
})

test('names cannot add markup, lines or headers', async () => {
  const evil = 'x\r\nBcc: eve@example.com\r\n\r\n<b id="injected">'
  const { subject, text, html } = renderMail({ ...mail, from: evil, username: evil })
  assert.doesNotMatch(subject, /[\r\n]/)
  assert.doesNotMatch(text, /^Bcc/m)
  assert.doesNotMatch(html, /<b /)
  const sink = await mailSink()
  await smtpMailer({ url: sink.url, from: 'id@example.org' }).send({ ...mail, from: evil, username: evil })
  const received = await sink.next()
  assert.deepEqual(received.recipients, ['ada@example.com'])
  assert.doesNotMatch(received.raw, /^Bcc/m)
  await sink.close()
})

test('beyond this machine nothing is sent without TLS', async () => {
  const sink = await mailSink()
  const { port } = new URL(sink.url)
  const mailer = smtpMailer({ url: `smtp://127.0.0.2:${port}`, from: 'id@example.org' })
  await assert.rejects(mailer.send(mail))
  assert.equal(sink.waiting(), 0)
  await sink.close()
})

test('on this machine, under each of its names, a mail is sent as it is', async () => {
  const sink = await mailSink()
  const { port } = new URL(sink.url)
  for (const host of ['localhost', '127.0.0.1']) {
    await smtpMailer({ url: `smtp://${host}:${port}`, from: 'id@example.org' }).send(mail)
    const { raw, ...received } = await sink.next()
    for (const [part, wanted] of Object.entries(renderMail(mail)))
      assert.equal(received[part as 'text'].replaceAll('\r\n', '\n').trimEnd(), wanted.trimEnd(), part)
    for (const line of ['From: Acme <id@example.org>', 'To: ada@example.com', 'Auto-Submitted: auto-generated'])
      assert.ok(raw.includes(`${line}\r\n`), line)
  }
  await sink.close()
})

test('a server that refuses is told of', async () => {
  const sink = await mailSink({ refuse: 550 })
  await assert.rejects(smtpMailer({ url: sink.url, from: 'id@example.org' }).send(mail), { responseCode: 550 })
  await sink.close()
})

test('in development a mail is a file for its owner alone, and is told', async () => {
  const base = mkdtempSync(join(tmpdir(), 'gatehouse-mail-'))
  const folder = join(base, 'mail')
  const told: string[] = []
  let sent = 0
  const mailer = folderMailer({ folder, from: 'id@example.org', id: () => `${++sent}`, tell: (text) => told.push(text) })
  await mailer.send(mail)
  assert.deepEqual(readdirSync(folder), ['reset-1.eml'])
  const path = join(folder, 'reset-1.eml')
  assert.equal(linkIn(parsed(readFileSync(path, 'utf8'))), url)
  if (process.platform !== 'win32')
    assert.deepEqual(
      [path, folder].map((name) => statSync(name).mode & 0o777),
      [0o600, 0o700],
    )
  assert.ok(told[0]?.includes(url) && told[0].includes('ada@example.com'))
  for (let n = 2; n <= 51; n++) await mailer.send({ ...mail, to: `${n}@example.com` })
  assert.equal(mailer.sent().length, 50)
  const { subject, text } = renderMail(mail)
  assert.deepEqual(mailer.sent()[0], { to: '51@example.com', subject, text })
  await rm(base, { recursive: true })
})

test('background tasks are bounded and drained, and fail alone without revealing their content', async () => {
  const told: object[] = []
  const { start, drain } = backgroundTasks((problem) => told.push(problem))
  const ran: number[] = []
  start(() => Promise.reject(Object.assign(new Error('to ada@example.com'), { code: 'EENVELOPE', responseCode: 550 })))
  for (let i = 1; i <= 200; i++) start(async () => void ran.push(i))
  assert.deepEqual(ran, [], 'nothing runs before the answer')
  await drain()
  assert.equal(ran.length, 199)
  assert.deepEqual(told, [{ waiting: 200 }, { code: 'EENVELOPE', response: 550 }])
})

/** What pages can do where scripts run, under their own security policies: passwords shown and counted, recovery codes handed over, times in the reader's zone. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())

function visit(what: string, name: string, look: (page: Page) => Promise<void>, options: BrowserContextOptions = {}) {
  test(what, { timeout: 60_000 }, async () => {
    const complaints = await stage.visit(name, options, async (page) => {
      page.setDefaultTimeout(15_000)
      await page.locator('footer').waitFor()
      await look(page)
    })
    assert.deepEqual(complaints, [])
  })
}

visit('a password is shown and hidden again, and hidden when it is sent', 'sign-in-own', async (page) => {
  const field = page.locator('#password')
  const button = page.getByRole('button', { name: 'Show the password' })
  await field.fill('correct horse')
  assert.deepEqual([await field.getAttribute('type'), await button.getAttribute('aria-pressed')], ['password', 'false'])
  await button.click()
  assert.deepEqual([await field.getAttribute('type'), await button.getAttribute('aria-pressed')], ['text', 'true'])
  assert.equal(await button.textContent(), 'Hide')
  await page.evaluate("document.getElementById('sign-in').addEventListener('submit', (event) => event.preventDefault())")
  await page.locator('#username').fill('ada')
  await page.locator('#submit').click()
  assert.deepEqual([await field.getAttribute('type'), await field.inputValue()], ['password', 'correct horse'])
})

visit('the length of a new password is counted, and told once it is enough', 'reset-password', async (page) => {
  const [count, told] = [page.locator('.count'), page.locator('.field [role=status]')]
  assert.equal(await count.isVisible(), false)
  await page.locator('#password').pressSequentially('four')
  assert.equal(await count.textContent(), '4 of 15 characters')
  assert.equal(await told.textContent(), '')
  await page.locator('#password').fill('fifteen letters')
  assert.equal(await count.textContent(), '15 characters: long enough')
  assert.equal(await told.textContent(), '15 characters: long enough')
  assert.equal(await page.locator('#repeated').count(), 0, 'who can look need not type twice')
})

visit(
  'without scripts a new password is typed twice',
  'reset-password',
  async (page) => {
    assert.equal(await page.locator('#repeated').isVisible(), true)
    assert.equal(await page.locator('.show').count(), 0)
  },
  { javaScriptEnabled: false },
)

visit(
  'recovery codes are copied, downloaded and printed',
  'recovery-codes',
  async (page) => {
    const codes = await page.locator('.codes code').allTextContents()
    await page.locator('#copy').click()
    await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor()
    assert.deepEqual((await page.evaluate<string>('navigator.clipboard.readText()')).trim().split(/\r?\n/), codes)
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()])
    assert.equal(download.suggestedFilename(), 'recovery codes for Acme.txt')
    assert.deepEqual(
      readFileSync(await download.path(), 'utf8')
        .trim()
        .split('\n'),
      codes,
    )
    await page.evaluate('window.print = () => { document.title = "printed" }')
    await page.locator('#print').click()
    assert.equal(await page.title(), 'printed')
    await page.emulateMedia({ media: 'print' })
    assert.deepEqual([await page.locator('#copy').isVisible(), await page.locator('#next').isVisible()], [false, false])
    assert.equal(await page.locator('.codes').isVisible(), true)
  },
  { permissions: ['clipboard-read', 'clipboard-write'] },
)

visit(
  'without scripts recovery codes have no buttons that do nothing',
  'recovery-codes',
  async (page) => assert.equal(await page.locator('#copy').isVisible(), false),
  { javaScriptEnabled: false },
)

visit(
  'a time is in the zone of the device, where the profile names none',
  'account-overview',
  async (page) => assert.match((await page.locator('time').textContent()) ?? '', /^21 November 2025 at 13:40 (?:JST|GMT\+9)$/),
  { timezoneId: 'Asia/Tokyo' },
)

visit('on a phone the link to the authenticator app stands above the code to scan; at a desk below it', 'enrolment', async (page) => {
  const tops = async () => [(await page.locator('#otpauth').boundingBox())!.y, (await page.locator('.qr').boundingBox())!.y] as const
  await page.setViewportSize({ width: 390, height: 844 })
  const [link, picture] = await tops()
  assert.ok(link < picture)
  await page.setViewportSize({ width: 1280, height: 800 })
  const [linkAtDesk, pictureAtDesk] = await tops()
  assert.ok(pictureAtDesk < linkAtDesk)
})

visit(
  'on a phone the ways out of an account have a row of their own, each half as wide as the page',
  'account-overview',
  async (page) => {
    const boxOf = async (name: string) => (await page.locator(name).boundingBox())!
    const [person, change, out] = [await boxOf('.me'), await boxOf('#switch'), await boxOf('#sign-out')]
    assert.ok(change.y >= person.y + person.height)
    assert.equal(change.y, out.y)
    for (const { width, height } of [change, out]) assert.ok(width > 160 && height >= 44, `${width} × ${height}`)
  },
  { viewport: { width: 390, height: 844 } },
)

/** The pages for people in a real browser: WCAG 2.2 AA by axe, no sideways scrolling, their own security policy enforced. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { violations } from './axe.ts'
import { samples } from './page-samples.ts'
import { screenshot } from './screenshots.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())
const visit: Stage['visit'] = (...how) => stage.visit(...how)

describe('every page, as it is meant and as someone who means harm would fill it', () => {
  for (const name of Object.keys(samples('http://localhost')))
    test(name, async () => {
      const complaints = await stage.inspect(name, async (page) => {
        await page.locator('footer').waitFor()
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 780 })
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme })
            await screenshot(page, `${name}-${width}-${colorScheme}`)
            const rules = colorScheme === 'light' ? ['color-contrast'] : [] // the scheme changes nothing but colours
            assert.deepEqual(await violations(page, ...rules), [], `${width} px, ${colorScheme}`)
          }
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
        }
        assert.equal(await page.locator('#injected').count(), 0)
        assert.doesNotMatch(await page.title(), /^broken/)
      })
      assert.deepEqual(complaints, [])
    })
})

const account = [
  'account-overview',
  'account-profile-problem',
  'account-email',
  'account-sessions',
  'account-applications',
  'account-deletion',
]

test('everything that can be touched is at least 44 px high, and 16 px text in inputs keeps phones from zooming', async () => {
  for (const name of [
    'sign-in-problem',
    'choose-account',
    'consent',
    'leave',
    'form-post',
    'sign-out',
    'signed-out-back',
    'second-factor',
    'enrolment',
    'recovery-codes',
    'credential-offer',
    ...account,
  ])
    await visit(name, { viewport: { width: 360, height: 780 } }, async (page) => {
      await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
      for (const target of await page
        .locator('button:visible, a:visible, summary:visible, input:not([type=hidden], .unseen):visible')
        .all()) {
        const { height } = (await target.boundingBox())!
        assert.ok(height >= 44, `${name}: ${await target.evaluate((element) => element.outerHTML)} is ${height} px`)
      }
      const sizes = await page.evaluate("Array.from(document.querySelectorAll('input'), (input) => getComputedStyle(input).fontSize)")
      for (const size of sizes as string[]) assert.ok(Number.parseFloat(size) >= 16, size)
    })
})

test('text at twice its size still fits a narrow page', async () => {
  for (const name of [
    'sign-in-problem',
    'choose-account',
    'consent',
    'error',
    'hostile-consent',
    'second-factor',
    'enrolment',
    'recovery-codes',
    'credential-offer',
    ...account,
  ])
    await visit(name, { viewport: { width: 360, height: 780 } }, async (page) => {
      await page.evaluate("document.documentElement.style.fontSize = '200%'")
      assert.ok(((await page.evaluate('document.documentElement.scrollWidth')) as number) <= 360, name)
    })
})

test('the keyboard begins where the person has to act', async () => {
  for (const [name, id] of [
    ['sign-in', 'username'],
    ['sign-in-logo', 'password'],
    ['sign-in-problem', 'password'],
    ['second-factor', 'code'],
    ['second-factor-problem', 'code'],
    ['second-factor-passkey-problem', 'problem'],
    ['enrolment-problem', 'code'],
    ['account-profile-problem', 'birthdate'],
  ] as const)
    await visit(name, {}, async (page) => {
      await page.locator(`#${id}:focus`).waitFor({ timeout: 2000 })
    })
})

test('a logo of another origin is shown', async () => {
  await visit('consent', {}, async (page) => {
    await page.waitForLoadState()
    assert.equal(await page.evaluate("document.querySelector('.emblem img').naturalWidth > 0"), true)
  })
})

test('a page that leaves follows its own link to exactly that address', async () => {
  await visit('leave-exactly', {}, async (page) => {
    await page.waitForURL(/take/)
    assert.equal(page.url(), new URL(stage.exact['leave-exactly'].data.to).href)
  })
})

test('a form that posts itself delivers every field exactly, even one named submit', async () => {
  stage.taken.length = 0
  const complaints = await visit('form-post-exactly', {}, (page) => page.waitForURL(/take/))
  assert.deepEqual(Object.fromEntries(new URLSearchParams(stage.taken[0])), stage.exact['form-post-exactly'].data.fields)
  assert.deepEqual(complaints, [])
})

test('without scripts a form is posted by its button', async () => {
  stage.taken.length = 0
  await visit('form-post-exactly', { javaScriptEnabled: false }, async (page) => {
    await page.locator('#continue').click()
    await page.waitForURL(/take/)
  })
  assert.equal(stage.taken.length, 1)
})

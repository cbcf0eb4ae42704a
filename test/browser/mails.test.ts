/** Mails as a phone and a desk show them, light and dark: nothing runs over the edge, and axe finds nothing. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Mail } from '../../src/identity/links.ts'
import { renderMail } from '../../src/mail/templates.ts'
import { violations } from './axe.ts'
import { openChromium } from './chromium.ts'
import { screenshot } from './screenshots.ts'

let chromium: Browser
before(async () => {
  chromium = await openChromium()
})
after(() => chromium.close())

const token = (kind: string) => `gth_${kind}_${'x'.repeat(49)}`
const to = { to: 'ada@acme.example', username: 'ada', from: 'Acme' }
const place = { device: 'Firefox on Linux', address: '2001:db8:85a3:1234:5678:8a2e:370:7334' }
const mails: Record<string, Mail> = {
  reset: {
    ...{ ...to, kind: 'reset' },
    link: { url: `https://id.example.com/t/acme/link?token=${token('lr')}&flow=${token('fl')}`, lifetime: 3600 },
  },
  notice: {
    ...{ ...to, kind: 'factor-added', at: 1_763_700_000, zone: 'Europe/Paris', place },
    link: { url: 'https://id.example.com/t/acme/forgot-password?login=ada' },
  },
  logo: {
    ...{ ...to, kind: 'reset', logo: 'https://acme.invalid/logo.png' },
    link: { url: `https://id.example.com/t/acme/link?token=${token('lr')}`, lifetime: 3600 },
  },
  'long-names': {
    ...{ ...to, kind: 'account-deleted', username: `${'w'.repeat(60)}@acme.example`, from: 'W'.repeat(60), at: 1_763_700_000, place },
    link: undefined,
  },
}

for (const [name, mail] of Object.entries(mails))
  test(`the mail ${name}`, { timeout: 60_000 }, async () => {
    for (const width of [1280, 360]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await chromium.newPage({ viewport: { width, height: 780 }, colorScheme })
        await page.setContent(renderMail(mail).html)
        await screenshot(page, `mail-${name}-${width}-${colorScheme}`)
        assert.deepEqual(await violations(page), [], `${width} px, ${colorScheme}`)
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
        await page.close()
      }
    }
  })

/** Pictures of the pages for people to look at, in `test/browser/screenshots/`; taken only when asked for, since no test looks at them. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Taken with `GATEHOUSE_TEST_SCREENSHOTS=1`. */
export async function screenshot(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  if (process.env['GATEHOUSE_TEST_SCREENSHOTS'] === undefined) return
  await page.screenshot({ path: join(import.meta.dirname, 'screenshots', `${name}.png`), fullPage })
}

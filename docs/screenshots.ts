/** Takes the pictures of the documents anew: `npm run docs:screenshots`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import * as credentials from './credential-pictures.ts'
import * as pages from './pictures.ts'

await pages.walk(into(join(import.meta.dirname, 'images')))
await credentials.walk(into(credentials.folder))

function into(folder: string) {
  mkdirSync(folder, { recursive: true })
  return async (name: string, page: Page) => {
    // A colour that runs makes a large file, and a cursor blinks.
    await page.evaluate("document.body.style.background = 'none'; document.activeElement?.blur()")
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  }
}

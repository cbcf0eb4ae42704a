/** Takes the pictures of the documents anew: `npm run docs:screenshots`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { walk } from './pictures.ts'

const folder = join(import.meta.dirname, 'images')
mkdirSync(folder, { recursive: true })
await walk(async (name, page) => {
  // A colour that runs makes a large file, and a cursor blinks.
  await page.evaluate("document.body.style.background = 'none'; document.activeElement?.blur()")
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
})

/** What pages can do where scripts run: show passwords, count them, hand over recovery codes, and write times in the reader's own zone. All of it can be done without. */
import { readFileSync } from 'node:fs'
import { Html } from './html.ts'

export const pageScript = new Html(readFileSync(new URL('./page.js', import.meta.url), 'utf8'))

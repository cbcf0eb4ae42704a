/** One of the authorization details that a person allows or has allowed — RFC 9396 §3. */
import type { DetailWords } from '../../protocol/detail-words.ts'
import { fill, type Html, html } from './html.ts'
import { named } from './names.ts'

const words = { at: 'at {api}' }

export function detailText({ title, api, lines }: DetailWords): Html {
  return html`<bdi>${title}</bdi>${api !== undefined && html` <span class="api">${fill(words.at, { api: named(api) })}</span>`}${lines.map(([name, value]) => html`<br><bdi>${name}</bdi>: <bdi>${value}</bdi>`)}`
}

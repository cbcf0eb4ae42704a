/** What tests and automation find on the pages: the title, and each element with an id, a name, an address or a state. `node test/browser/page-elements.ts` writes the list. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '../../src/protocol/request-reply.ts'
import type { PageContext, View } from '../../src/web/pages/layout.ts'
import { renderPage, renderView } from '../../src/web/pages/pages.ts'
import { samples } from './page-samples.ts'

const path = join(import.meta.dirname, 'page-elements.txt')

const everything: PageContext = {
  ...{ tenant: 'Acme', base: '/t/acme', nonce: 'bm9uY2U', recovery: true, signUp: true, account: true, help: true },
  request: { id: 'PnP2aBcDeFgHiJkLmNoPqR', time: Date.parse('2031-05-01T12:00:00Z') / 1000 },
}
const nothing: PageContext = { ...everything, recovery: false, signUp: false, account: false, help: false }

/** As the list is stored. */
export function storedElements(): string {
  return readFileSync(path, 'utf8')
}

/** Of each sample in full, or how it differs from the sample whose name its name goes on from. Last, what differs where a tenant offers nothing but signing in. */
export function elementsOfPages(): string {
  const pages = Object.entries(samples('https://cdn.example')).filter(([name]) => !name.startsWith('hostile-'))
  const full = new Map(pages.map(([name, page]) => [name, elementsOf(page, everything)]))
  const parts = pages.map(([name, page]) => {
    const most = full.get(name) as string[]
    const base = [...full.keys()].filter((other) => name.startsWith(`${other}-`)).sort((a, b) => b.length - a.length)[0]
    const lines = base === undefined ? most : differences(full.get(base) as string[], most)
    const least = differences(most, elementsOf(page, nothing)).map((line) => `least ${line}`)
    return [`[${name}]${base === undefined ? '' : ` as ${base}, but`}`, ...lines, ...least, ''].join('\n')
  })
  return parts.join('\n')
}

function differences(before: readonly string[], after: readonly string[]): string[] {
  const extra = (some: readonly string[], others: readonly string[]) => {
    const left = [...others]
    return some.filter((line) => !left.includes(line) || left.splice(left.indexOf(line), 1).length === 0)
  }
  return [...extra(before, after).map((line) => `- ${line}`), ...extra(after, before).map((line) => `+ ${line}`)]
}

const tag = /<([a-z][a-z0-9]*)((?:\s[a-zA-Z-]+(?:="[^"]*")?)+)\s*\/?>/g
const attribute = /\s([a-zA-Z-]+)(?:="([^"]*)")?/g
const shown =
  /^(?:id|class|name|type|value|action|href|method|required|checked|selected|open|readonly|hidden|maxlength|autocomplete|label|aria-(?:current|invalid|describedby|labelledby)|role|data-(?:local|reload))$/

function elementsOf(page: Page | View, look: PageContext): string[] {
  const { html } = 'page' in page ? renderPage(page, look) : renderView(page, look)
  const body = html.replace(/^.*?<body/s, '<body').replace(/<(style|script|svg)\b.*?<\/\1>/gs, '')
  const elements = Array.from(body.matchAll(tag), ([, name, attributes = '']) => {
    const found = Array.from(attributes.matchAll(attribute), ([, key = '', value]) => ({ key, value })).filter(({ key }) => shown.test(key))
    return [name, ...found.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`))].join(' ')
  })
  return [/<title>(.*?)<\/title>/.exec(html)?.[1] ?? '', ...elements.filter((line) => line.includes(' '))]
}

if (import.meta.main) writeFileSync(path, elementsOfPages())

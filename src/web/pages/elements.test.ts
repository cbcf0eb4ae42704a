/** What is on each page, as tests and automation find it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elementsOfPages, storedElements } from '../../../test/browser/page-elements.ts'
import type { Page, Pages } from '../../protocol/request-reply.ts'
import { renderPage } from './pages.ts'

/** Tests and automation of others depend on them. After an intended change, `node test/browser/page-elements.ts` writes the list. */
test('each page has the elements, names and addresses that test/browser/page-elements.txt lists', () => {
  assert.deepEqual(elementsOfPages().split('\n'), storedElements().split('\n'))
})

const look = { tenant: 'Acme', base: '/t/acme', nonce: 'bm9uY2U', recovery: true, signUp: true, account: true }
const mainOf = (page: Page) => renderPage(page, look).html.replace(/^.*<main/s, '')

test('what is done has an icon of its kind: a mail, a device, or anything else', () => {
  const kinds = [
    ['mail-sent', 'sign-up-mail-sent'],
    ['device-allowed', 'device-refused'],
    ['request-allowed', 'password-set', 'signed-up'],
  ] as const
  const iconOf = (what: Pages['done']['what']) => /<svg.*?<\/svg>/s.exec(mainOf({ page: 'done', data: { what, flow: undefined } }))?.[0]
  const icons = kinds.map((some) => new Set(some.map(iconOf)))
  assert.deepEqual(
    icons.map(({ size }) => size),
    [1, 1, 1],
  )
  assert.equal(new Set(icons.flatMap((some) => [...some])).size, 3)
})

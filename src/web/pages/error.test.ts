/** What a person reads when a request is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pages } from '../../protocol/request-reply.ts'
import { renderPage } from './pages.ts'

const look = { tenant: 'Acme', base: '/t/acme', nonce: 'bm9uY2U', recovery: true, signUp: true, account: true }
const full = { ...look, help: true, request: { id: 'PnP2aBcDeFgHiJkLmNoPqR', time: Date.parse('2031-05-01T12:00:00Z') / 1000 } }

test('an error says whose turn it is', () => {
  const text = (code: string, status: number) =>
    renderPage({ page: 'error', data: { code, description: 'x', status, cure: 'do this' } }, full).html
  assert.match(text('not_found', 404), /<h1>Page not found<\/h1>\s*<p class="lead">There is nothing at this address/)
  assert.match(text('invalid_request', 400), /<h1>We can’t continue<\/h1>\s*<p class="lead">Go back to the application/)
  assert.match(text('server_error', 500), /<h1>We can’t continue<\/h1>\s*<p class="lead">The problem is on our side/)
  assert.match(text('not_found', 404), /<a id="home" class="button" href="\/t\/acme\/">/)
  assert.match(text('invalid_request', 400), /support[^<]*<\/p>\s*<div class="ways-out"><a id="home" href="\/t\/acme\/">/)
  assert.match(text('invalid_request', 400), /<pre id="cure" tabindex="0"><code>do this/)
  const { html } = renderPage({ page: 'error', data: { code: 'x', description: 'x', status: 400, cure: 'do this' } }, look)
  assert.doesNotMatch(html, /do this|request-id/, 'only where the server is being developed')
})

test('a refusal has a way on', () => {
  const data = { code: 'invalid_request', description: 'x', status: 400, cure: undefined }
  const wayFrom = (more: Partial<Pages['error']>, where = full) =>
    / id="([a-z-]+)" class="button" href="([^"]+)"/.exec(renderPage({ page: 'error', data: { ...data, ...more } }, where).html)?.slice(1)
  const application = { name: 'Photos', url: 'https://photos.example/' }
  assert.deepEqual(wayFrom({ wayOn: 'new-link' }), ['new-link', '/t/acme/forgot-password'])
  assert.deepEqual(wayFrom({ wayOn: 'sign-up' }), ['sign-up-again', '/t/acme/account'])
  assert.deepEqual(wayFrom({ wayOn: 'sign-out' }), ['sign-out', '/t/acme/logout'])
  assert.deepEqual(wayFrom({ application }), ['application', 'https://photos.example/'])
  assert.equal(wayFrom({ application: { ...application, url: 'javascript:x' } }), undefined)
  assert.equal(wayFrom({ wayOn: 'sign-out', status: 500 }), undefined)
  assert.equal(wayFrom({ wayOn: 'new-link' }, { ...full, recovery: false }), undefined)
})

/** The logo of a tenant: on its pages, which may load it and nothing else from elsewhere, and in its mails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tenant } from '../../src/tenant.ts'
import { testApp } from '../app.ts'
import { mailSink } from '../mail-sink.ts'

const logo = 'https://cdn.acme.example/logo.png'

test('pages and mails of a tenant show its logo, and those of others do not', async () => {
  const sink = await mailSink()
  const gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
  try {
    await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
    await gatehouse.app.tenants.set('acme', { logo_uri: logo })
    const acme = (await gatehouse.app.tenant('acme')) as Tenant
    await gatehouse.addAccount({ username: 'ada', email: 'ada@acme.example' }, 'the analytical engine', acme)

    for (const path of ['', '/forgot-password', '/authorize']) {
      const page = await fetch(`${acme.ctx.issuer}${path}`, { headers: { accept: 'text/html' } })
      assert.match(await page.text(), new RegExp(`<header class="banner">.*<img src="${logo}"`), path)
      assert.match(page.headers.get('content-security-policy') ?? '', /img-src 'self' data: https:\/\/cdn\.acme\.example;/, path)
    }
    const signIn = await gatehouse.browser().open(`${acme.ctx.issuer}/account`)
    assert.match(signIn.html, new RegExp(`<main>\\s*<header><div class="emblem[^>]*><img src="${logo}"`))
    const browser = gatehouse.browser()
    assert.doesNotMatch((await browser.open(`${gatehouse.issuer}/forgot-password`)).html, /<img/)

    await browser.open(`${acme.ctx.issuer}/forgot-password`)
    await browser.submit('forgot-password', { login: 'ada' })
    assert.match((await sink.next()).html, new RegExp(`<img [^>]*src="${logo}" width="32" height="32" alt="A">`))

    await gatehouse.app.tenants.set('acme', { logo_uri: 'https://a;sandbox/x.png' })
    const unsafe = await fetch(`${acme.ctx.issuer}/forgot-password`, { headers: { accept: 'text/html' } })
    assert.doesNotMatch((unsafe.headers.get('content-security-policy') ?? '') + (await unsafe.text()), /sandbox/)
  } finally {
    await gatehouse.close()
    await sink.close()
  }
})

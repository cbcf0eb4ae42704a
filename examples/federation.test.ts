/** The example of a relying party, in a federation of two tenants and itself, made with the commands of the guide. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fetchConfiguration } from '../src/protocol/federation/discovery.ts'
import { entitySchema } from '../src/protocol/federation/entity.ts'
import { testApp } from '../test/app.ts'
import { alice, shows } from '../test/journeys/application.ts'
import { relyingParty } from './federation.ts'

test('the example signs a person in at a provider that never heard of it, once its anchor vouches for it', async () => {
  const gatehouse = await testApp('sqlite', {}, undefined, Date.now)
  const { tenants } = gatehouse.app
  await tenants.create({ slug: 'anchor', name: 'Trust anchor' })
  for (const slug of ['', 'anchor']) await tenants.set(slug, { federation: true })
  const [provider, anchor] = await Promise.all([gatehouse.app.tenant(''), gatehouse.app.tenant('anchor')])
  const { id, close } = await relyingParty({ issuer: gatehouse.issuer, anchor: anchor!.ctx.issuer, port: 0 })
  try {
    await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
    const add = async (tenant: typeof provider, role: string, entity_id: string) => {
      const jwks = { keys: (await fetchConfiguration(provider!.ctx, entity_id)).keys }
      await tenant!.store.federation.put(entitySchema.parse({ role, entity_id, jwks }))
    }
    await add(provider, 'anchor', anchor!.ctx.issuer)
    await add(anchor, 'subordinate', id)
    const browser = gatehouse.browser()
    const start = await fetch(id, { redirect: 'manual' })
    assert.ok(shows(await browser.open(start.headers.get('location') as string), 'sign-in'))
    const consent = await browser.submit('sign-in', { ...alice })
    assert.ok(shows(consent, 'consent') && consent.html.includes('An application of the federation'))
    const done = await browser.submit('consent', { answer: 'allow' })
    const answer = await (await fetch(done.url)).text()
    assert.match(answer, /^Signed in: /)
    assert.ok(answer.includes(`"aud": "${id}"`))
  } finally {
    close()
    await gatehouse.close()
  }
})

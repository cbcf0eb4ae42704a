/** The example wallet, with an offer of a server as it is started. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setGlobalConfig } from '@openid4vc/oauth2'
import { z } from 'zod'
import { makeOffer } from '../src/protocol/credential-offer.ts'
import { resourceSchema } from '../src/protocol/resource.ts'
import { testApp } from '../test/app.ts'
import { aWallet, badge, declare, readSdJwt } from '../test/journeys/credential-setup.ts'
import { fetchCredential } from './wallet.ts'

z.config({ customError: undefined }) // the wallet's library words the errors of this whole process

setGlobalConfig({ allowInsecureUrls: true })

for (const by of ['byReference', 'byValue'] as const)
  test(`the example gets a credential by an offer ${by}`, async () => {
    const gatehouse = await testApp('sqlite')
    try {
      const subject = await gatehouse.addAccount({ username: 'ada', claims: { given_name: 'Ada' } })
      await declare(gatehouse.root, badge)
      await gatehouse.addClient({ ...aWallet, client_id: 'my-wallet' })
      const { ctx } = (await gatehouse.app.tenant(''))!
      const offer = (await makeOffer(ctx, { configurations: [badge.id], subject, txCode: true, lifetime: 600 }))!
      const { disclosed } = readSdJwt(await fetchCredential(offer[by], offer.txCode))
      assert.deepEqual(disclosed, { given_name: 'Ada', groups: [] })
    } finally {
      await gatehouse.close()
    }
  })

test('the example gets a credential where the issuer is a registered API, too, as in development mode', async () => {
  const gatehouse = await testApp('sqlite')
  try {
    const subject = await gatehouse.addAccount({ username: 'ada', claims: { given_name: 'Ada' } })
    await declare(gatehouse.root, badge)
    await gatehouse.root.store.resourcesAdmin.add(resourceSchema.parse({ identifier: gatehouse.issuer, name: 'API' }), undefined)
    await gatehouse.addClient({ ...aWallet, client_id: 'my-wallet' })
    const { ctx } = (await gatehouse.app.tenant(''))!
    const offer = (await makeOffer(ctx, { configurations: [badge.id], subject, txCode: true, lifetime: 600 }))!
    const { disclosed } = readSdJwt(await fetchCredential(offer.byReference, offer.txCode))
    assert.deepEqual(disclosed, { given_name: 'Ada', groups: [] })
  } finally {
    await gatehouse.close()
  }
})

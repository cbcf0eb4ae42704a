import { explicit, federationRedirect, registerExplicitly } from '../../src/actors/federation.ts'
import { decode } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.2',
  level: 'MUST',
  title: 'A relying party that registered explicitly signs people in with the client_id and secret that it was told',
  needs: ['code flow'],
  async run(context) {
    const { app, registration } = await explicit(context, { metadata: { token_endpoint_auth_method: 'client_secret_basic' } })
    const { claims } = decode(accepted(await registerExplicitly(context, await registration())).body)
    const { openid_relying_party: told } = claims['metadata'] as { openid_relying_party: { client_id: string; client_secret?: string } }
    demand(typeof told.client_secret === 'string', 'the metadata has no client_secret')
    const client = { ...told, token_endpoint_auth_method: 'client_secret_basic', private_key: undefined } as const
    const tokens = await app.with({ ...client, redirect_uris: [federationRedirect] }).tokens({ scope: 'openid' })
    await context.idToken(tokens)
  },
})

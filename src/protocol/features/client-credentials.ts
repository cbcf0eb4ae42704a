/** Client credentials grant — RFC 6749 §4.4. */
import { scopesOf, usualScope } from '../client.ts'
import { refuse } from '../errors.ts'
import type { Feature, GrantType } from '../feature.ts'
import { refuseScope } from '../refused-scope.ts'

/** Scopes about a person; this grant has none. */
const personal = new Set(['openid', 'offline_access'])

const grantType: GrantType = {
  name: 'client_credentials',
  async redeem(_ctx, { params, client }) {
    if (client.token_endpoint_auth_method === 'none') refuse('unauthorized_client', 'this grant_type is for clients that authenticate') // §4.4
    const registered = scopesOf(client).filter((s) => !personal.has(s))
    const asked = params.words('scope')
    refuseScope(asked, registered)
    const unasked = registered.filter((s) => !usualScope.split(' ').includes(s)) // of no use to a machine, though it is registered for them
    return { client, subject: client.client_id, scope: asked.length > 0 ? asked : unasked, refresh: { kind: 'none' } } // §4.4.3
  },
}

export function clientCredentials(): Feature {
  return { id: 'clientCredentials', spec: 'RFC 6749 §4.4', requires: ['token'], grantTypes: [grantType] }
}

/** Leading people straight to another provider: `idp_hint` names a connection; an address in `login_hint` does by its domain — OpenID Connect Core §3.1.2.1. */
import { domainOf } from '../email-address.ts'
import type { Feature } from '../feature.ts'

export function providerHint(): Feature {
  return {
    id: 'providerHint',
    spec: 'OpenID Connect Core §3.1.2.1 (idp_hint, a parameter of ours)',
    requires: ['authorizationCode'],
    readRequest(_ctx, { params }): Record<string, string> {
      const hint = params.get('idp_hint')
      return hint !== undefined && /^[a-z0-9-]{1,63}$/.test(hint) ? { idp_hint: hint } : {}
    },
    async ledTo(ctx, { extensions, loginHint }) {
      const upstreams = await ctx.people.upstreams()
      const domain = loginHint === undefined ? undefined : domainOf(loginHint)
      const found = upstreams.find(
        ({ name, domains }) => name === extensions['idp_hint'] || (domain !== undefined && domains.includes(domain)),
      )
      return found?.name
    },
  }
}

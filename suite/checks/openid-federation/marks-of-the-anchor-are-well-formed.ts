import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

const type = 'https://nobody.example/has-this'
const sub = 'https://owner.example'
const jwks = { keys: [] }

export default check({
  clause: 'OpenID Federation §3.5',
  level: 'MUST',
  title: 'A trust chain whose anchor has malformed trust_mark_issuers or trust_mark_owners is rejected',
  needs: ['code flow'],
  async run(context) {
    const stated = (claims: object) => signIn(context, { unpublished: true }, { anchor: { claims: { ...claims } } })
    for (const trust_mark_issuers of ['text', [], { [type]: sub }, { [type]: ['issuer'] }, { [type]: {} }])
      notAuthorized(await stated({ trust_mark_issuers }))
    for (const one of [sub, null, { sub }, { jwks }, { sub: 'owner', jwks }, { sub, jwks: [] }])
      notAuthorized(await stated({ trust_mark_owners: { [type]: one } }))
    for (const trust_mark_owners of ['text', []]) notAuthorized(await stated({ trust_mark_owners }))
    redirected(await stated({ trust_mark_issuers: { [type]: [], other: [sub] }, trust_mark_owners: { [type]: { sub, jwks } } }))
  },
})

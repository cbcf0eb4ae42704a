import { detailType } from '../../src/actors/details.ts'
import { isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §9',
  level: 'MUST',
  title: 'An API learns the granted authorization_details from the token or at introspection',
  needs: ['code flow', 'authorization details', 'two resources', 'introspection'],
  async run({ app, forApi, introspect, metadata, verify }) {
    const type = detailType(metadata)
    const authorization_details = JSON.stringify([{ type, actions: ['read'] }])
    const { access_token } = await app().tokens({ ...forApi(), authorization_details })
    const said = isJwt(access_token) ? (await verify(access_token)).claims : {}
    const told = said['authorization_details'] ?? active(await introspect(access_token))['authorization_details']
    demand(Array.isArray(told) && told.some((detail) => detail?.type === type), `authorization_details is ${JSON.stringify(told)}`)
  },
})

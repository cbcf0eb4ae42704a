import { detailType } from '../../src/actors/details.ts'
import { check } from '../../src/check.ts'
import { demand, granted, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §7',
  level: 'MUST',
  title: 'The response to a refresh has the authorization_details that were granted',
  needs: ['code flow', 'authorization details', 'refresh tokens', 'two resources'],
  async run({ app, forApi, metadata }) {
    const type = detailType(metadata)
    const { scope = '', ...resource } = forApi()
    const offline = app().registration.scope.includes('offline_access') ? `openid offline_access ${scope}` : `openid ${scope}`
    const asked = { ...resource, scope: offline, authorization_details: JSON.stringify([{ type }]) }
    const first = await app().offline(asked)
    const told = (reply: typeof first.reply) => JSON.stringify(json(reply)['authorization_details'])
    demand(told(first.reply)?.includes(type), `with the code, authorization_details is ${told(first.reply)}`)
    const { reply } = granted(await app().refresh(first.refresh_token))
    demand(told(reply) === told(first.reply), `with the refresh, authorization_details is ${told(reply)}`)
  },
})

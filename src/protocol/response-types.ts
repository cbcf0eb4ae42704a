/** Response types that send tokens through the browser, and what they demand of a client — OpenID Connect Core §3.2, §3.3, Registration §2. */
import { mustBind } from './client-binding.ts'

export const frontChannelTypes = ['id_token', 'token', 'id_token token', 'code id_token', 'code token', 'code id_token token'] as const
export type FrontChannelType = (typeof frontChannelTypes)[number]

interface Registered {
  grant_types: readonly string[]
  response_types: readonly string[]
  redirect_uris: readonly string[]
  application_type: 'web' | 'native'
}

type Path = (string | number)[]

/** Registration §2: `application_type` */
function isOnTheWeb(uri: string): boolean {
  const url = uri.startsWith('https:') ? URL.parse(uri) : null
  return url !== null && url.hostname !== 'localhost'
}

/** What is wrong with the registration of a client for them. */
export function frontChannelProblems(client: Registered & Parameters<typeof mustBind>[0]): [path: Path, message: string][] {
  const { grant_types: grantTypes, redirect_uris: uris, application_type: application } = client
  const types = frontChannelTypes.filter((name) => client.response_types.includes(name)).map((name) => name.split(' '))
  const isImplicit = grantTypes.includes('implicit')
  const lacks = (grantType: string) => !grantTypes.includes(grantType)
  const has = (word: string) => types.some((words) => words.includes(word))
  const rules: [isBroken: boolean, path: Path, message: string][] = [
    [types.length > 0 && lacks('implicit'), ['grant_types'], 'must have implicit for these response_types'],
    [has('code') && lacks('authorization_code'), ['grant_types'], 'must have authorization_code for these response_types'],
    [isImplicit && uris.length === 0, ['redirect_uris'], 'at least one is needed for the implicit grant type'],
    ...uris.map((uri, i): (typeof rules)[number] => {
      const isInsecure = isImplicit && application === 'web' && !isOnTheWeb(uri)
      return [isInsecure, ['redirect_uris', i], 'must be https for the implicit grant type, and not on localhost']
    }),
    [has('token') && mustBind(client), ['response_types'], 'must have no token: what comes through the browser cannot be bound to a key'],
  ]
  return rules.filter(([isBroken]) => isBroken).map(([, path, message]) => [path, message])
}

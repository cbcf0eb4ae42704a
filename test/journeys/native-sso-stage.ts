/** Applications of one vendor on a device, and what they get for a shared sign-in. */
import { resourceSchema } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Answer, type Application, alice, application, callback, type Fields } from './application.ts'

export const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const actor_token_type = 'urn:openid:params:token-type:device-secret'
export const subject_token_type = 'urn:ietf:params:oauth:token-type:id_token'
export const access = 'urn:ietf:params:oauth:token-type:access_token'
export const scope = 'openid profile device_sso offline_access'
export const stock = 'https://stock.example'
export const unknown = 'actor_token is unknown, expired or revoked, or of an application that this client does not share sign-ins with'

export const draft = { FEATURES_NATIVE_SSO_DRAFT07: 'true' }
export const native = {
  ...{ application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: [callback] },
  grant_types: ['authorization_code', 'refresh_token', grant_type],
  scope: `${scope} email stock:read`,
}
export const acme = { policy: { device_sso_group: 'acme' } }

export type Tokens = Answer['body']

export const exchangedAt = (audience: string, by: Application, { id_token, device_secret }: Tokens, fields: Fields = {}) =>
  by.post('/token', {
    ...{ grant_type, subject_token: id_token, subject_token_type, actor_token: device_secret, actor_token_type, audience },
    ...fields,
  })
export const said = ({ body }: Answer) => [body.error, body.error_description]

export interface NativeStage {
  gatehouse: TestApp
  /** Of one group, of another one, and of none. */
  mail: Application
  calendar: Application
  stranger: Application
  alone: Application
  /** Of alice. */
  subject: string
  /** Tokens of mail. */
  signedIn(fields?: Fields): Promise<Tokens>
  /** For calendar, unless by another. */
  exchange(tokens: Tokens, fields?: Fields, by?: Application): Promise<Answer>
}

export async function nativeStage(engine: Engine): Promise<NativeStage> {
  const gatehouse = await testApp(engine, draft)
  const { addClient, root } = gatehouse
  await root.store.resourcesAdmin.add(resourceSchema.parse({ identifier: stock, name: 'Stock', scopes: { 'stock:read': 'See stock' } }))
  await addClient({ ...native, ...acme, client_id: 'mail', client_name: 'Acme Mail' })
  await addClient({ ...native, ...acme, client_id: 'calendar', client_name: 'Acme Calendar' })
  await addClient({ ...native, client_id: 'stranger', policy: { device_sso_group: 'other' } })
  await addClient({ ...native, client_id: 'alone' })
  const subject = await gatehouse.addAccount({ username: alice.username }, alice.password)
  const of = (id: string) => application(gatehouse, { id, scope })
  const [mail, calendar] = [of('mail'), of('calendar')]
  return {
    ...{ gatehouse, subject, mail, calendar, stranger: of('stranger'), alone: of('alone') },
    signedIn: (fields = {}) => mail.tokens(gatehouse.browser(), fields),
    exchange: (tokens, fields = {}, by = calendar) => exchangedAt(gatehouse.issuer, by, tokens, fields),
  }
}

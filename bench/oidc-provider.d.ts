/** The little of oidc-provider that the bench uses; it brings no types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  interface Kept {
    save(ttl: number): Promise<string>
  }
  interface Grant extends Kept {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
  }
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    Client: { find(id: string): Promise<object | undefined> }
    Grant: new (of: {
      accountId: string
      clientId: string
    }) => Grant
    AuthorizationCode: new (
      of: object,
    ) => Kept
  }
}

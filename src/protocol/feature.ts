/** What a specification may add to the server: things looked up by name, and moments in the two journeys. */
import type { Client } from './client.ts'
import type { Params } from './params.ts'
import type { AccessToken, Binding, ClientAuth, Code, Ctx, Endpoint, GrantType, Issuance, Request, Resource, ResponseMode } from './types.ts'

/** One specification: everything it adds to the server. These are all the seams there are. */
export interface Feature {
  id: string
  /** The specification, with its section where it is one of several. */
  spec: string
  requires?: readonly string[]

  // Things looked up by name.
  endpoints?: readonly Endpoint[]
  grantTypes?: readonly GrantType[]
  clientAuth?: readonly ClientAuth[]
  responseModes?: readonly ResponseMode[]
  /** Parameters that may be sent several times. */
  mayRepeat?: readonly string[]
  /** Scopes it gives a meaning, in words for the consent page. */
  scopes?: Readonly<Record<string, string>>

  // Moments in the two journeys. Each reads only its own parameters, so order cannot matter.
  /** Authorization request: check own parameters, return what must be remembered. */
  readRequest?(params: Params, client: Client): Record<string, string>
  /** Authorization response: parameters to add. */
  respond?(ctx: Ctx): Record<string, string>
  /** Token request: what the sender proved to hold. */
  proveSender?(ctx: Ctx, request: Request, client: Client): Promise<Binding | undefined>
  /** Code redemption: does the redeemer match the requester? */
  checkCode?(code: Code, ask: { params: Params; binding: Binding | undefined }): void
  /** Token request: which resources the access token is for. At most one feature answers. */
  aim?(ctx: Ctx, ask: { params: Params; issuance: Issuance }): Promise<readonly Resource[]>
  /** Token response: members to add. */
  respondToken?(ctx: Ctx, about: { issuance: Issuance; access: AccessToken; accessToken: string }): Promise<Record<string, unknown>>

  /** Facts to advertise that no table above already tells. RFC 8414 §2. */
  metadata?(ctx: Ctx): Readonly<Record<string, unknown>>
}

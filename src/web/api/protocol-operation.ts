/** What the OpenAPI document says of an endpoint of the protocol. */

export interface ProtocolOperation {
  summary: string
  /** The specification, with its section where it is one of several. */
  spec: string
  tag: string
  /** Parameters of the form or the query; those whose names end with `*` are required. */
  form?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  /** What the JSON object of the request is. */
  json?: string
  /** Members of the JSON answer, or the media type of another one. */
  answer: { properties: Readonly<Record<string, object>>; required?: readonly string[] } | 'nothing' | 'browser' | `${string}/${string}`
  /** Which token is needed, in place of a client's authentication. */
  needs?: 'access_token'
}

export type ProtocolOperations = Readonly<Record<string, ProtocolOperation>>

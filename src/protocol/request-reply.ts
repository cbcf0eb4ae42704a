/** Requests and replies, independent of the HTTP library, and the pages that the rules can ask for. */
import type { AuditEvent } from './audit-events.ts'
import type { DetailWords } from './detail-words.ts'
import type { ApplicationHome, OAuthError } from './errors.ts'
import type { Params } from './params.ts'

/** A request, independent of the HTTP library. */
export interface Request {
  /** As in the log. */
  id: string
  method: string
  /** The endpoint as published: issuer and path, without query. */
  url: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Query of a GET, form body of a POST. */
  params: Params
  browser: Browser
  /** IP address of the caller, as reported by trusted proxies. */
  address: string
  /**
   * The certificate of the TLS client, then what came of its chain, DER; empty when what came cannot be read. Undefined: none was presented,
   * or not by the connection or a trusted proxy.
   */
  certificates: readonly Uint8Array[] | undefined
}

/** What a request carries beside its parameters. */
export interface RequestBody {
  /** JSON as it was sent, not yet read; undefined: none was. */
  json: string | undefined
  /** A JWT as it was sent, where the endpoint takes one; an entity statement or a trust chain, where it takes those. */
  jwt?: string | undefined
  /** Values of the `:names` in the path. */
  path: Readonly<Record<string, string>>
  /** The query of the address, also of a request with a body. */
  query(): Params
}

/** What this server stores in a browser's cookies. */
export interface Browser {
  /** Binds a flow to the browser that began it. */
  readonly id: string | undefined
  /** Session ids, the active one first. */
  readonly sessions: readonly string[]
  /** Marks a browser in which somebody has signed in before. */
  readonly device: string | undefined
}

/** A reply. Only `web/` turns it into HTTP. `remember` changes the cookies. */
export type Reply = (JsonReply | TextReply | RedirectReply | PageReply) & {
  headers?: Readonly<Record<string, string | string[]>>
  remember?: Partial<Browser>
  /** For the audit log. */
  auditEvents?: readonly AuditEvent[]
  /** For the log: a refusal that travels to the client. */
  refusal?: { error: OAuthError; clientId: string | undefined }
}

export interface JsonReply {
  kind: 'json'
  status: number
  /** Absent: an empty body. */
  body?: object
}

/** Text made once or elsewhere: a metadata document, a JWT. */
export interface TextReply {
  kind: 'text'
  status: number
  /** Media type. */
  type: string
  text: string
  /** Pages of other sites may show it in a frame. */
  framed?: true
}

export interface RedirectReply {
  kind: 'redirect'
  to: string
  /** In place of 303. */
  status?: 302
}

export type PageReply = { kind: 'page'; status?: number } & Page

export type Page = { [N in keyof Pages]: { page: N; data: Pages[N] } }[keyof Pages]

/** Every page the rules can ask for, and what it shows. */
export interface Pages {
  'sign-in': {
    flow: string
    /** Other providers to sign in through. */
    upstreams: readonly { name: string; label: string }[]
    application: Application
    /** The initial value of the name field. */
    loginHint: string | undefined
    problem: string | undefined
    /** There were too many attempts. */
    throttled?: true
    /** Options for a passkey assertion, as JSON. */
    passkey: string
    /** True when another account of this browser could be chosen instead. */
    canChoose: boolean
  }
  /** What was typed before is shown again, except the password. */
  'sign-up': {
    flow: string
    application: Application
    email: string | undefined
    name: string | undefined
    /** The attributes that the tenant asks for, and the values that were typed, by name. */
    asked: readonly Question[]
    typed: Readonly<Record<string, string>>
    /** `field`: the field to correct, if any. */
    problem: { text: string; field?: 'email' | 'name' | 'password' } | undefined
    /** Problems of the attributes, by field name. */
    faults: Readonly<Record<string, string>>
    canChoose: boolean
  }
  /** Opened by a link in a mail. `mustProve`: in another browser than that of the sign-up, so the password is asked for. */
  'confirm-sign-up': { token: string; flow: string | undefined; email: string; mustProve: boolean; problem: string | undefined }
  'choose-account': { flow: string; application: Application; accounts: readonly Person[] }
  /** The client demands an assignment, and this person has none. */
  'not-assigned': { flow: string; application: Application; person: Person }
  /** An administrator set the password, so the person must choose a new one. */
  'new-password': { flow: string; application: Application; person: Person; problem: string | undefined }
  /** `totp`, `recovery`: an authenticator app, recovery codes to be used; `passkey`: options for a passkey assertion, as JSON. */
  'second-factor': {
    flow: string
    application: Application
    person: Omit<Person, 'sid'>
    totp: boolean
    passkey: string | undefined
    recovery: boolean
    problem: string | undefined
  }
  /** A second factor is required and not set up yet. */
  enrolment: {
    flow: string
    application: Application
    person: Omit<Person, 'sid'>
    totp: TotpOffer
    passkey: string
    /** A passkey that was made and refused, as JSON. */
    unknown?: string | undefined
    problem: string | undefined
  }
  /** Shown once; `next`: where to go on. */
  'recovery-codes': { codes: readonly string[]; next: string }
  /** `link`: opens a wallet; `next`: where to go on. */
  'credential-offer': { credential: string; link: string; txCode: string; minutes: number; next: string }
  /** `to`: the redirect URI; `unproven`: it registered itself, and nobody has signed in to it yet. */
  consent: {
    flow: string
    application: Application
    person: Person
    scopes: readonly ScopeLine[]
    to: string
    unproven: boolean
    details?: readonly ConsentItem[]
    comparison?: Comparison | undefined
  }
  /** Where a person types the code that a device shows. RFC 8628 §3.3 */
  device: { userCode: string | undefined; problem: string | undefined }
  /** Leaves for the application after a form was posted: a link that follows itself. */
  leave: { application: Application; to: string; isProvider?: true }
  /** OAuth 2.0 Form Post Response Mode: a form that posts itself. */
  'form-post': { application: Application; action: string; fields: Readonly<Record<string, string>> }
  'sign-out': { token: string; person: Person; fields: Readonly<Record<string, string>> }
  /** `stayed`: the person chose not to sign out. `frames`: loaded before the browser goes on. OpenID Connect Front-Channel Logout §2 */
  'signed-out': { application: Application | undefined; to: string | undefined; stayed: boolean; frames?: readonly string[] }
  /** `flow`: the token of the flow to return to. */
  'forgot-password': { flow: string | undefined; login: string | undefined; problem: string | undefined }
  /** Opened by a link in a mail; `token` is its secret. */
  'choose-password': {
    token: string
    kind: 'reset' | 'invitation'
    username: string
    person: Omit<Person, 'sid'>
    /** The token of the flow in which the link was asked for. */
    flow?: string | undefined
    problem: string | undefined
  }
  'confirm-email': { token: string; email: string; person: Omit<Person, 'sid'> }
  /** `account`: at the provider, as it is named there. */
  'confirm-connection': { token: string; flow: string; provider: string; account: string | undefined; person: Omit<Person, 'sid'> }
  /** `flow`: the token of the flow to go on with. */
  done: {
    what:
      | 'mail-sent'
      | 'sign-up-mail-sent'
      | 'signed-up'
      | 'password-set'
      | 'email-confirmed'
      | 'device-allowed'
      | 'device-refused'
      | 'request-allowed'
      | 'request-refused'
    flow: string | undefined
  }
  /** `cure`: a command that mends it, for development mode; `application`: the one to go back to. */
  error: {
    code: string
    description: string
    status: number
    cure: string | undefined
    wayOn?: WayOn | undefined
    application?: ApplicationHome | undefined
  }
}

/** How a person goes on after a refusal: with a new link, by signing up again, by signing out. */
export type WayOn = 'new-link' | 'sign-up' | 'sign-out'

export interface Application {
  name: string
  /** The account page of this server. */
  own?: true
  /** The host of its metadata document, where it is known by one. */
  host?: string | undefined
  clientUri: string | undefined
  logoUri: string | undefined
  policyUri: string | undefined
  tosUri: string | undefined
}

/** A provider that people can sign in through. */
export interface SignInUpstream {
  /** Of its connection. */
  name: string
  /** On its button. */
  label: string
  /** People with an address of these domains are led straight to it. */
  domains: readonly string[]
}

export interface Person {
  /** Identifies the session in forms; not secret. */
  sid: string
  name: string
  detail: string | undefined
}

/** What a device shows, and the IP address it asks from: the person must see that it is their own. RFC 8628 §5.4 */
export type Comparison =
  | { kind: 'code'; code: string; address: string }
  /** What the client shows too, if it shows anything. CIBA Core §7.1 */
  | { kind: 'message'; message: string | undefined; address: string }

/** Something that a person is asked to allow, besides scopes. */
export interface ConsentItem extends DetailWords {
  /** How the grant holds it. */
  detail: string
  /** The grant holds it already. */
  known: boolean
  /** People are asked each time, although the grant holds it. */
  eachTime: boolean
}

export interface ScopeLine {
  name: string
  description: string
  /** Name of the API where it is allowed; undefined: at this server. */
  api: string | undefined
  /** True when the person allowed it before. */
  known: boolean
}

/** An attribute that a tenant has defined for its people, as forms ask for it. A bound is undefined when the tenant set none. */
export interface Question {
  name: string
  title?: string | undefined
  description?: string | undefined
  /** list: several texts. */
  type: 'string' | 'number' | 'boolean' | 'date' | 'enum' | 'list'
  required: boolean
  /** enum: the allowed values. */
  values?: readonly string[] | undefined
  /** string: the allowed lengths, in characters. */
  max_length?: number | undefined
  min?: number | undefined
  max?: number | undefined
}

/** `secret`: to be typed into the app; `uri`: to be scanned or followed; `draft`: posted back by our page. */
export interface TotpOffer {
  secret: string
  uri: string
  draft: string
}

/** What is asked and what is answered, freed of HTTP machinery; and every page the rules can ask for. */
import type { AuditEvent } from './audit-events.ts'
import type { Params } from './params.ts'
import type { Question, TotpOffer } from './ports.ts'

/** What was asked, freed of HTTP machinery. */
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
  /** IP address of whoever asks, as trusted proxies tell it. */
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
  /** Values of the `:names` in the path. */
  path: Readonly<Record<string, string>>
}

/** What a browser remembers for us in cookies. */
export interface Browser {
  /** Binds a flow to the browser that began it. */
  readonly id: string | undefined
  /** Session ids, the active one first. */
  readonly sessions: readonly string[]
  /** Marks a browser in which somebody has signed in before. */
  readonly device: string | undefined
}

/** What to answer. `web/` turns each kind into HTTP; no other room knows how. `remember` changes what the browser keeps. */
export type Reply = (JsonReply | TextReply | RedirectReply | PageReply) & {
  headers?: Readonly<Record<string, string | string[]>>
  remember?: Partial<Browser>
  /** For the audit log. */
  auditEvents?: readonly AuditEvent[]
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
}

export interface RedirectReply {
  kind: 'redirect'
  to: string
}

export type PageReply = { kind: 'page'; status?: number } & Page

export type Page = { [N in keyof Pages]: { page: N; data: Pages[N] } }[keyof Pages]

/** Every page the rules can ask for, and what it shows. */
export interface Pages {
  'sign-in': {
    flow: string
    application: Application
    /** What to write into the name field at first. */
    loginHint: string | undefined
    problem: string | undefined
    /** What the browser is asked for a passkey, as JSON. */
    passkey: string
    /** True when another account of this browser could be chosen instead. */
    canChoose: boolean
  }
  /** What was typed before is shown again, but for the password. */
  'sign-up': {
    flow: string
    application: Application
    email: string | undefined
    name: string | undefined
    /** What the tenant asks of everybody, and what of it was typed, by name. */
    asked: readonly Question[]
    typed: Readonly<Record<string, string>>
    /** `field`: what must be typed otherwise, if anything. */
    problem: { text: string; field?: 'email' | 'name' | 'password' } | undefined
    /** What is wrong with what is asked, by name of the field. */
    faults: Readonly<Record<string, string>>
    canChoose: boolean
  }
  /** Behind a link in a mail. `mustProve`: it was opened in another browser than that of the sign-up, so the password is asked for. */
  'confirm-sign-up': { token: string; flow: string | undefined; email: string; mustProve: boolean; problem: string | undefined }
  'choose-account': { flow: string; application: Application; accounts: readonly Person[] }
  /** The password was set by somebody else: the person chooses an own one. */
  'new-password': { flow: string; application: Application; person: Person; problem: string | undefined }
  /** `totp`, `recovery`: an authenticator app, recovery codes to be used; `passkey`: what the browser is asked, as JSON. */
  'second-factor': {
    flow: string
    application: Application
    person: Omit<Person, 'sid'>
    totp: boolean
    passkey: string | undefined
    recovery: boolean
    problem: string | undefined
  }
  /** A second factor is required, and there is none yet. */
  enrolment: {
    flow: string
    application: Application
    person: Omit<Person, 'sid'>
    totp: TotpOffer
    passkey: string
    problem: string | undefined
  }
  /** Shown once; `next`: where to go on. */
  'recovery-codes': { codes: readonly string[]; next: string }
  /** `to`: the redirect URI; `unproven`: it registered itself, and nobody has signed in to it yet. */
  consent: { flow: string; application: Application; person: Person; scopes: readonly ScopeLine[]; to: string; unproven: boolean }
  /** Leaves for the application after a form was posted: a link that follows itself. */
  leave: { application: Application; to: string }
  /** OAuth 2.0 Form Post Response Mode: a form that posts itself. */
  'form-post': { application: Application; action: string; fields: Readonly<Record<string, string>> }
  'sign-out': { token: string; person: Person; fields: Readonly<Record<string, string>> }
  /** `stayed`: the person chose not to sign out. */
  'signed-out': { application: Application | undefined; to: string | undefined; stayed: boolean }
  /** `flow`: the ticket of the visit to go back to. */
  'forgot-password': { flow: string | undefined; login: string | undefined; problem: string | undefined }
  /** Behind a link in a mail; `token` is its secret. */
  'choose-password': {
    token: string
    kind: 'reset' | 'invitation'
    username: string
    person: Omit<Person, 'sid'>
    problem: string | undefined
  }
  'confirm-email': { token: string; email: string; person: Omit<Person, 'sid'> }
  done: { what: 'mail-sent' | 'sign-up-mail-sent' | 'signed-up' | 'password-set' | 'email-confirmed'; flow: string | undefined }
  error: { code: string; description: string; status: number }
}

export interface Application {
  name: string
  clientUri: string | undefined
  logoUri: string | undefined
  policyUri: string | undefined
  tosUri: string | undefined
}

export interface Person {
  /** Which session this is, for forms; not secret. */
  sid: string
  name: string
  detail: string | undefined
}

export interface ScopeLine {
  name: string
  description: string
  /** Name of the API where it is allowed; undefined: at this server. */
  api: string | undefined
  /** True when the person had allowed it before. */
  known: boolean
}

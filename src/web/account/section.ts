/** A section of the account page as a value: its content and its actions. */

import type { Account } from '../../identity/account.ts'
import type { AuditEventType as AuditAct } from '../../protocol/audit-events.ts'
import type { Browser, Reply, Request } from '../../protocol/request-reply.ts'
import type { Session } from '../../protocol/types.ts'
import type { ViewReply, WebTenant } from '../http/route.ts'
import type { SectionState } from '../pages/account/overview.ts'
import type { Html } from '../pages/html.ts'

/** A request of a signed-in person for their own account. Sections act on this account only. */
export interface AccountRequest {
  tenant: WebTenant
  request: Request
  /** The browser's live sessions; the first is this account's. */
  sessions: readonly Session[]
  session: Session
  account: Account
  /** Whether the sign-in is recent enough for sensitive actions. */
  fresh: boolean
}

/** An action that was not done. What was typed is displayed again, except secrets. */
export interface Refused {
  /** For the whole form. */
  problem?: string
  /** By name of the field. */
  faults?: Readonly<Record<string, string>>
  /** 422 when absent. */
  status?: number
  headers?: Readonly<Record<string, string>>
  /** Whether it is recorded in the audit log: somebody may be guessing. */
  auditEvent?: boolean
}

export type RefusedAction = Refused & { act: string | undefined }

/**
 * The result of an action. `done`: the section's notice to display; `target`: what it acted on, for the audit log, when not the account.
 * `refused`: the section again. `reply`: anything else; `unfinished`: nothing is done yet.
 */
export type Outcome =
  | { done: string; target?: string; remember?: Partial<Browser> }
  | { refused: Refused }
  | { reply: Reply | ViewReply; unfinished?: true }

/** An action of a section, run when its form is posted. */
export interface SectionAction {
  /** Requires a recent sign-in. */
  sensitive: boolean
  /** Its event in the audit log. */
  audit: AuditAct
  /** The second factor that it is about, for the audit log. */
  factor?: 'totp' | 'passkey'
  /** Whether this tenant offers it; always when absent. */
  offered?(tenant: WebTenant): boolean
  run(accountRequest: AccountRequest): Promise<Outcome>
}

/** The content of a section. `images`: sources that the page's policy must allow. */
export interface Content {
  body: Html
  images?: string | undefined
  /** Runs once the page has loaded. */
  script?: Html | readonly Html[]
}

export interface Section {
  /** Served at `/account/NAME`. */
  name: string
  title: string
  /** One line, for the overview. */
  summary: string
  /** Whether this tenant offers it; always when absent. */
  offered?(tenant: WebTenant): boolean
  /** How it stands, for the overview; its summary when absent. */
  state?(accountRequest: AccountRequest): Promise<SectionState>
  /** `refused`: the action that was just refused; without one when the form was posted for another account. */
  show(accountRequest: AccountRequest, refused: RefusedAction | undefined): Promise<Content>
  /** What the section contributes to the download of personal data, without secrets. */
  personalData?(accountRequest: AccountRequest): Promise<Readonly<Record<string, unknown>>>
  /** Posted to `/account/NAME/ACT`. */
  actions: Readonly<Record<string, SectionAction>>
  /** Sentences for what has been done. */
  notices: Readonly<Record<string, string>>
}

/** A section of the account page as a value: what it shows, and what can be done in it. */

import type { Account } from '../../identity/account.ts'
import type { AuditEventType as AuditAct } from '../../protocol/audit-events.ts'
import type { Browser, Reply, Request } from '../../protocol/request-reply.ts'
import type { Session } from '../../protocol/types.ts'
import type { ViewReply, WebTenant } from '../http/route.ts'
import type { Html } from '../pages/html.ts'

/** Somebody who is signed in and looks at their own account. Whatever a section does, it does to this account alone. */
export interface AccountRequest {
  tenant: WebTenant
  request: Request
  /** All that are live at this browser; the first is that of this account. */
  sessions: readonly Session[]
  session: Session
  account: Account
  /** Signed in so recently that what is sensitive may be done. */
  fresh: boolean
}

/** What was asked for and is not done. What was typed is shown again, but for secrets. */
export interface Refused {
  /** For the whole form. */
  problem?: string
  /** By name of the field. */
  faults?: Readonly<Record<string, string>>
  /** 422 when absent. */
  status?: number
  headers?: Readonly<Record<string, string>>
  /** Whether the audit log shall know of it: somebody may be guessing. */
  auditEvent?: boolean
}

export type RefusedAction = Refused & { act: string | undefined }

/**
 * A form's doing. `done`: one of the section's notices, shown after it; `target`: what it was done to, for the audit log, when not the
 * account. `refused`: the section again. `reply`: anything else.
 */
export type Outcome = { done: string; target?: string; remember?: Partial<Browser> } | { refused: Refused } | { reply: Reply | ViewReply }

/** What posting a form of the section does. */
export interface SectionAction {
  /** Only for who has signed in within the last minutes. */
  sensitive: boolean
  /** Its name in the audit log. */
  audit: AuditAct
  /** Whether this tenant has it; always when absent. */
  offered?(tenant: WebTenant): boolean
  run(accountRequest: AccountRequest): Promise<Outcome>
}

/** What of a section is its own. `images`: sources that its policy must allow. */
export interface Content {
  body: Html
  images?: string | undefined
  /** Runs once the page is there. */
  script?: Html
}

export interface Section {
  /** Served at `/account/NAME`. */
  name: string
  title: string
  /** One line, for the overview. */
  summary: string
  /** Whether this tenant has it; always when absent. */
  offered?(tenant: WebTenant): boolean
  /** `refused`: the act that was asked for just now; of none when what was posted was for another account. */
  show(accountRequest: AccountRequest, refused: RefusedAction | undefined): Promise<Content>
  /** What is kept of the person here, for the download: members of one document, without secrets. */
  kept?(accountRequest: AccountRequest): Promise<Readonly<Record<string, unknown>>>
  /** Posted to `/account/NAME/ACT`. */
  actions: Readonly<Record<string, SectionAction>>
  /** Sentences that say what has been done. */
  notices: Readonly<Record<string, string>>
}

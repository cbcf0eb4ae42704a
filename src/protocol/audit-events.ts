/** What is worth a line in the audit log: every security-relevant act there is — NIST SP 800-53 AU-2, AU-3. */

/** Name and what it means. The word before the first dot is the type of what the act is done to. */
export const auditEventTypes = {
  'user.sign-in': 'A person signed in, or gave a wrong password',
  'user.sign-out': 'A person signed out',
  'user.sign-up': 'A person made an account of their own',
  'user.password': 'A password was changed',
  'user.recovery': 'A password was set with a link from a mail',
  'user.factor-add': 'A second factor was set up',
  'user.factor-remove': 'A second factor was taken away',
  'user.factor-rename': 'A passkey got another name',
  'user.recovery-codes': 'New recovery codes were made in place of the old ones',
  'user.email': 'An e-mail address was proven or changed',
  'user.link': 'A link was sent by mail',
  'user.create': 'An account was made',
  'user.change': 'An account was changed',
  'user.remove': 'An account was removed',
  'user.export': 'A person downloaded what is kept about them',
  'user.role': 'An account got another role',
  'user.status': 'An account was suspended or resumed',
  'group.create': 'A group was made',
  'group.change': 'A group was renamed or described otherwise',
  'group.remove': 'A group was removed',
  'group.members': 'People were put into a group, or taken out of it',
  'attribute.define': 'An attribute of people was defined, or defined otherwise',
  'attribute.remove': 'An attribute of people was removed with its values',
  'mail.lost': 'A mail could not be delivered and was given up',
  'grant.give': 'A person allowed an application something',
  'grant.revoke': 'What a person had allowed an application was taken back',
  'session.end': 'A session was ended from elsewhere',
  'token.revoke': 'An application gave a token back',
  'token.reuse': 'A code or refresh token was used a second time, so what hung on it was revoked',
  'client.create': 'A client was registered',
  'client.change': 'A client was changed',
  'client.remove': 'A client was removed',
  'client.status': 'A client was disabled, or enabled again',
  'client.secret': 'A secret of a client was added, rotated or removed',
  'registration-token.create': 'An initial access token was made, with which clients register themselves',
  'registration-token.remove': 'An initial access token was revoked',
  'resource.create': 'A resource server was registered',
  'resource.change': 'A resource server was changed',
  'resource.remove': 'A resource server was removed',
  'resource.secret': 'A secret of a resource server was added, rotated or removed',
  'service.create': 'A service was made',
  'service.status': 'A service was suspended or resumed',
  'service.remove': 'A service was removed',
  'apikey.create': 'An API key was made',
  'apikey.rotate': 'An API key was replaced',
  'apikey.remove': 'An API key was taken back',
  'key.rotate': 'A signing key was replaced',
  'key.revoke': 'A signing key was revoked',
  'key.reseal': 'Everything sealed under an earlier key-encryption key was sealed under the current one',
  'tenant.create': 'A tenant was made',
  'tenant.change': 'A tenant was renamed or set up otherwise',
  'tenant.status': 'A tenant was suspended or resumed',
  'tenant.apply': 'Clients and resource servers were applied from a file',
} as const satisfies Record<string, string>

export type AuditEventType = keyof typeof auditEventTypes

/** Who does something: a person by subject, a client by client_id, or whoever runs the server, by the command line. */
export interface Actor {
  type: 'user' | 'client' | 'operator'
  id: string
}

/** Something that came to pass, or was refused. In it is nothing secret, and nothing that was typed. */
export interface AuditEvent {
  act: AuditEventType
  outcome: 'success' | 'failure'
  /** Absent: nobody knows. */
  by?: Actor | undefined
  /** What it was done to: its id; the type is in the act's name. Absent when there is no such thing. */
  target?: string | undefined
  detail?: Readonly<Record<string, string | number | boolean>>
}

/** What the audit log records: every security-relevant act — NIST SP 800-53 AU-2, AU-3. */

/** Names and their meanings. The word before the first dot is the type of the target. */
export const auditEventTypes = {
  'user.sign-in': 'A person signed in, or gave a wrong password',
  'user.sign-in-begun': 'A person gave the right password and must still show a second factor',
  'user.sign-out': 'A person signed out',
  'user.sign-up': 'A person registered an account',
  'user.password': 'A password was changed',
  'user.recovery': 'A password was set through a link in a mail',
  'user.factor-add': 'A second factor was set up',
  'user.factor-remove': 'A second factor was removed',
  'user.factor-rename': 'A passkey was renamed',
  'user.recovery-codes': 'Recovery codes were replaced',
  'user.email': 'An email address was confirmed or changed',
  'user.disown': 'A person said that a request for their approval was not theirs',
  'user.link': 'A link was sent by mail',
  'user.link-remove': 'A link that had been sent by mail was revoked',
  'user.create': 'An account was created',
  'user.change': 'An account was changed',
  'user.remove': 'An account was removed',
  'user.export': 'A person downloaded their data',
  'user.role': 'The role of an account was changed',
  'user.status': 'An account was suspended or resumed',
  'group.create': 'A group was created',
  'group.change': 'The name or description of a group was changed',
  'group.remove': 'A group was removed',
  'group.members': 'People were added to a group or removed from it',
  'attribute.define': 'An attribute of people was defined, or its definition was changed',
  'attribute.remove': 'An attribute of people was removed with its values',
  'webhook.create': 'A webhook was set up',
  'webhook.change': 'A webhook was changed',
  'webhook.remove': 'A webhook was removed',
  'webhook.secret': 'The secret that signs the messages of a webhook was replaced',
  'webhook.lost': 'An event, or a request for approval, could not be sent to a webhook and was discarded',
  'stream.create': 'An application set up a stream of security events',
  'stream.change': 'A stream of security events was changed',
  'stream.remove': 'A stream of security events was removed',
  'stream.lost': 'A security event did not reach its receiver and was discarded',
  'mail.lost': 'A mail could not be delivered and was discarded',
  'notification.lost': 'A notification to an application could not be delivered and was discarded',
  'grant.give': 'A person gave an application access',
  'grant.revoke': 'The access a person had given an application was revoked',
  'session.end': 'A session was ended remotely',
  'token.revoke': 'An application revoked a token',
  'token.reuse': 'A code or refresh token was used a second time, so the tokens issued for it were revoked',
  'token.exchange': 'A client exchanged a token for one of its own',
  'client.logout-lost': 'An application could not be told that a session had ended',
  'token.assertion': 'A client got a token for a person by an assertion of a trusted issuer',
  'token.identity-assertion': 'A client got an identity assertion for another authorization server',
  'client.create': 'A client was registered',
  'client.change': 'A client was changed',
  'client.remove': 'A client was removed',
  'client.status': 'A client was disabled, or enabled again',
  'client.assign': 'A person or a group was assigned to a client',
  'client.unassign': 'A person or a group was taken from a client',
  'client.secret': 'A secret of a client was added, rotated or removed',
  'registration-token.create': 'An initial access token was made, with which clients register themselves',
  'registration-token.remove': 'An initial access token was revoked',
  'resource.create': 'A resource server was registered',
  'resource.change': 'A resource server was changed',
  'resource.remove': 'A resource server was removed',
  'resource.secret': 'A secret of a resource server was added, rotated or removed',
  'user.connect': 'An account of another provider was connected to an account here',
  'user.disconnect': 'An account of another provider was disconnected',
  'connection.create': 'A connection to another provider was set up',
  'connection.change': 'A connection was changed',
  'connection.remove': 'A connection was removed with everything that came through it',
  'connection.secret': 'The client secret of a connection was set or removed',
  'trusted-issuer.create': 'An issuer of assertions was trusted',
  'trusted-issuer.change': 'What an issuer of assertions is trusted for was changed',
  'trusted-issuer.remove': 'An issuer of assertions is no longer trusted',
  'vault.store': 'Tokens of another provider were stored for a person',
  'vault.use': 'An application got a token of another provider, noted at most once a minute',
  'vault.remove': 'Stored tokens of another provider were removed',
  'vault.lost': 'Another provider refused stored tokens, so the person must be asked again',
  'credential-configuration.create': 'A credential that can be issued was declared',
  'credential-configuration.change': 'The declaration of a credential was changed',
  'credential-configuration.remove': 'A credential can no longer be issued',
  'credential-offer.create': 'A credential was offered to a person',
  'credential-offer.use': 'A wallet redeemed the offer of a credential',
  'credential.issue': 'A credential was issued to a wallet',
  'credential.decide': 'An administrator approved a credential that a wallet asked for, or denied it',
  'credential.status': 'A credential was suspended, resumed or revoked',
  'service.create': 'A service was created',
  'service.status': 'A service was suspended or resumed',
  'service.remove': 'A service was removed',
  'apikey.create': 'An API key was created',
  'apikey.rotate': 'An API key was replaced',
  'apikey.remove': 'An API key was deleted',
  'key.rotate': 'A signing key was replaced',
  'key.revoke': 'A signing key was revoked',
  'key.reseal': 'Everything sealed under an earlier key-encryption key was sealed under the current one',
  'federation.add': 'An entity was made an anchor, a superior, a subordinate, or an issuer or owner of trust marks, or this was changed',
  'federation.remove': 'An entity is no longer an anchor, a superior, a subordinate, or an issuer or owner of trust marks',
  'federation.key-rotate': 'A federation key was replaced',
  'federation.key-revoke': 'A federation key was revoked',
  'federation.trust-mark': 'A trust mark was issued or revoked',
  'federation.trust-mark-delegate': 'An entity was given the right to issue trust marks that the tenant owns',
  'tenant.create': 'A tenant was created',
  'tenant.change': 'The name or settings of a tenant were changed',
  'tenant.status': 'A tenant was suspended or resumed',
  'tenant.apply': 'Clients and resource servers were applied from a file',
} as const satisfies Record<string, string>

export type AuditEventType = keyof typeof auditEventTypes

/** Who acts: a person by subject, a client by client_id, or an operator at the command line. */
export interface Actor {
  type: 'user' | 'client' | 'operator'
  id: string
}

/** An act that was done or refused. It holds no secret, and of what a person typed nothing but a login. */
export interface AuditEvent {
  act: AuditEventType
  outcome: 'success' | 'failure'
  /** Absent when unknown. */
  by?: Actor | undefined
  /** The id of the target; its type is in the act's name. Absent when there is no target. */
  target?: string | undefined
  detail?: Readonly<Record<string, string | number | boolean>>
}

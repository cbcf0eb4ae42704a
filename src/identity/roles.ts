/** Roles of accounts within a tenant, and the permission matrix. */

/** Weakest first; each includes the permissions of the weaker ones. */
export const roles = ['viewer', 'operator', 'org_admin', 'superadmin'] as const
export type Role = (typeof roles)[number]

/** Permissions on one's own account. */
const own = ['me:read', 'me:password'] as const

/** Permissions on a tenant: the weakest role that has it, and its description for the consent page. */
export const rights = {
  'users:read': { from: 'operator', words: 'See the accounts of this organisation, with their roles' },
  'users:suspend': { from: 'operator', words: 'Suspend people and let them sign in again' },
  'users:links': { from: 'operator', words: 'Send people links to choose a password or verify their email address' },
  'users:write': { from: 'org_admin', words: 'Create, change and remove accounts, and set passwords' },
  'roles:read': { from: 'operator', words: 'See what each role may do' },
  'roles:write': { from: 'org_admin', words: 'Assign roles' },
  'groups:read': { from: 'operator', words: 'See groups and their members' },
  'groups:write': { from: 'org_admin', words: 'Create, change and remove groups, and manage their members' },
  'attributes:read': { from: 'operator', words: 'See which attributes accounts here have' },
  'attributes:write': { from: 'org_admin', words: 'Define which attributes accounts here have' },
  'clients:read': { from: 'operator', words: 'See the registered applications' },
  'clients:write': { from: 'org_admin', words: 'Register, change and remove applications, and create their secrets' },
  'resources:read': { from: 'operator', words: 'See the registered APIs' },
  'resources:write': { from: 'org_admin', words: 'Register, change and remove APIs, and create their secrets' },
  'connections:read': { from: 'operator', words: 'See the connections to other providers' },
  'connections:write': { from: 'org_admin', words: 'Set up connections to other providers, with their secrets' },
  'trusted-issuers:read': { from: 'operator', words: 'See which issuers of assertions are trusted' },
  // An issuer of assertions can speak for every account, so trusting one is not for administrators of people.
  'trusted-issuers:write': { from: 'superadmin', words: 'Say which issuers of assertions are trusted, and for what' },
  'webhooks:read': { from: 'operator', words: 'See the webhooks' },
  'webhooks:write': { from: 'org_admin', words: 'Set up webhooks, to which events of the audit log and requests for approval are sent' },
  'streams:read': { from: 'operator', words: 'See the streams of security events' },
  'streams:write': { from: 'org_admin', words: 'Try and remove streams of security events' },
  'vault:read': { from: 'operator', words: 'See whose tokens of other providers are stored' },
  'vault:write': { from: 'operator', words: 'Remove stored tokens of other providers' },
  'credentials:read': { from: 'operator', words: 'See which credentials can be issued, and which were' },
  'credentials:write': { from: 'org_admin', words: 'Declare which credentials can be issued' },
  'credentials:issue': { from: 'operator', words: 'Offer people credentials, approve, suspend and revoke them' },
  'sessions:read': { from: 'operator', words: 'See who is signed in' },
  'sessions:write': { from: 'operator', words: 'Sign people out' },
  'grants:read': { from: 'operator', words: 'See what people have allowed applications' },
  'grants:write': { from: 'operator', words: 'Revoke what people have allowed applications' },
  'federation:read': { from: 'operator', words: 'See the federation of this organisation' },
  'federation:write': { from: 'org_admin', words: 'Change whom this organisation trusts in its federation, and issue trust marks' },
  'keys:read': { from: 'operator', words: 'See the signing keys' },
  'keys:write': { from: 'superadmin', words: 'Rotate and revoke signing keys' },
  'audit:read': { from: 'operator', words: 'See the audit log' },
  'tenants:read': { from: 'superadmin', words: 'See the tenants of this installation' },
  'tenants:write': { from: 'superadmin', words: 'Create, change and suspend tenants' },
} as const satisfies Readonly<Record<string, { from: Role; words: string }>>

export type Right = keyof typeof rights
export type Permission = (typeof own)[number] | Right

export const everyRight = Object.keys(rights) as Right[]

/** The permissions of this role on the tenant. */
export function rightsOf(role: Role): readonly Right[] {
  return everyRight.filter((right) => roles.indexOf(rights[right].from) <= roles.indexOf(role))
}

/** The permission matrix, within one tenant. */
export function may(role: Role, permission: Permission): boolean {
  return [...own, ...rightsOf(role)].includes(permission)
}

/** Does it apply only at the root tenant, where tenants are managed? */
export function isInstallationRight(permission: Permission): boolean {
  return permission.startsWith('tenants:')
}

/** The roles whose holders this role may manage, and which it may assign: none above its own. */
const manageable: Readonly<Record<Role, readonly Role[]>> = {
  viewer: [],
  operator: ['viewer'],
  org_admin: ['viewer', 'operator', 'org_admin'],
  superadmin: roles,
}

export function manageableRoles(role: Role): readonly Role[] {
  return manageable[role]
}

/** A machine has scopes instead of a role. It manages what the highest role within a tenant manages. */
export const rolesMachinesManage = manageable.org_admin

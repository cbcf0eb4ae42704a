/** Roles of people within their tenant, and what each may do: the permission matrix. */

/** Weakest first; each may all that a weaker one may. */
export const roles = ['viewer', 'operator', 'org_admin', 'superadmin'] as const
export type Role = (typeof roles)[number]

/** What each may do with their own account. */
const own = ['me:read', 'me:password'] as const

/** What may be done to a tenant: the weakest role that may, and what it is in words for the consent page. */
export const rights = {
  'users:read': { from: 'operator', words: 'See the people of this organisation, with their roles' },
  'users:suspend': { from: 'operator', words: 'Suspend people and let them sign in again' },
  'users:links': { from: 'operator', words: 'Send people links to choose a password or prove their e-mail address' },
  'users:write': { from: 'org_admin', words: 'Make, change and remove accounts, and set passwords' },
  'roles:read': { from: 'operator', words: 'See what each role may do' },
  'roles:write': { from: 'org_admin', words: 'Give people roles' },
  'groups:read': { from: 'operator', words: 'See groups and who is in them' },
  'groups:write': { from: 'org_admin', words: 'Make, change and remove groups, and say who is in them' },
  'attributes:read': { from: 'operator', words: 'See which attributes people here have' },
  'attributes:write': { from: 'org_admin', words: 'Say which attributes people here have' },
  'clients:read': { from: 'operator', words: 'See the registered applications' },
  'clients:write': { from: 'org_admin', words: 'Register, change and remove applications, and make their secrets' },
  'resources:read': { from: 'operator', words: 'See the registered APIs' },
  'resources:write': { from: 'org_admin', words: 'Register, change and remove APIs, and make their secrets' },
  'sessions:read': { from: 'operator', words: 'See who is signed in' },
  'sessions:write': { from: 'operator', words: 'Sign people out' },
  'grants:read': { from: 'operator', words: 'See what people have allowed applications' },
  'grants:write': { from: 'operator', words: 'Take back what people have allowed applications' },
  'keys:read': { from: 'operator', words: 'See the signing keys' },
  'keys:write': { from: 'superadmin', words: 'Rotate and revoke signing keys' },
  'audit:read': { from: 'operator', words: 'See who did what when' },
  'tenants:read': { from: 'superadmin', words: 'See the tenants of this installation' },
  'tenants:write': { from: 'superadmin', words: 'Make, change and suspend tenants' },
} as const satisfies Readonly<Record<string, { from: Role; words: string }>>

export type Right = keyof typeof rights
export type Permission = (typeof own)[number] | Right

export const everyRight = Object.keys(rights) as Right[]

/** What somebody of this role may do to the tenant. */
export function rightsOf(role: Role): readonly Right[] {
  return everyRight.filter((right) => roles.indexOf(rights[right].from) <= roles.indexOf(role))
}

/** The matrix. It holds within one tenant. */
export function may(role: Role, permission: Permission): boolean {
  return [...own, ...rightsOf(role)].includes(permission)
}

/** Does it count at the root tenant alone? That is where tenants are made. */
export function isInstallationRight(permission: Permission): boolean {
  return permission.startsWith('tenants:')
}

/** Whose accounts somebody of this role may change, and which roles they may give: none above their own. */
const manageable: Readonly<Record<Role, readonly Role[]>> = {
  viewer: [],
  operator: ['viewer'],
  org_admin: ['viewer', 'operator', 'org_admin'],
  superadmin: roles,
}

export function manageableRoles(role: Role): readonly Role[] {
  return manageable[role]
}

/** A machine has no role; what it may do, its scopes say. It reaches as far as the highest role that is one tenant's own. */
export const rolesMachinesManage = manageable.org_admin

/** Roles of people within their tenant, and what each may do: the permission matrix. */

/** Weakest first. */
export const roles = ['viewer', 'operator', 'org_admin', 'superadmin'] as const
export type Role = (typeof roles)[number]

const own = ['me:read', 'me:password'] as const
const administration = ['users:read', 'users:role', 'users:status'] as const
const house = ['tenants:create'] as const

export type Permission = (typeof own | typeof administration | typeof house)[number]

/** The matrix. It holds within one tenant; `tenants:create` counts at the root tenant alone, which is where tenants are made. */
export const permissions: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: own,
  operator: own,
  org_admin: [...own, ...administration],
  superadmin: [...own, ...administration, ...house],
}

export function may(role: Role, permission: Permission): boolean {
  return permissions[role].includes(permission)
}

/** The roles that somebody of this role may give, and whose holders they may change: none above their own. */
export function withinReach(role: Role): readonly Role[] {
  return roles.slice(0, roles.indexOf(role) + 1)
}

/** `/api/v1/admin/roles`: the permission matrix, for programs. */
import { z } from 'zod'
import { manageableRoles, rights, rightsOf, roles } from '../../../identity/roles.ts'
import { administrationPath, scopeOf } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { role } from './people.ts'

const list = adminRoute(
  'roles:read',
  {
    method: 'GET',
    path: `${administrationPath}/roles`,
    summary: 'What each role may do',
    answer: z.object({
      items: z.array(
        z.object({
          role,
          manageable: z.array(role).describe('Roles whose accounts it may change, and which it may give if it may give any'),
          permissions: z.array(z.object({ name: z.string(), scope: z.string(), description: z.string() })),
        }),
      ),
    }),
  },
  async () => ({ answer: { items: roles.map(shown) } }),
)

function shown(name: (typeof roles)[number]) {
  const permissions = rightsOf(name).map((right) => ({ name: right, scope: scopeOf(right), description: rights[right].words }))
  return { role: name, manageable: [...manageableRoles(name)], permissions }
}

export const roleRoutes: readonly JsonRoute[] = [list]

/** Whether anyone may make an account of their own here, and what they must say of themselves. */
import { type Attribute, signUpAttributes } from '../../identity/attributes.ts'
import type { SignUpRule } from '../../identity/sign-up.ts'
import { refuse } from '../../protocol/errors.ts'
import type { WebTenant } from '../http/route.ts'

const closed = 'sign-up is closed here; ask an administrator for an account'

/** As the settings say. Refuses where nobody may. */
export function signUpRule({ signUp }: WebTenant): SignUpRule {
  return signUp ?? refuse('access_denied', closed)
}

/** As the settings and the attributes say at this moment. `asked`: those that everybody has. Refuses where nobody may. */
export async function openSignUp(tenant: WebTenant): Promise<{ rule: SignUpRule; asked: Attribute[] }> {
  const rule = signUpRule(tenant)
  const { asked, closedBy } = signUpAttributes(await tenant.accounts.store.attributes.list())
  if (closedBy.length > 0) refuse('access_denied', closed, `everybody must have ${closedBy.join(', ')}, which only administrators write`)
  return { rule, asked }
}

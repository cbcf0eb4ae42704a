/** Whether self-registration is open, and which attributes it asks for. */
import { type Attribute, signUpAttributes } from '../../identity/attributes.ts'
import type { SignUpRule } from '../../identity/sign-up.ts'
import { refuse } from '../../protocol/errors.ts'
import type { WebTenant } from '../http/route.ts'

const closed = 'sign-up is closed here; ask an administrator for an account'

/** The current settings. Refuses when self-registration is off. */
export function signUpRule({ signUp }: WebTenant): SignUpRule {
  return signUp ?? refuse('access_denied', closed)
}

/** The current settings and attributes. `asked`: the required attributes. Refuses when self-registration is off. */
export async function openSignUp(tenant: WebTenant): Promise<{ rule: SignUpRule; asked: Attribute[] }> {
  const rule = signUpRule(tenant)
  const { asked, closedBy } = signUpAttributes(await tenant.accounts.store.attributes.list())
  if (closedBy.length > 0) refuse('access_denied', closed, `everybody must have ${closedBy.join(', ')}, which only administrators can set`)
  return { rule, asked }
}

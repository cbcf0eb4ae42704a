/** Notices of what a person does in a browser say where it was done. */
import { deviceName } from '../../identity/device-name.ts'
import { replaceMembers } from '../../protocol/replace-members.ts'
import type { Request } from '../../protocol/request-reply.ts'
import type { WebTenant } from './route.ts'

export function placed(tenant: WebTenant, { headers, address }: Request): WebTenant {
  const place = { device: deviceName(String(headers['user-agent'] ?? '')), address }
  const notify: WebTenant['signIn']['notify'] = (news, account) => tenant.signIn.notify({ ...news, place }, account)
  return replaceMembers(tenant, { signIn: { ...tenant.signIn, notify }, accounts: { ...tenant.accounts, notify } })
}

/** What people change of their own accounts: claims, and the attributes they may set. */

import type { Account } from './account.ts'
import type { AccountDeps } from './accounts.ts'
import { checkWriter } from './attributes.ts'
import type { ProfileChange } from './store.ts'

/** All or nothing; a changed telephone number is no longer verified. Throws a `ZodError` whose issues name the attribute, such as `attributes.desk`. */
export async function changeProfile(
  { store, now }: Pick<AccountDeps, 'store' | 'now'>,
  { subject, claims: before }: Account,
  { claims, attributes }: ProfileChange,
): Promise<void> {
  checkWriter(await store.attributes.list(), Object.keys(attributes))
  const phone = claims['phone_number'] === before['phone_number'] ? {} : { phone_number_verified: undefined }
  await store.accounts.changeProfile(subject, { claims: { ...claims, ...phone }, attributes }, now())
}

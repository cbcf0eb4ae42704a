/** What people change of what is kept about them: claims, and the attributes that are theirs to write. */

import type { Account } from './account.ts'
import type { AccountDeps } from './accounts.ts'
import { checkWriter } from './attributes.ts'
import type { ProfileChange } from './store.ts'

/** All of it or nothing; another telephone number is no longer proven. Throws a `ZodError` whose issues name the attribute, such as `attributes.desk`. */
export async function changeProfile(
  { store, now }: Pick<AccountDeps, 'store' | 'now'>,
  { subject, claims: before }: Account,
  { claims, attributes }: ProfileChange,
): Promise<void> {
  checkWriter(await store.attributes.list(), Object.keys(attributes))
  const phone = claims['phone_number'] === before['phone_number'] ? {} : { phone_number_verified: undefined }
  await store.accounts.changeProfile(subject, { claims: { ...claims, ...phone }, attributes }, now())
}

/** A new person with tokens and a session, and what is left of these when an administrator has acted on the person. */
import type { CheckContext } from '../context.ts'
import { accepted, denied, refused } from '../expect.ts'
import type { Administration } from '../target/target.ts'
import type { Landing } from './browser.ts'

export interface Ending {
  /** UserInfo, with the access token from before. */
  accessTokenIsRefused(): Promise<void>
  refreshTokenIsRefused(): Promise<void>
  /** One that was not redeemed before. */
  codeIsRefused(): Promise<void>
  /** An authorization request without pages, with the session from before. */
  silently(): Promise<Landing>
}

export async function afterActing(
  { administer, app, newcomer, random, userinfo }: CheckContext,
  act: Exclude<keyof Administration, 'create'>,
): Promise<Ending> {
  const person = await newcomer()
  const browser = person.browser()
  const { access_token, refresh_token } = await app().offline({}, browser)
  const code = await app().code({}, browser)
  accepted(await userinfo(access_token))
  await administer(act, act === 'setPassword' ? { ...person, password: random.text(18) } : person)
  return {
    accessTokenIsRefused: async () => denied(await userinfo(access_token)),
    refreshTokenIsRefused: async () => void refused(await app().refresh(refresh_token), 'invalid_grant'),
    codeIsRefused: async () => void refused(await app().redeem(code), 'invalid_grant'),
    silently: () => app().authorize({ prompt: 'none' }, { browser }),
  }
}

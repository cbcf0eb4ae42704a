/** What the browser loads so that applications end their sessions in it — OpenID Connect Front-Channel Logout 1.0. */
import type { Ctx } from './feature.ts'
import type { SignedInClient } from './ports.ts'

/** More applications than these are left to logout tokens. */
const maxFrames = 50

/** The addresses to load in frames, each with `iss` and `sid`. §2 */
export async function logoutFrames(ctx: Ctx, ended: readonly SignedInClient[]): Promise<readonly string[]> {
  if (!ctx.server.features.some(({ id }) => id === 'frontChannelLogout')) return []
  const frames: string[] = []
  for (const { clientId, sid } of ended.slice(0, maxFrames)) {
    const uri = (await ctx.store.clients.find(clientId))?.frontchannel_logout_uri
    if (uri !== undefined) frames.push(`${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ iss: ctx.issuer, sid })}`)
  }
  return frames
}

/** `gatehouse clients logout-test`: whether an application accepts logout tokens. */
import type { Command } from 'commander'
import { isAccepted, sendLogoutToken } from '../protocol/logout-token.ts'
import { type AdminFlags, adminCommand, confirm } from './admin-command.ts'
import { noSuchClient } from './client-secrets.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

export function clientLogout(group: Command, terminal: Terminal): void {
  adminCommand(group, 'logout-test <id>', 'send a client a logout token for a session that does not exist', [
    'gatehouse clients logout-test shop',
  ]).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ ctx }) => {
      const client = (await ctx.store.clients.find(id)) ?? noSuchClient(id)
      const url = client.backchannel_logout_uri ?? refuse(`client ${id} has no backchannel_logout_uri: set --backchannel-logout-uri`)
      const answer = await sendLogoutToken(ctx, { client, subject: 'logout-test', sid: ctx.id() })
      if (typeof answer !== 'number') return refuse(`${url} cannot be reached: ${answer.message}`)
      if (!isAccepted(answer)) return refuse(`${url} answered ${answer}: an application answers 200 to a valid logout token`)
      confirm(terminal, flags.json, { client_id: id, status: answer }, `${url} answered ${answer}: it accepts logout tokens.`)
    }),
  )
}

/** Deleting one's own account, for good — GDPR article 17. */
import { foldLogin, loginOf } from '../../identity/types.ts'
import { deletedView, deletionPage } from '../pages/account/deletion.ts'
import { confirming } from './client.ts'
import type { Outcome, Section, Visit } from './section.ts'

async function remove({ room, request, account, sessions }: Visit): Promise<Outcome> {
  const typed = request.params.get('username') ?? ''
  if (foldLogin(typed) !== foldLogin(loginOf(account)))
    return { refused: { faults: { username: 'This is not the name you sign in with.' } } }
  const outcome = await room.signIn.store.accounts.leave(account.subject, room.ctx.now())
  if (outcome === 'last')
    return {
      refused: {
        problem: 'You are the last who may do everything here. Give somebody else the role superadmin first.',
        status: 409,
        noted: true,
      },
    }
  room.signIn.tell({ kind: 'account-deleted' }, account)
  const kept = sessions.filter(({ subject }) => subject !== account.subject).map(({ id }) => id)
  return { reply: { kind: 'view', view: deletedView(), remember: { sessions: kept } } }
}

export const deletion: Section = {
  name: 'deletion',
  title: 'Delete account',
  summary: 'Remove your account and all that hangs on it',
  offered: (room) => room.accountDeletion,
  async show(visit, refused) {
    const { room, session, account, fresh } = visit
    const confirm = fresh ? undefined : confirming(visit, 'deletion')
    return {
      body: deletionPage({
        base: room.base,
        sid: session.sid,
        username: loginOf(account),
        tenant: room.ctx.tenant.name,
        confirm,
        fault: refused?.faults?.['username'],
      }),
    }
  },
  acts: { delete: { sensitive: true, audit: 'user.remove', run: remove } },
  notices: {},
}

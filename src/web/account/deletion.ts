/** Deletes the person's own account permanently — GDPR article 17. */
import { foldLogin, loginOf } from '../../identity/account.ts'
import { deletedView, deletionPage } from '../pages/account/deletion.ts'
import { confirmUrl } from './client.ts'
import type { AccountRequest, Outcome, Section } from './section.ts'

async function remove({ tenant, request, account, sessions }: AccountRequest): Promise<Outcome> {
  const typed = request.params.get('username') ?? ''
  if (foldLogin(typed) !== foldLogin(loginOf(account)))
    return { refused: { faults: { username: 'This is not the name you sign in with.' } } }
  const outcome = await tenant.signIn.store.accounts.leave(account.subject, tenant.ctx.now())
  if (outcome === 'last')
    return {
      refused: {
        problem: 'You are the last superadmin here. Give another account that role first.',
        status: 409,
        auditEvent: true,
      },
    }
  await tenant.signIn.notify({ kind: 'account-deleted' }, account)
  const remaining = sessions.filter(({ subject }) => subject !== account.subject).map(({ id }) => id)
  return { reply: { kind: 'view', view: deletedView(), remember: { sessions: remaining } } }
}

export const deletion: Section = {
  name: 'deletion',
  title: 'Delete account',
  summary: 'Remove your account and everything that belongs to it',
  offered: (tenant) => tenant.accountDeletion,
  async show(accountRequest, refused) {
    const { tenant, session, account, fresh } = accountRequest
    const confirm = fresh ? undefined : confirmUrl(accountRequest, 'deletion')
    return {
      body: deletionPage({
        base: tenant.base,
        sid: session.sid,
        username: loginOf(account),
        tenant: tenant.ctx.tenant.name,
        confirm,
        fault: refused?.faults?.['username'],
      }),
    }
  },
  actions: { delete: { sensitive: true, audit: 'user.remove', run: remove } },
  notices: {},
}

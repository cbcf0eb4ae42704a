/** What a person has allowed applications, and taking it back — RFC 6749 §10.2, OpenID Connect Core §3.1.2.4. */
import type { Access } from '../../identity/types.ts'
import { firstPartyId } from '../../protocol/client.ts'
import { applicationOf } from '../../protocol/respond.ts'
import { inWords } from '../../protocol/scope-words.ts'
import { stamp } from '../http/iso-time.ts'
import { applicationsPage } from '../pages/account/applications.ts'
import { logoOf } from '../pages/emblem.ts'
import type { Outcome, Section, Visit } from './section.ts'

const granted = ({ room, account }: Visit): Promise<Access[]> => room.signIn.store.access.of(account.subject)

/** An application that is no longer registered has nothing but its name left. */
async function shownAs({ room: { ctx } }: Visit, clientId: string) {
  const client = await ctx.store.clients.find(clientId)
  return client
    ? { ...applicationOf(client), returns: client.policy.consent === 'skip' && clientId !== firstPartyId }
    : { name: clientId, clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined, returns: false }
}

/** Only among what this account has allowed: what another one has is as unknown as what nobody has. */
async function remove({ room, request, account }: Visit): Promise<Outcome> {
  const id = request.params.need('grant')
  const removed = await room.signIn.store.access.revoke(account.subject, id, room.ctx.now())
  return removed ? { done: 'removed', target: id } : { refused: { problem: 'This access is gone already.', status: 404 } }
}

export const applications: Section = {
  name: 'applications',
  title: 'Applications',
  summary: 'What you have allowed, and taking it back',
  async show(visit) {
    const { room, session, account } = visit
    const meanings = await room.ctx.store.resources.meanings()
    const items = await Promise.all(
      (await granted(visit)).map(async ({ id, clientId, scope, createdAt, usedAt }) => {
        const { returns, ...application } = await shownAs(visit, clientId)
        return { id, application, returns, createdAt, usedAt, scopes: scope.map((name) => inWords(room.ctx, meanings, name)) }
      }),
    )
    const images = items.flatMap(({ application }) => logoOf(application)?.source ?? [])
    return {
      body: applicationsPage({ base: room.base, sid: session.sid, zone: account.claims['zoneinfo'], items }),
      images: images.length > 0 ? [...new Set(images)].join(' ') : undefined,
    }
  },
  kept: async (visit) => ({
    applications: (await granted(visit)).map(({ clientId, scope, createdAt, usedAt }) => ({
      ...{ client_id: clientId, scope: scope.join(' '), allowed_at: stamp(createdAt), last_used_at: usedAt && stamp(usedAt) },
    })),
  }),
  acts: { remove: { sensitive: false, audit: 'grant.revoke', run: remove } },
  notices: { removed: 'Access is removed. If you sign in to that application again, you are asked anew.' },
}

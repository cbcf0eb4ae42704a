/** The applications with access to an account, and revoking it — RFC 6749 §10.2, OpenID Connect Core §3.1.2.4. */
import type { Access } from '../../identity/account.ts'
import { startOf } from '../../protocol/application-home.ts'
import { firstPartyId } from '../../protocol/client.ts'
import { describeDetail } from '../../protocol/detail-words.ts'
import { scopesAmong } from '../../protocol/permissions.ts'
import { applicationOf } from '../../protocol/respond.ts'
import { describeScopes } from '../../protocol/scope-words.ts'
import { isoTime } from '../http/iso-time.ts'
import { applicationsPage } from '../pages/account/applications.ts'
import { logoOf } from '../pages/emblem.ts'
import { counted } from './counted.ts'
import type { AccountRequest, Outcome, Section } from './section.ts'

const granted = ({ tenant, account }: AccountRequest): Promise<Access[]> => tenant.signIn.store.access.of(account.subject)

/** Of an application that is no longer registered only the id is left. */
async function shownAs({ tenant: { ctx } }: AccountRequest, clientId: string) {
  const client = await ctx.store.clients.find(clientId)
  return client
    ? {
        ...applicationOf(client),
        start: startOf(client, ctx.issuer),
        returns: client.policy.consent === 'skip' && clientId !== firstPartyId,
      }
    : {
        name: clientId,
        clientUri: undefined,
        logoUri: undefined,
        policyUri: undefined,
        tosUri: undefined,
        start: undefined,
        returns: false,
      }
}

/** Only among this account's grants: another account's is as unknown as one that does not exist. */
async function remove({ tenant, request, account }: AccountRequest): Promise<Outcome> {
  const id = request.params.need('grant')
  const removed = await tenant.signIn.store.access.revoke(account.subject, id, tenant.ctx.now())
  return removed ? { done: 'removed', target: id } : { refused: { problem: 'This access was removed already.', status: 404 } }
}

export const applications: Section = {
  name: 'applications',
  title: 'Applications',
  summary: 'What you have allowed, and removing access',
  async show(accountRequest) {
    const { tenant, session, account } = accountRequest
    const meanings = await tenant.ctx.store.resources.meanings()
    const items = await Promise.all(
      (await granted(accountRequest)).map(async ({ id, clientId, scope, details, createdAt, usedAt }) => {
        const { returns, start, ...application } = await shownAs(accountRequest, clientId)
        return {
          id,
          application,
          returns,
          start,
          createdAt,
          usedAt,
          scopes: scopesAmong(scope).map((name) => describeScopes(tenant.ctx, meanings, name)),
          details: details.map((text) => describeDetail(tenant.ctx.tenant.detailTypes, JSON.parse(text))),
        }
      }),
    )
    const images = items.flatMap(({ application }) => logoOf(application)?.source ?? [])
    return {
      body: applicationsPage({ base: tenant.base, sid: session.sid, zone: account.claims['zoneinfo'], items }),
      images: images.length > 0 ? [...new Set(images)].join(' ') : undefined,
    }
  },
  async state(accountRequest) {
    const { length } = await granted(accountRequest)
    return { text: length === 0 ? 'None has access to your account' : `${counted(length, 'application')} with access to your account` }
  },
  personalData: async (accountRequest) => ({
    applications: (await granted(accountRequest)).map(({ clientId, scope, details, createdAt, usedAt }) => ({
      ...{
        client_id: clientId,
        scope: scopesAmong(scope).join(' '),
        authorization_details: details.map((text) => JSON.parse(text)),
        allowed_at: isoTime(createdAt),
        last_used_at: usedAt && isoTime(usedAt),
      },
    })),
  }),
  actions: { remove: { sensitive: false, audit: 'grant.revoke', run: remove } },
  notices: { removed: 'Access is removed. If you sign in to that application again, you are asked again.' },
}

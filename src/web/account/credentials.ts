/** Credentials for wallets: offering them to the person, and revoking those that were issued. */
import { titleOf } from '../../protocol/credential-configuration.ts'
import { makeOffer } from '../../protocol/credential-offer.ts'
import { isoTime } from '../http/iso-time.ts'
import { credentialsPage } from '../pages/account/credentials.ts'
import { confirmUrl } from './client.ts'
import type { AccountRequest, Outcome, Section } from './section.ts'

/** Seconds: time to take the phone out. */
const offerLifetime = 300
/** Credentials that are listed. */
const mostShown = 100

async function issuedTo({ tenant, account }: AccountRequest) {
  const found = await tenant.store.issuedCredentials.list({ subject: account.subject, limit: mostShown })
  return found.filter(({ status, expiresAt }) => status !== 'revoked' && expiresAt > tenant.ctx.now())
}

async function nameOf({ tenant }: AccountRequest, id: string): Promise<string> {
  const configuration = await tenant.store.credentialConfigurations.find(id)
  return configuration ? titleOf(configuration) : id
}

async function offer({ tenant, request, account }: AccountRequest): Promise<Outcome> {
  const { ctx } = tenant
  const configuration = ctx.tenant.credentials.find(({ id }) => id === request.params.get('credential'))
  const asked = { subject: account.subject, txCode: true, lifetime: offerLifetime }
  const made = configuration && (await makeOffer(ctx, { configurations: [configuration.id], ...asked }))
  if (!made) return { refused: { problem: 'This credential is no longer offered.', status: 404 } }
  const next = `${ctx.issuer}/account/credentials`
  const page = {
    credential: titleOf(configuration),
    link: made.byReference,
    txCode: made.txCode as string,
    minutes: offerLifetime / 60,
    next,
  }
  return { reply: { kind: 'page', page: 'credential-offer', data: page } }
}

/** Only the person's own. */
async function revoke({ tenant, request, account }: AccountRequest): Promise<Outcome> {
  const id = request.params.need('credential')
  if (!(await tenant.store.issuedCredentials.setStatus(id, 'revoked', account.subject)))
    return { refused: { problem: 'This credential is revoked already.', status: 404 } }
  return { done: 'revoked', target: id }
}

export const credentials: Section = {
  name: 'credentials',
  title: 'Credentials',
  summary: 'What you can add to a wallet, and what is in it',
  offered: ({ ctx }) => ctx.tenant.credentials.length > 0,
  async show(accountRequest) {
    const { tenant, session, account, fresh } = accountRequest
    const items = await Promise.all(
      (await issuedTo(accountRequest)).map(async ({ id, configuration, clientId, status, issuedAt, expiresAt }) => ({
        id,
        name: await nameOf(accountRequest, configuration),
        wallet: (await tenant.ctx.store.clients.find(clientId))?.client_name ?? clientId,
        suspended: status === 'suspended',
        ...{ issuedAt, expiresAt },
      })),
    )
    return {
      body: credentialsPage({
        base: tenant.base,
        sid: session.sid,
        zone: account.claims['zoneinfo'],
        confirm: fresh ? undefined : confirmUrl(accountRequest, 'credentials'),
        offers: tenant.ctx.tenant.credentials.map((one) => ({ id: one.id, name: titleOf(one) })),
        items,
      }),
    }
  },
  personalData: async ({ tenant, account }) => ({
    credentials: (await tenant.store.issuedCredentials.list({ subject: account.subject, limit: mostShown })).map(
      ({ configuration, clientId, status, issuedAt, expiresAt }) => ({
        ...{ credential: configuration, client_id: clientId, status },
        ...{ issued_at: isoTime(issuedAt), expires_at: isoTime(expiresAt) },
      }),
    ),
  }),
  actions: {
    offer: { sensitive: true, audit: 'credential-offer.create', run: offer },
    revoke: { sensitive: true, audit: 'credential.status', run: revoke },
  },
  notices: { revoked: 'The credential is revoked. Verifiers learn it within minutes.' },
}

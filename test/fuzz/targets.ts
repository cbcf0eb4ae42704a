/** Objects for test cases to change and delete. */
import { type Call, type Fixture, resourceOf } from './fixture.ts'
import { credential as credentialOf, kept, polled } from './obtained.ts'
import { called, type Person } from './people.ts'
import type { Random } from './random.ts'
import { token } from './tokens.ts'

/** Apart from the callers themselves. */
export async function targets(
  { clients, people }: Pick<Fixture, 'clients' | 'people'>,
  n: number,
  asAdministrator: Call,
  signUp: (name: string) => Promise<Person>,
): Promise<Fixture['ids']> {
  const { second, org_admin } = people
  const [one, another] = [await signUp(`spare-${n}`), await signUp(`other-${n}`)]
  const group = await asAdministrator('POST', 'groups', { name: `group-${n}`, description: 'A group' })
  const users = [second, org_admin, one, another].map(({ subject }) => subject)
  await asAdministrator('POST', `groups/${group.id}/members`, { user_ids: users })
  await asAdministrator('POST', `clients/${clients.asking.id}/secrets`, {})
  await asAdministrator('POST', 'tenants', { id: `spare-${n}`, name: 'Spare' })
  const spare = await resourceOf(`spare-${n}`, (body) => asAdministrator('POST', 'resources', body))
  const idsAt = async (path: string) => ((await asAdministrator('GET', path)).items as { id: string }[]).map(({ id }) => id)
  return {
    users,
    groups: [group.id],
    clients: [clients.asking.id, clients.open.id],
    resources: [spare.identifier],
    tenants: [`spare-${n}`],
    attributes: ['team'],
    keys: [(await asAdministrator('POST', 'keys/rotate', { alg: 'ES256' })).id],
    secrets: await idsAt(`clients/${clients.asking.id}/secrets`),
    sessions: [...(await idsAt(`sessions?user=${org_admin.subject}`)), ...(await idsAt(`sessions?user=${second.subject}`))],
    grants: [...(await idsAt(`grants?user=${org_admin.subject}`)), ...(await idsAt(`grants?user=${second.subject}`))],
  }
}

/** Of what is declared, and of what came to be by using it. */
export async function declaredTargets(made: Fixture, random: Random, n: number, asAdministrator: Call): Promise<Fixture['ids']> {
  const { harness, declared, people, clients, world } = made
  const { notification_id: credential } = await credentialOf(made, random, declared.badge)
  await credentialOf(made, random, declared.approved)
  const { subject } = people.org_admin
  await asAdministrator('POST', `clients/${clients.asking.id}/assignments`, { kind: 'user', id: subject })
  await kept(made, random)
  const { access_token: access } = await token(
    made,
    random,
    Object.entries({ grant_type: 'client_credentials', scope: 'ssf.manage' }),
    clients.machine,
  )
  const idsAt = async (path: string) => ((await asAdministrator('GET', path)).items as { id: string }[]).map(({ id }) => id)
  return {
    'members.user': made.ids['users']!,
    'assignments.kind': ['user'],
    'assignments.assignee': [subject],
    'credential-configurations': [`spare-${n}`],
    'credentials.configurations': [declared.badge],
    credentials: [credential],
    'credential-requests': await idsAt('credential-requests'),
    connections: [`spare-${n}`],
    invitations: [
      (await asAdministrator('POST', 'users', { username: `guest-${n}`, email: `guest-${n}@example.com`, access: 'invitation' })).id,
    ],
    webhooks: [`hook-${n}`],
    'trusted-issuers': [declared.trustedIssuer],
    'initial-access-tokens': await idsAt('initial-access-tokens'),
    'event-streams': [(await called(harness, random, 'POST', '/ssf/streams', polled, access)).stream_id],
    vault: await idsAt('vault'),
    'chains.id': [world.party.id],
    'entities.role': ['subordinate'],
    'entities.id': [declared.subordinate],
    'trust-marks.type': [declared.trustMark],
    'trust-marks.id': [declared.subordinate],
    'federation/keys': [(await asAdministrator('POST', 'federation/keys/rotate', {})).id],
  }
}

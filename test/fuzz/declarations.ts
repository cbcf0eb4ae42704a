/** What an administrator declares besides people, clients and resources. Earlier declarations are removed, since every request would read them. */
import type { Body } from './people.ts'
import type { World } from './world.ts'

type Call = (method: string, path: string, body?: object) => Promise<Body>

/** The connection whose tokens the API of the Auth Manager handles. */
export const connectionName = 'keycloak'

export interface Declared {
  /** Credentials: issued at once, and after an administrator approved it. */
  badge: string
  approved: string
  trustedIssuer: string
  subordinate: string
  trustMark: string
}

export async function declare(n: number, world: World, clients: readonly string[], asAdministrator: Call): Promise<Declared> {
  await asAdministrator('PATCH', 'tenants/root', { federation: true, shared_signals: true, front_channel_tokens: true, request_uri: true })
  await Promise.all(lists.map((list) => clear(list, asAdministrator)))
  const declared = {
    badge: `badge-${n}`,
    approved: `approved-${n}`,
    trustedIssuer: `https://issuer-${n}.example`,
    subordinate: `https://subordinate-${n}.example`,
    trustMark: `https://marks.example/${n}`,
  }
  const credential = { display: [{ name: 'Badge' }], claims: [{ name: 'email', source: 'account.email' }] }
  const provider = { issuer: world.provider.issuer, client_id: world.provider.clientId, client_secret: world.provider.secret }
  const bodies: [path: string, body: object][] = [
    ['credential-configurations', { ...credential, id: declared.badge }],
    ['credential-configurations', { ...credential, id: declared.approved, approval: 'required' }],
    ['credential-configurations', { ...credential, id: `spare-${n}`, enabled: false }],
    ['connections', { ...provider, name: connectionName, vault: { enabled: true }, sign_in: { sign_up: 'open' } }],
    ['connections', { ...provider, name: `spare-${n}`, enabled: false }],
    ['webhooks', { name: `hook-${n}`, url: `${world.receiver.url}/hook`, events: ['user.*'] }],
    [
      'trusted-issuers',
      { issuer: declared.trustedIssuer, jwks: { keys: [world.keys.jwk] }, clients, scope: 'read', subject_kind: 'account' },
    ],
    ['initial-access-tokens', { label: `token-${n}` }],
    ['federation/entities', { role: 'anchor', entity_id: world.anchor.id, jwks: { keys: [world.anchor.jwk] } }],
    ['federation/entities', { role: 'subordinate', entity_id: declared.subordinate, jwks: { keys: [world.keys.jwk] } }],
    ['federation/trust-marks', { trust_mark_type: declared.trustMark, entity_id: declared.subordinate }],
  ]
  for (const [path, body] of bodies) await asAdministrator('POST', path, body)
  return declared
}

/** The path of each list, and of one entry in it. */
const lists: readonly { path: string; one(entry: Record<string, string>): string }[] = [
  { path: 'attributes', one: ({ name }) => `attributes/${name}` },
  { path: 'credential-configurations', one: ({ id }) => `credential-configurations/${id}` },
  { path: 'connections', one: ({ name }) => `connections/${name}` },
  { path: 'webhooks', one: ({ name }) => `webhooks/${name}` },
  { path: 'event-streams', one: ({ stream_id: id }) => `event-streams/${id}` },
  { path: 'trusted-issuers', one: ({ issuer = '' }) => `trusted-issuers/${encodeURIComponent(issuer)}` },
  ...['anchor', 'superior', 'subordinate', 'trust_mark_issuer'].map((role) => ({
    path: `federation/entities?role=${role}`,
    one: ({ entity_id: id = '' }) => `federation/entities/${role}/${encodeURIComponent(id)}`,
  })),
]

async function clear({ path, one }: (typeof lists)[number], asAdministrator: Call): Promise<void> {
  for (const entry of (await asAdministrator('GET', path)).items) await asAdministrator('DELETE', one(entry))
}

/** Acts of declaring, and of the ports of grants that need no browser. */
import { type Act, lists, reads, writes } from './act.ts'
import { aCode, NOW } from './stored.ts'
import { aBackchannelRequest, aPing, aPushedRequest, aTrustedIssuer } from './tenant-content.ts'

const page = { limit: 10 }
const kept = { ...aPushedRequest('3'), hash: 'approval3' }

export const grantActs: Record<string, Act> = {
  declare: writes(
    'assignments -2, client_origins -1, client_secrets -2, clients -1, connections -1, event_streams -1, flows ~1, grants ~1, refresh_tokens -1, resource_secrets -1, resources -1, trusted_issuers -1, upstream_identities -1, upstream_requests -1, vault_entries -1, vault_token_ids -1',
    (s) =>
      s.declare(
        {
          clients: [],
          resources: [],
          connections: [],
          credentials: [],
          trustedIssuers: [],
          removed: {
            clients: ['client1'],
            resources: ['https://api1.example'],
            connections: ['connection1'],
            credentials: [],
            trustedIssuers: ['https://trusted1.example'],
          },
        },
        NOW,
      ),
  ),
  'backchannelRequests.add': writes('backchannel_requests +1, outbox +1, pushed_requests +1', (s) =>
    s.backchannelRequests.add({ ...aBackchannelRequest('3'), subject: 'person1' }, kept, { ping: aPing('3'), most: 5, since: 0 }),
  ),
  'backchannelRequests.find': reads((s, n) => s.backchannelRequests.find(`auth-req-id${n}`)),
  'backchannelRequests.ofRequest': reads((s, n) => s.backchannelRequests.ofRequest(`approval${n}`)),
  'backchannelRequests.poll': writes('backchannel_requests ~1', (s) => s.backchannelRequests.poll('auth-req-id1', NOW)),
  'backchannelRequests.allow': writes('codes +1, outbox ~1, session_clients +1', (s) => {
    const code = aCode({ hash: 'auth-req-id1', grantId: 'grant1', family: 'family3' })
    return s.backchannelRequests.allow(
      { ...code, authentication: { ...code.authentication, subject: 'person1', sid: 'sid1' } },
      undefined,
      NOW,
    )
  }),
  'backchannelRequests.refuse': writes('backchannel_requests ~1, outbox ~1, pushed_requests -1', (s) =>
    s.backchannelRequests.refuse('auth-req-id1', NOW),
  ),
  'deviceSecrets.find': reads((s, n) => s.deviceSecrets.find(`device-secret${n}`, NOW)),
  'deviceSecrets.of': reads((s, n) => s.deviceSecrets.of(`person${n}`, NOW)),
  'deviceSecrets.end': writes('device_secrets -1', (s) => s.deviceSecrets.end('device-secret1')),
  'trustedIssuers.find': reads((s, n) => s.trustedIssuers.find(`https://trusted${n}.example`)),
  'trustedIssuersAdmin.list': lists((s) => s.trustedIssuersAdmin.list(page)),
  'trustedIssuersAdmin.add': writes('trusted_issuers +1', (s) => s.trustedIssuersAdmin.add(aTrustedIssuer('3'))),
  'trustedIssuersAdmin.replace': writes('trusted_issuers ~1', (s) =>
    s.trustedIssuersAdmin.replace({ ...aTrustedIssuer('1'), enabled: false }),
  ),
  'trustedIssuersAdmin.remove': writes('trusted_issuers -1', (s) => s.trustedIssuersAdmin.remove('https://trusted1.example')),
}

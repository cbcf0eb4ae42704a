/**
 * The expectations of the matrix for what leads over a provider. Who was connected is recognised there whatever became of their password or address;
 * an account that was removed is made anew, as everybody's may be here.
 */
import { account, client, connection, nothing, type Outcomes, registration } from './outcome-groups.ts'

const stopped: Outcomes = {
  invalid_scope: 'scope removed',
  unauthorized_client: 'grant types removed',
  'second factor': 'second factor set up',
  'not assigned': 'assignment removed',
  '404': 'tenant suspended',
}
const known = `
  ${nothing}, address changed, resource removed, account suspended and resumed, account deleted, password changed, sessions ended, grant revoked,
  signing key revoked`
const renewed = 'client disabled and enabled, client deleted and registered again'

export const upstreamOutcomes: Readonly<Record<string, Outcomes>> = {
  'sign-in through a provider': {
    ...stopped,
    works: `${known}, ${renewed}`,
    '400': 'client disabled, client deleted, redirect URI removed',
    'signs in': `account suspended, ${connection}`,
  },
  'answer of a provider': {
    ...stopped,
    works: known,
    '400': `${client}, ${connection}, redirect URI removed`,
    'signs in': 'account suspended',
  },
  'invitation, through a provider': {
    ...stopped,
    works: `${nothing}, ${renewed}, resource removed, sessions ended, grant revoked, signing key revoked`,
    '400': 'client disabled, client deleted, redirect URI removed',
    'signs in': `${account}, address changed, ${connection}`,
  },
  'link that connects an account of a provider': {
    works: `${nothing}, ${registration}, resource removed, sessions ended, grant revoked, signing key revoked, assignment removed`,
    '400': `${client}, ${account}, ${connection}, address changed, second factor set up`,
    '404': 'tenant suspended',
  },
}

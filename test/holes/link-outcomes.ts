/** The expectations of the matrix for links in mails: a link acts for the address it was sent to, and one that changes how its owner signs in ends with any such change. */
import { account, client, connection, nothing, type Outcomes, registration, untouched } from './outcome-groups.ts'

const elsewhere = `${client}, ${registration}, resource removed, sessions ended, grant revoked, signing key revoked, assignment removed`
const linkInMail: Outcomes = {
  works: `${nothing}, ${connection}, second factor set up, ${elsewhere}`,
  '400': `${account}, address changed`,
  '404': 'tenant suspended',
}
const linkThatChanges: Outcomes = {
  works: `${nothing}, ${connection}, ${elsewhere}`,
  '400': `${account}, address changed, second factor set up`,
  '404': 'tenant suspended',
}
const nobodysOwn: Outcomes = {
  works: `${untouched}, ${client}, ${registration}, resource removed, ${account}, sessions ended, grant revoked, signing key revoked, assignment removed`,
  '404': 'tenant suspended',
}

export const linkOutcomes: Readonly<Record<string, Outcomes>> = {
  'reset link': linkThatChanges,
  invitation: linkInMail,
  'link that verifies an address': linkInMail,
  'link that changes an address': linkThatChanges,
  'link that ends a sign-up': nobodysOwn,
  'page for a forgotten password': nobodysOwn,
}

/** Credentials that an administrator has to approve: OpenID for Verifiable Credential Issuance §9. */
import type { CheckContext } from '../context.ts'
import { accepted, demand, json, NotApplicable } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { PrivateKey } from '../random.ts'
import type { Person } from '../target/target.ts'
import type { Browser } from './browser.ts'
import { credentialIssuer } from './documents.ts'
import { type Wallet, walletsFor } from './wallet.ts'

export interface Deferred {
  /** Whose credential it is: nobody else waits in their name. */
  person: Person & { browser(): Browser }
  wallet: Wallet
  /** Of the proof. */
  key: PrivateKey
  /** The response of the credential endpoint, §8.3. */
  reply: Reply
  transaction: string
  /** Asks for it, §9.1. `body`: another message than the usual one. */
  collect(how?: { accessToken?: string; body?: { text: string; type: string } }): Promise<Reply>
  approve(): Promise<void>
}

/** Requests the first credential that is not issued at once. Not applicable if there is none, or nobody can approve it. */
export async function deferred(context: CheckContext): Promise<Deferred> {
  const { deferred_credential_endpoint: url } = (await credentialIssuer(context)).members
  if (typeof url !== 'string') throw new NotApplicable('the issuer does not defer')
  if (context.target.administer?.approve === undefined) throw new NotApplicable('the target file does not say how credentials are approved')
  const person = await context.newcomer()
  const browser = person.browser()
  for (const open of await walletsFor(context, { browser })) {
    const wallet = await open()
    const key = context.random.key()
    const reply = accepted(await wallet.request([await wallet.proof(key, await wallet.nonce())]))
    const { transaction_id: transaction } = json(reply)
    if (transaction === undefined) continue
    demand(typeof transaction === 'string', 'transaction_id is no text')
    const { accessToken: own } = wallet
    return {
      ...{ person, wallet, key, reply, transaction },
      collect({
        accessToken = own,
        body = { text: JSON.stringify({ transaction_id: transaction, unknown: 1 }), type: 'application/json' },
      } = {}) {
        const headers = { 'content-type': body.type, authorization: `Bearer ${accessToken}` }
        return context.send({ method: 'POST', url, headers, body: body.text })
      },
      approve: () => context.administer('approve', person),
    }
  }
  throw new NotApplicable('every credential is issued at once')
}

/** A response that says that the credential is not ready, §8.3, §9.2. `members`: what was encrypted in it. */
export function isPending(reply: Reply, transaction?: string, members = json(accepted(reply))): void {
  const { transaction_id: told, interval, credentials } = members
  demand(reply.status === 202, `the status is ${reply.status}`)
  demand(typeof told === 'string' && told === (transaction ?? told), `transaction_id is ${JSON.stringify(told)}`)
  demand(typeof interval === 'number' && interval > 0, `interval is ${JSON.stringify(interval)}`)
  demand(credentials === undefined, 'there are credentials beside transaction_id')
}

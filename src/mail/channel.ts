/** Mails in the outbox: sealed, since the link in one is a credential. */
import type { Mail, Mailer } from '../identity/links.ts'
import type { OutboxMessage } from '../identity/outbox.ts'
import { type Channel, type Failure, type Seals, sealedContent } from '../outbox/delivery.ts'

/** A mail as a message to be stored. `seal`: under the id of the message. */
export function mailMessage(
  mail: Mail,
  leased: Omit<OutboxMessage, 'kind' | 'sealed'>,
  seal: (id: string, text: Buffer) => string,
): OutboxMessage {
  return { ...leased, kind: 'mail', sealed: seal(leased.id, Buffer.from(JSON.stringify(mail))) }
}

export interface MailChannelDeps extends Seals {
  /** Undefined: mail is not configured. */
  mailer: Mailer | undefined
}

export function mailChannel({ mailer, ...seals }: MailChannelDeps): Channel<Mail> {
  return {
    name: 'mail',
    read: sealedContent(seals),
    receiver: () => undefined,
    async send(mail) {
      return mailer ? mailer.send(mail).then(() => undefined, failureOf) : { reason: 'no mailer' }
    },
    loss: ({ id }, mail) => ({
      act: 'mail.lost',
      target: id,
      detail: { ...(mail && { kind: mail.kind }), ...(mail?.account !== undefined && { user: mail.account }) },
    }),
    about: ({ kind }) => ({ kind }),
  }
}

/** Only a refusal of this mail or its recipient is final: an unreachable server or refused credentials may be fixed. RFC 5321 §4.2.1 */
function failureOf({ code, responseCode }: { code?: unknown; responseCode?: unknown }): Failure {
  const final = typeof responseCode === 'number' && responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  return { permanent: final, reason: String(responseCode ?? code ?? 'unknown') }
}

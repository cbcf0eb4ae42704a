/** Streams of security events, and the events in them — OpenID Shared Signals Framework 1.0, CAEP 1.0. */
import { z } from 'zod'
import type { AuditEvent } from './audit-events.ts'
import { secureUrl } from './client.ts'
import { line } from './text.ts'

const caep = 'https://schemas.openid.net/secevent/caep/event-type'

export const sessionRevoked = `${caep}/session-revoked`
export const credentialChange = `${caep}/credential-change`
export const verification = 'https://schemas.openid.net/secevent/ssf/event-type/verification'

/** What a stream can ask for. Each gets verification events, whether it asks for them or not. SSF §8.1.4.1 */
export const eventsSupported: readonly string[] = [sessionRevoked, credentialChange]

export const pushMethod = 'urn:ietf:rfc:8935'
export const pollMethod = 'urn:ietf:rfc:8936'

export const streamStatuses = ['enabled', 'paused', 'disabled'] as const

const delivery = z.discriminatedUnion('method', [
  z.object({
    method: z.literal(pushMethod),
    endpoint_url: secureUrl,
    authorization_header: z
      .string()
      .max(4000)
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'must be the value of a header')
      .optional(),
  }),
  z.object({ method: z.literal(pollMethod) }),
])

/** What a receiver says of its stream. Members that only the transmitter sets are left out. SSF §8.1.1 */
export const streamSchema = z.object({
  delivery: delivery.default({ method: pollMethod }),
  events_requested: z.array(z.string().max(500)).max(100).default([]),
  description: line(200).optional(),
})

export type StreamRequest = z.infer<typeof streamSchema>

/** One as stored. There is at most one for each client. */
export interface EventStream {
  id: string
  clientId: string
  status: (typeof streamStatuses)[number]
  method: typeof pushMethod | typeof pollMethod
  /** Where events are pushed to. */
  endpointUrl: string | undefined
  eventsRequested: readonly string[]
  description: string | undefined
  /** The value of the Authorization header of pushes, sealed. */
  sealedAuthorization: string | undefined
}

/** An event that waits in a stream. Times in seconds since the epoch. */
export interface StreamEvent {
  stream: string
  /** The `jti` of its token, which stays the same in every attempt. */
  jti: string
  /** The URI of its type. */
  type: string
  at: number
  /** Absent: the event is about the stream itself. */
  subject?: string
  /** The session, as ID tokens name it. */
  sid?: string
  /** The content of the event. */
  claims: Readonly<Record<string, string | number>>
}

/** For how long an event waits for its receiver, in seconds. */
export const eventLifetime = 259_200

/** One verification event in so many seconds. SSF §8.1.1 */
export const minVerificationInterval = 1

export interface EventStreamStore {
  eventStreams: {
    find(id: string): Promise<EventStream | undefined>
    ofClient(clientId: string): Promise<EventStream | undefined>
    /** In order of id, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<EventStream[]>
    /** False when the client has one. */
    add(stream: EventStream): Promise<boolean>
    /** All but its status. What waits is delivered by the new method. False when there is none of this id. */
    replace(stream: EventStream, now: number): Promise<boolean>
    /** What waits goes out when it is enabled, stays while it is paused, and is discarded when it is disabled. */
    setStatus(id: string, status: EventStream['status'], now: number): Promise<boolean>
    /** With what waits. True when there was one. */
    remove(id: string): Promise<boolean>
    /** Adds a verification event. False when the last one is too recent. */
    verify(stream: EventStream, event: StreamEvent): Promise<boolean>
    /** The events that wait, oldest first. */
    waiting(id: string, limit: number): Promise<StreamEvent[]>
    /** Discards events that were received. Returns the `jti` of those that waited in this stream. */
    acknowledge(id: string, jtis: readonly string[]): Promise<string[]>
  }
}

/** What is sealed of a stream. */
export interface StreamSecrets {
  seal(stream: string, text: string): string
  /** Undefined where this node lacks the key that it is sealed under. */
  open(stream: string, sealed: string): Promise<string | undefined>
}

/** CAEP 1.0 §3.3. Undefined: the act changes no credential. */
export function credentialChangeOf({ act, outcome, detail = {} }: AuditEvent): Record<string, string> | undefined {
  if (outcome !== 'success') return undefined
  const factor = { totp: 'app', passkey: 'passkey' }[String(detail['factor'])] ?? 'second-factor'
  switch (act) {
    case 'user.password':
    case 'user.recovery':
      return { credential_type: 'password', change_type: 'update' }
    case 'user.factor-add':
      return { credential_type: factor, change_type: 'create' }
    case 'user.factor-remove':
      return { credential_type: factor, change_type: 'delete' }
    default:
      return undefined
  }
}

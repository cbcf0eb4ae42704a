/** Ports for the administration of clients, APIs and grants. Times in seconds since the epoch. */
import type { Client, ClientMetadata } from './client.ts'
import type { ResourceMetadata } from './resource.ts'
import type { Grant } from './types.ts'

/** A client's secret as stored. */
export interface SecretRow {
  /** Public, unique for its client. */
  id: string
  hash: string
  createdAt: number
  /** Absent: it does not expire. */
  expiresAt?: number
}

/** Every rule treats a disabled client as if it were not registered. */
export const clientStatuses = ['active', 'disabled'] as const
export type ClientStatus = (typeof clientStatuses)[number]

export interface RegisteredClient extends Client {
  status: ClientStatus
  /** How it registered itself; absent: an operator registered it. */
  registration?: Registration
}

/**
 * What a client becomes by a change, computed within the transaction that stores it: while it was prepared, such as by a request to another server,
 * an operator may have changed what the client may do.
 */
export type ClientChange = (before: ClientMetadata) => ClientMetadata

/** How a client registered itself, which bounds its later changes. */
export interface Registration {
  /** Id of the initial access token; undefined: anyone could. */
  token: string | undefined
  /** The scopes it may register for. */
  scope: readonly string[]
  at: number
}

/** Its holder can register clients. RFC 7591 §1.2 */
export interface InitialAccessToken {
  /** Public. */
  id: string
  /** What it is for, in the operator's words. */
  label: string
  /** The scopes its clients may register for; undefined: those of the configuration. */
  scope: readonly string[] | undefined
  /** How many clients it may still register. */
  usesLeft: number
  createdAt: number
  expiresAt: number
}

/** Clients that register and look after themselves: RFC 7591, RFC 7592. */
export interface RegistrationStore {
  registrations: {
    /** An initial access token that is in force. */
    initialToken(hash: string, now: number): Promise<InitialAccessToken | undefined>
    /** With its first secret, using the initial access token up once. False: that is not in force any more. */
    add(registered: NewRegistration): Promise<boolean>
    /** The active client of this registration access token. Its earlier token ends when the current one is shown. */
    find(clientId: string, hash: string): Promise<RegisteredClient | undefined>
    /** At once with another registration access token, and another secret where one is given. undefined: `hash` is no longer its token. */
    replace(
      clientId: string,
      change: ClientChange,
      by: { hash: string; next: string; secret: SecretRow | undefined },
    ): Promise<ClientMetadata | undefined>
    /** With its secrets and grants. False: `hash` is no longer its token. */
    remove(clientId: string, hash: string, now: number): Promise<boolean>
    /** Whatever its status; undefined when it is not registered at all. */
    known(clientId: string): Promise<RegisteredClient | undefined>
    /** The client as its metadata document describes it, new or in place of how it was described before. False: an operator registered this identifier. */
    describe(described: DescribedClient): Promise<boolean>
    /** Notes that it is in use: it is out of quarantine, and stays at least until then. */
    used(clientId: string, expiresAt: number): Promise<void>
  }
}

export interface NewRegistration {
  client: ClientMetadata
  secret: SecretRow | undefined
  registration: Registration
  /** Of its registration access token. */
  hash: string
  quarantined: boolean
  expiresAt: number
}

/** A client by its metadata document. */
export interface DescribedClient {
  clientId: string
  /** `before`: as it is stored already. */
  describe: (before: ClientMetadata | undefined) => ClientMetadata
  /** When the document was read. */
  at: number
  /** Of a new one, until when it stays without being used. */
  expiresAt: number
}

export interface InitialAccessTokenStore {
  initialAccessTokens: {
    add(token: InitialAccessToken & { hash: string }): Promise<void>
    /** Those that are used up too, until they expire; in order of id, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<InitialAccessToken[]>
    /** True when there was one. The clients it registered stay. */
    remove(id: string): Promise<boolean>
  }
}

export interface ClientStore {
  clientsAdmin: {
    /** With its first secrets. False when the identifier is taken. */
    add(client: ClientMetadata, secrets: readonly SecretRow[]): Promise<boolean>
    /**
     * Replaces the whole registration except the secrets. `anew`: where it depends on the one before. The client as it is stored now; undefined when
     * there is none.
     */
    replace(client: ClientMetadata, anew?: ClientChange): Promise<ClientMetadata | undefined>
    /** With its secrets and all grants given to it. True when there was one. */
    remove(id: string, now: number): Promise<boolean>
    /** Disabling makes everything issued to it void at once, even after it is enabled again. False when there is no such client. */
    setStatus(id: string, status: ClientStatus): Promise<boolean>
    /** A disabled one too. */
    find(id: string): Promise<RegisteredClient | undefined>
    /** In order of identifier, after `after`, including disabled ones. */
    list(ask: { after?: string; limit: number }): Promise<ClientMetadata[]>
    /** The secret its APIs share with us for HS256, sealed; undefined removes it. False when there is no such client. */
    setSigningSecret(id: string, sealed: string | undefined): Promise<boolean>
    /** False when there is no such client, or it has a secret of this id. */
    addSecret(id: string, secret: SecretRow): Promise<boolean>
    removeSecret(id: string, secretId: string): Promise<boolean>
    /**
     * Replaces all secrets with a new one. The newest valid one works until `until` (or until it expires, if that is sooner);
     * undefined: no longer. False when there is no such client.
     */
    rotateSecret(id: string, secret: SecretRow, until: number | undefined): Promise<boolean>
    /** Expired ones too, oldest first. */
    listSecrets(id: string): Promise<SecretRow[]>
  }
}

/** Whether an assignment is of one person, by subject, or of all members of a group, by its id. */
export const assigneeKinds = ['group', 'user'] as const
export type AssigneeKind = (typeof assigneeKinds)[number]

export interface Assignee {
  kind: AssigneeKind
  id: string
}

/** Who may use a client whose policy demands an assignment. */
export interface AssignmentStore {
  assignmentsAdmin: {
    /** Assigning twice is the same as once. */
    add(clientId: string, assignee: Assignee): Promise<'assigned' | 'unknown client' | 'unknown assignee'>
    /** True when there was one. */
    remove(clientId: string, assignee: Assignee): Promise<boolean>
    /** Groups, then people, each in order of id, after `after`. `name`: of the group, or the user name. */
    list(clientId: string, ask: { after?: Assignee; limit: number }): Promise<(Assignee & { name: string })[]>
  }
}

export interface ResourceStore {
  resourcesAdmin: {
    /** With its first secret, if it has one. False when the identifier or the resource_id is taken. */
    add(resource: ResourceMetadata, secret?: SecretRow): Promise<boolean>
    /** Replaces the whole registration except the secrets. 'taken' when another resource has its resource_id. */
    replace(resource: ResourceMetadata): Promise<'replaced' | 'unknown' | 'taken'>
    /** With its secrets. True when there was one. */
    remove(identifier: string): Promise<boolean>
    /** In order of identifier, after `after`. */
    list(ask: { after?: string; limit: number }): Promise<ResourceMetadata[]>
    /** Replaces all secrets with a new one, as for a client. */
    rotateSecret(identifier: string, secret: SecretRow, until: number | undefined): Promise<boolean>
  }
}

/** An API key: it authorises requests as its owner, without a client. */
export interface ApiKey {
  /** Public. */
  id: string
  owner: 'person' | 'service'
  subject: string
  /** What it is for, as the owner named it. */
  label: string
  scope: readonly string[]
  /** Resource identifiers (RFC 8707), besides this server. */
  resource: readonly string[]
  createdAt: number
  expiresAt: number | undefined
  /** Accurate to a minute. */
  lastUsedAt: number | undefined
}

/** An API key as stored. */
export interface StoredApiKey extends ApiKey {
  hash: string
  /** The id of the first key in its chain of rotations; its own when it is the first. */
  chain: string
  /** Seconds from creation to expiry, also for the keys that replace it; undefined: they do not expire. */
  lifetime: number | undefined
}

/** A grant as it is shown to administrators. */
export interface ListedGrant extends Grant {
  createdAt: number
}

export interface GrantStore {
  grantsAdmin: {
    /** Those in force, newest first, of one subject or client or of all; `after`: the last one of the page before. */
    list(ask: {
      subject?: string | undefined
      clientId?: string | undefined
      after?: Pick<ListedGrant, 'createdAt' | 'id'> | undefined
      limit: number
    }): Promise<ListedGrant[]>
    /** One in force. */
    find(id: string): Promise<ListedGrant | undefined>
  }
}

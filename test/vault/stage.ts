/** The vault of one node before a provider that answers what a test says, with all that it did and told. */
import assert from 'node:assert/strict'
import type { AuditEvent } from '../../src/protocol/audit-events.ts'
import type { VaultDeps } from '../../src/vault/deps.ts'
import type { Owner, VaultEntry } from '../../src/vault/entry.ts'
import { keepTokens } from '../../src/vault/keep.ts'
import { replaceRefreshToken } from '../../src/vault/replace.ts'
import { openTokens } from '../../src/vault/tokens.ts'
import { NOW, type TenantStore } from '../stored.ts'
import { aProvider, vaultNode } from './node.ts'

interface Answer {
  status: number
  body: object
}

export const ada: Owner = { type: 'upstream', id: 'ada' }
export const refusal: Answer = { status: 400, body: { error: 'invalid_grant' } }
export const failure: Answer = { status: 503, body: {} }
/** Of the token endpoint. */
export const tokens = (more: object = {}): Answer => ({
  status: 200,
  body: { access_token: 'fresh', token_type: 'bearer', expires_in: 300, ...more },
})

/** `provider`: the connection as it is declared. */
export async function vaultStage(store: TenantStore, provider = aProvider()) {
  await store.connections.add(provider, undefined)
  const connection = { ...provider, sealedSecret: undefined }
  const clock = { now: NOW }
  /** What the provider was sent, by path. */
  const requests: Record<string, string>[] = []
  const told: unknown[][] = []
  const audited: AuditEvent[] = []
  const pauses: number[] = []
  let answer: (request: Record<string, string>) => Answer | Promise<Answer> = () => tokens()
  const node = vaultNode({
    ...{ store, connections: store.connections, now: () => clock.now, chance: () => 1 },
    remote: {
      async request({ url, body = '' }) {
        const request = { path: new URL(url).pathname, ...Object.fromEntries(new URLSearchParams(body)) }
        requests.push(request)
        const { status, body: sent } = await answer(request)
        return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(sent) }
      },
    },
  })
  const vault: VaultDeps = {
    ...node,
    warn: (...what) => void told.push(what),
    recordAudit: async (events) => void audited.push(...events),
    pause: async (milliseconds) => void pauses.push(milliseconds),
  }

  /** Stores tokens of Ada that last 60 seconds and have the scope `read`. */
  async function keep(kept: { refreshToken?: string | undefined; accessToken?: string | undefined; expiresAt?: number | undefined } = {}) {
    const usual = {
      accessToken: 'kept',
      refreshToken: 'rt',
      expiresAt: NOW + 60,
      refreshExpiresAt: undefined,
      scope: 'read',
      session: undefined,
    }
    const none = { person: undefined, scope: '', session: undefined }
    const outcome = await keepTokens(vault, { connection, owner: ada, kind: 'offline', tokens: { ...usual, ...kept }, ...none })
    assert.ok(outcome !== 'refused')
    audited.length = 0
    return outcome.entry
  }
  const bring = (refreshToken: string, owner = ada) => replaceRefreshToken(vault, { connection, owner, refreshToken, session: 'session' })
  const find = async ({ id }: Pick<VaultEntry, 'id'>) => (await store.vault.find(id)) as VaultEntry
  const opened = async (entry: Pick<VaultEntry, 'id'>) => openTokens(vault, await find(entry))
  const answers = (...all: (Answer | (() => Promise<Answer>))[]) => {
    let n = 0
    answer = () => {
      const one = all[n++ % all.length] as Answer | (() => Promise<Answer>)
      return typeof one === 'function' ? one() : one
    }
  }
  /** What the provider was sent at its token endpoint. */
  const refreshes = () => requests.filter(({ path }) => path === '/token').map((request) => request['refresh_token'])
  return { store, vault, connection, clock, requests, told, audited, pauses, keep, bring, find, opened, answers, refreshes }
}

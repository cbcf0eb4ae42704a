/** Memory for the peer: plain maps that forget nothing before its time. Its own adapter keeps the last 1000 entries only. */

interface Entry extends Record<string, unknown> {
  grantId?: string
  uid?: string
  userCode?: string
}

/** Makes an adapter for each model, as the peer's configuration wants them. */
export function memory(): (model: string) => object {
  const entries = new Map<string, { entry: Entry; until: number }>()
  const ofGrant = new Map<string, Set<string>>()
  const ids = new Map<string, string>()
  const now = () => Date.now() / 1000

  return (model) => {
    const find = (id: string | undefined) => {
      const found = entries.get(`${model}:${id}`)
      return found && found.until > now() ? found.entry : undefined
    }
    return {
      async upsert(id: string, entry: Entry, expiresIn: number | undefined) {
        const key = `${model}:${id}`
        entries.set(key, { entry, until: expiresIn === undefined ? Number.POSITIVE_INFINITY : now() + expiresIn })
        if (entry.uid) ids.set(`uid:${entry.uid}`, id)
        if (entry.userCode) ids.set(`userCode:${entry.userCode}`, id)
        if (!entry.grantId) return
        const keys = ofGrant.get(entry.grantId) ?? new Set()
        ofGrant.set(entry.grantId, keys.add(key))
      },
      find: async (id: string) => find(id),
      findByUid: async (uid: string) => find(ids.get(`uid:${uid}`)),
      findByUserCode: async (userCode: string) => find(ids.get(`userCode:${userCode}`)),
      async consume(id: string) {
        const entry = find(id)
        if (entry) entry['consumed'] = Math.floor(now())
      },
      async destroy(id: string) {
        entries.delete(`${model}:${id}`)
      },
      async revokeByGrantId(grantId: string) {
        for (const key of ofGrant.get(grantId) ?? []) entries.delete(key)
        ofGrant.delete(grantId)
      },
    }
  }
}

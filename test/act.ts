/** One act of a port, and what it changes. */
import type { TenantStore } from './stored.ts'

export interface Act {
  /** `n`: which of the two things of a kind it is about; of a third there is none. */
  act: (store: TenantStore, n: string) => Promise<unknown>
  /** Whether it is about one thing, and must find no other. */
  keyed: boolean
  changes: string
}

export const reads = (act: Act['act']): Act => ({ act, keyed: true, changes: '' })
export const lists = (act: Act['act']): Act => ({ act, keyed: false, changes: '' })
export const writes = (changes: string, act: Act['act']): Act => ({ act, keyed: false, changes })

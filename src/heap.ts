/** Where V8's usual way with memory does not suit a server of many tenants. Both are of the whole process, and can be called more than once. */
import { setFlagsFromString } from 'node:v8'

/**
 * Pretenuring allocates new objects among those that last, because others from the same place in the code lasted. What acts in a tenant is alike
 * for all, and lives as long as a request or as long as the tenant is busy; among those that last, each would stay until all garbage is
 * collected.
 */
export function disablePretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}

/** Collects all garbage each time the heap has grown by a fifth. Usually it may grow to a multiple first, which is much where thousands of tenants are open. */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=20')
}

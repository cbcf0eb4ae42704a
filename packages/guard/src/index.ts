/** What an author of an API imports from `@gatehouse/guard`. */
export type { Caller } from './caller.ts'
export { Refused } from './challenge.ts'
export { createGuard, type Guard, type GuardOptions } from './guard.ts'
export type { ResourceMetadata } from './metadata.ts'
export type { Algorithm } from './public-key.ts'
export type { GuardRequest, Need } from './request.ts'

/** What the author of an API imports from `@gatehouse/guard`. */
export type { Caller } from './caller.ts'
export { Refused } from './challenge.ts'
export { createGuard, type Guard } from './guard.ts'
export type { ResourceMetadata } from './metadata.ts'
export type { DpopOptions, GuardOptions, IntrospectionCredentials, MtlsOptions } from './options.ts'
export type { Algorithm } from './public-key.ts'
export type { ReplayStore } from './replay.ts'
export { type GuardRequest, type Need, type NodeRequest, nodeRequest } from './request.ts'

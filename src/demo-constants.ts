/** What everyone knows of development mode: it is in the README. */

/** Where the example application and the example API run. */
export const demoAddresses = { application: 'http://localhost:3000', api: 'http://localhost:4000' } as const

export const demoMachine = { id: 'demo-machine', secret: 'demo-machine-secret' } as const

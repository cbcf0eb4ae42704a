/** What the tests use of packages that have no types. */
declare module 'passport-openidconnect' {
  interface Options {
    issuer: string
    authorizationURL: string
    tokenURL: string
    userInfoURL: string
    clientID: string
    clientSecret: string
    callbackURL: string
    scope?: string[]
    skipUserProfile?: boolean
  }
  export default class Strategy {
    constructor(options: Options, verify: (issuer: string, profile: object, done: (error: unknown, user: object) => void) => void)
  }
}
declare module 'passport' {
  import type { RequestHandler } from 'express'

  class Passport {
    use(name: string, strategy: object): void
    authenticate(name: string): RequestHandler
    authenticate(name: string, done: (error: Error | null, user: object | false) => void): RequestHandler
  }
  const passport: { Passport: typeof Passport }
  export default passport
}
declare module 'express-session' {
  import type { RequestHandler } from 'express'
  export default function session(options: { secret: string; resave: boolean; saveUninitialized: boolean }): RequestHandler
}

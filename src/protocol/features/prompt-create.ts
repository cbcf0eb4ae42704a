/** `prompt=create`: an application asks the person to register an account — OpenID Connect Initiating User Registration 1.0. */
import type { Feature } from '../feature.ts'

export function promptCreate(): Feature {
  return {
    id: 'promptCreate',
    spec: 'OpenID Connect Initiating User Registration 1.0',
    requires: ['authorizationCode'],
    prompts: ({ tenant }) => (tenant.signUp ? ['create'] : []), // §4.1, §4.2
  }
}

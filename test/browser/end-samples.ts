/** Pages at the end of something: it is done, or it was refused. */
import type { Page } from '../../src/protocol/request-reply.ts'
import { cure } from './home-samples.ts'

const refused = { code: 'invalid_request', status: 400, cure: undefined }

export function endSamples(flow: string): Record<string, Page> {
  return {
    'mail-sent': { page: 'done', data: { what: 'mail-sent', flow } },
    'sign-up-mail-sent': { page: 'done', data: { what: 'sign-up-mail-sent', flow } },
    'signed-up': { page: 'done', data: { what: 'signed-up', flow: undefined } },
    'password-set': { page: 'done', data: { what: 'password-set', flow: undefined } },
    'password-set-back': { page: 'done', data: { what: 'password-set', flow } },
    error: {
      page: 'error',
      data: { code: 'invalid_request', description: 'redirect_uri is not one that is registered for this client', status: 400, cure },
    },
    'error-back': {
      page: 'error',
      data: {
        ...refused,
        description: 'this sign-in has expired or belongs to another browser',
        application: { name: 'Lumen Photos', url: 'https://lumen.example/' },
      },
    },
    'error-link': {
      page: 'error',
      data: {
        ...refused,
        description: 'this link was already used or has expired; request a new one',
        wayOn: 'new-link',
      },
    },
    'error-logout': {
      page: 'error',
      data: {
        ...refused,
        description: 'id_token_hint is not an ID token of this issuer',
        wayOn: 'sign-out',
      },
    },
    'not-found': {
      page: 'error',
      data: { code: 'not_found', description: 'there is nothing at this address', status: 404, cure: undefined },
    },
    'error-ours': {
      page: 'error',
      data: { code: 'server_error', description: 'something failed on our side', status: 500, cure: undefined },
    },
  }
}

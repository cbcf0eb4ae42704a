/** Response mode form_post — OAuth 2.0 Form Post Response Mode. */
import type { Feature, ResponseMode } from '../feature.ts'
import { applicationOf } from '../respond.ts'

const mode: ResponseMode = {
  name: 'form_post',
  reply: async (_ctx, { client, redirectUri }, answer) => ({
    kind: 'page',
    page: 'form-post',
    data: { application: applicationOf(client), action: redirectUri, fields: answer },
  }),
}

export function formPost(): Feature {
  return { id: 'formPost', spec: 'OAuth 2.0 Form Post Response Mode', requires: ['responseModes'], responseModes: [mode] }
}

/** Lifetimes in seconds, set by the deployment; a tenant may set its own. */
import { z } from 'zod'

const seconds = (least: number, most: number) => z.int().min(least).max(most)

/** As a deployment sets them, with the defaults. */
export const lifetimeFields = {
  flow: seconds(60, 86_400).default(1800).describe('A sign-in flow, in seconds'),
  code: seconds(1, 600).default(60).describe('Authorization code, in seconds'),
  access_token: seconds(1, 86_400).default(3600).describe('Access token, in seconds, where neither client nor resource sets one'),
  id_token: seconds(1, 86_400).default(3600).describe('ID token, in seconds, where the client does not set one'),
  refresh_token: seconds(1, 31_536_000).default(2_592_000).describe('Refresh token, in seconds, where the client does not set one'),
  refresh_grace: seconds(0, 60)
    .default(10)
    .describe('Seconds in which a repeated request with a used refresh token gets the same tokens again'),
  session_idle: seconds(60, 2_592_000).default(3600).describe('An unused browser session, in seconds'),
  session_absolute: seconds(60, 2_592_000).default(86_400).describe('A browser session, even while it is used, in seconds'),
}

export type LifetimeName = keyof typeof lifetimeFields

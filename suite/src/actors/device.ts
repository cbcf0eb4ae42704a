/** The device authorization grant, RFC 8628: a device, and the person who approves it in a browser. */
import { setTimeout as wait } from 'node:timers/promises'
import { accepted, demand, json } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { Application } from './application.ts'
import type { Browser } from './browser.ts'

/** A pending device authorization. */
export interface Begun {
  deviceCode: string
  userCode: string
  verificationUri: string
  reply: Reply
  /** Waits until the device may poll again. */
  interval(): Promise<void>
}

export interface Device {
  begin(): Promise<Begun>
  poll(begun: Pick<Begun, 'deviceCode'>): Promise<Reply>
  allow(begun: Begun): Promise<void>
  decline(begun: Begun): Promise<void>
}

export const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code'

const usualInterval = 5 // RFC 8628 §3.2

export function device(app: Application, newBrowser: () => Browser): Device {
  const visit = async ({ verificationUri, userCode }: Begun, decline: boolean) => {
    await newBrowser().open(verificationUri, { userCode, decline })
  }
  return {
    async begin() {
      const reply = accepted(await app.post('device_authorization_endpoint', { scope: 'openid' }))
      const { device_code: deviceCode, user_code: userCode, verification_uri: verificationUri, interval } = json(reply)
      demand(typeof deviceCode === 'string' && typeof userCode === 'string', 'device_code or user_code is missing')
      demand(typeof verificationUri === 'string' && URL.canParse(verificationUri), 'verification_uri is missing, or no URI')
      const seconds = typeof interval === 'number' ? interval : usualInterval
      return { deviceCode, userCode, verificationUri, reply, interval: () => wait(seconds * 1000 + 100) }
    },
    poll: ({ deviceCode }) => app.token({ grant_type: deviceCodeGrant, device_code: deviceCode }),
    allow: (begun) => visit(begun, false),
    decline: (begun) => visit(begun, true),
  }
}

import { credentialIssuer } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

interface Shown {
  locale?: unknown
}

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.4',
  level: 'MUST',
  title: 'The issuer, each credential and each claim is described once in a language',
  async run(context) {
    const { members } = await credentialIssuer(context)
    const credentials = Object.values(members['credential_configurations_supported'] ?? {}) as {
      credential_metadata?: { display?: Shown[]; claims?: { display?: Shown[] }[] }
    }[]
    const described = credentials.flatMap(({ credential_metadata: { display, claims = [] } = {} }) => [
      display,
      ...claims.map((claim) => claim.display),
    ])
    for (const display of [members['display'] as Shown[] | undefined, ...described]) {
      if (display === undefined) continue
      demand(Array.isArray(display) && display.length > 0, 'a display is an empty list, or none')
      const locales = display.map(({ locale }) => String(locale).toLowerCase())
      demand(new Set(locales).size === locales.length, `there are two descriptions for one of ${locales.join(', ')}`)
    }
  },
})

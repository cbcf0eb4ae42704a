/** Where verifiers find the keys and the types of our credentials — SD-JWT VC (draft-ietf-oauth-sd-jwt-vc) §4, §5, §6. */
import { type CredentialConfiguration, pathOf, vctOf } from '../credential-configuration.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import type { Reply } from '../request-reply.ts'

const document = (body: object): Reply => ({
  kind: 'text',
  status: 200,
  type: 'application/json',
  text: JSON.stringify(body),
  headers: { 'cache-control': 'public, max-age=3600' },
})

/** §5.1: a key of the tenant is in its JWKS; one with certificates of its own is not. */
const issuerMetadata: Endpoint = {
  path: '/.well-known/jwt-vc-issuer',
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx) {
    const known = (await ctx.store.credentialConfigurations.all()).length > 0 // also after the last one was disabled
    const { jwk } = (known ? ctx.keys.credentials : undefined) ?? refuse('not_found', 'this tenant issues no credentials')
    return document({ issuer: ctx.issuer, ...(jwk ? { jwks: { keys: [jwk] } } : { jwks_uri: `${ctx.issuer}/.well-known/jwks.json` }) })
  },
}

/** §6.3.1: for the types whose name is this address. */
const typeMetadata: Endpoint = {
  path: '/credential-types/:id',
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx, _request, { path }) {
    const found = await ctx.store.credentialConfigurations.find(path['id'] ?? '') // also one that is disabled
    const isNamed = found?.format === 'dc+sd-jwt' && found.vct === undefined
    return isNamed ? document(typeOf(ctx, found)) : refuse('not_found', 'there is no such type of credential here')
  },
}

/** §6.2, §8, §9. What is always there cannot be left out: `never`; the rest always can. */
function typeOf({ issuer }: Ctx, configuration: CredentialConfiguration): object {
  const { display, claims } = configuration
  return {
    vct: vctOf(issuer, configuration),
    name: display[0]?.name,
    description: display[0]?.description,
    display: display.map(({ locale = 'en', name, description, background_color, text_color, logo }) => ({
      locale,
      name,
      description,
      rendering: { simple: { logo: logo && { uri: logo.uri, alt_text: logo.alt_text }, background_color, text_color } },
    })),
    claims: claims.map((claim) => ({
      path: pathOf(claim),
      mandatory: claim.mandatory,
      sd: claim.disclosure === 'always' ? 'never' : 'always',
      display: claim.display?.map(({ locale = 'en', name }) => ({ locale, label: name })),
    })),
  }
}

export function sdJwtVc(): Feature {
  return { id: 'sdJwtVc', spec: 'draft-ietf-oauth-sd-jwt-vc §4', requires: ['keys'], endpoints: [issuerMetadata, typeMetadata] }
}

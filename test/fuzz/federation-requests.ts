/** Valid requests of the entities of a federation — OpenID Federation 1.0. */

import { setup } from './harness.ts'
import { header } from './http.ts'
import type { Fill } from './usual.ts'
import { now } from './world.ts'

const entity: Fill = (_random, { declared }) => ({ query: [['sub', declared.subordinate]] })

const mark: Fill = (_random, { declared }) => ({
  query: [
    ['sub', declared.subordinate],
    ['trust_mark_type', declared.trustMark],
  ],
})

const markStatus: Fill = async (random, fixture) => {
  const { query = [] } = await mark(random, fixture, 'GET')
  const target = `/federation/trust-mark?${query.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`
  const answer = await fixture.harness.ask(setup, { method: 'GET', target, headers: [] })
  const isMark = answer && header(answer, 'content-type') === 'application/trust-mark+jwt'
  return { form: [['trust_mark', isMark ? answer.body.toString() : 'x']] }
}

const register: Fill = (random, { world: { party, anchor }, harness }) => {
  party.configuration = { aud: harness.issuer, iat: now(), jti: `jti-${random.below(1_000_000_000)}` }
  const configuration = party.configurationJwt()
  party.configuration = {}
  if (random.chance(0.6)) return { signed: { type: 'application/entity-statement+jwt', text: configuration } }
  const chain = [configuration, anchor.statementJwt(party.id), anchor.configurationJwt()]
  return { signed: { type: 'application/trust-chain+json', text: JSON.stringify(chain) } }
}

export const federationRequests: Readonly<Record<string, Fill>> = {
  '/federation/fetch': entity,
  '/federation/list': (random) => ({
    query: random.some([
      ['entity_type', 'openid_relying_party'],
      ['intermediate', 'true'],
      ['trust_marked', 'true'],
      ['trust_mark_type', 'https://marks.example/1'],
    ] as const),
  }),
  '/federation/resolve': (_random, { world: { anchor, party } }) => ({
    query: [
      ['sub', party.id],
      ['trust_anchor', anchor.id],
    ],
  }),
  '/federation/trust-mark': mark,
  '/federation/trust-mark-list': (_random, { declared }) => ({ query: [['trust_mark_type', declared.trustMark]] }),
  '/federation/trust-mark-status': markStatus,
  '/federation/register': register,
}

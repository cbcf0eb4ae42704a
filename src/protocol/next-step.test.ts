import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { asked as plain } from '../../test/stored.ts'
import { type ConsentRule, nextStep } from './next-step.ts'
import type { Answer, AuthorizationRequest, SecondFactorStep, Session, Step } from './types.ts'

/** The request is made at 1000 and evaluated at 1100. */
const ASKED = 1000
const NOW = 1100

interface Case {
  asked?: Partial<AuthorizationRequest>
  answered?: readonly Answer[]
  /** When the person signed in; undefined when nobody did. */
  authTime?: number | undefined
  session?: Partial<Session>
  /** The scope of the earlier grant. */
  allowed?: readonly string[]
  consent?: ConsentRule
  secondFactor?: SecondFactorStep
  /** False: the client demands an assignment, and this person has none. */
  assigned?: boolean
  /** Whether a sign-in is pending. */
  pending?: true
}

function step(given: Case): Step {
  const { asked = {}, answered = [], authTime = 900, session = {}, allowed = ['openid'], consent = 'once', secondFactor } = given
  const flow = { asked: { ...plain, askedAt: ASKED, ...asked }, answered, pending: given.pending && pending }
  const covered = flow.asked.scope.every((scope) => allowed.includes(scope))
  const terms = { consent, secondFactor, assigned: given.assigned ?? true, covered }
  return nextStep(flow, { ...someone, authTime, ...session }, terms, NOW)
}

const pending = { id: 'half', subject: 'other', password: 'mark', amr: ['pwd'], expiresAt: NOW + 1 }

const someone: Session = {
  id: 'session',
  sid: 'sid',
  subject: 'subject',
  authTime: 900,
  acr: 'aal1',
  amr: ['pwd'],
  requiredAction: undefined,
  name: 'Alice',
  detail: undefined,
}

const cases: [name: string, expected: Step, given: Case][] = [
  ['signed in and allowed before', 'done', {}],
  ['nothing allowed before', 'consent', { allowed: [] }],
  ['less allowed before than asked', 'consent', { asked: { scope: ['openid', 'email'] } }],
  ['more allowed before than asked', 'done', { allowed: ['openid', 'email'] }],
  ['no scope at all', 'done', { asked: { scope: [] }, allowed: [] }],
  ['an application of the operator', 'done', { allowed: [], consent: 'skip' }],
  ['an application that others can pose as', 'consent', { consent: 'always' }],
  ['an application that others can pose as, consented', 'done', { consent: 'always', answered: ['consent'] }],

  ['prompt=consent', 'consent', { asked: { prompt: ['consent'] } }],
  ['prompt=consent, for an application of the operator', 'consent', { asked: { prompt: ['consent'] }, consent: 'skip' }],
  ['prompt=consent, consented', 'done', { asked: { prompt: ['consent'] }, answered: ['consent'] }],
  ['prompt=consent, consented to less than is asked', 'consent', { asked: { prompt: ['consent'] }, answered: ['consent'], allowed: [] }],

  ['prompt=create', 'sign-up', { asked: { prompt: ['create'] } }],
  ['prompt=create, an account made', 'done', { asked: { prompt: ['create'] }, answered: ['sign-in'], authTime: 1050 }],
  ['prompt=create, an account chosen in place of one', 'done', { asked: { prompt: ['create'] }, answered: ['choose-account'] }],
  ['prompt=create login, an account made', 'done', { asked: { prompt: ['create', 'login'] }, answered: ['sign-in'], authTime: 1050 }],

  ['prompt=login', 'sign-in', { asked: { prompt: ['login'] } }],
  ['prompt=login, signed in', 'done', { asked: { prompt: ['login'] }, answered: ['sign-in'], authTime: 1050 }],
  ['prompt=login, signed in within the same second', 'done', { asked: { prompt: ['login'] }, answered: ['sign-in'], authTime: ASKED }],
  [
    'prompt=login, signed in as somebody else and then chosen',
    'sign-in',
    { asked: { prompt: ['login'] }, answered: ['sign-in', 'choose-account'] },
  ],
  ['prompt=login, signed in meanwhile in another flow', 'sign-in', { asked: { prompt: ['login'] }, authTime: 1050 }],
  ['prompt=login consent, signed in', 'consent', { asked: { prompt: ['login', 'consent'] }, answered: ['sign-in'], authTime: 1050 }],

  ['max_age not yet passed', 'done', { asked: { maxAge: 200 } }],
  ['max_age passed this second', 'sign-in', { asked: { maxAge: 199 } }],
  ['max_age passed, signed in', 'done', { asked: { maxAge: 10 }, answered: ['sign-in'], authTime: 1095 }],
  ['max_age passed while consenting', 'done', { asked: { maxAge: 10 }, answered: ['sign-in', 'consent'], authTime: 1001 }],
  ['max_age=0', 'sign-in', { asked: { maxAge: 0 }, authTime: NOW }],
  ['max_age=0, signed in', 'done', { asked: { maxAge: 0 }, answered: ['sign-in'], authTime: 1050 }],

  ['prompt=select_account', 'choose-account', { asked: { prompt: ['select_account'] } }],
  ['prompt=select_account, chosen', 'done', { asked: { prompt: ['select_account'] }, answered: ['choose-account'] }],
  ['prompt=select_account, signed in as another', 'done', { asked: { prompt: ['select_account'] }, answered: ['sign-in'], authTime: 1050 }],
  ['prompt=select_account login', 'choose-account', { asked: { prompt: ['select_account', 'login'] } }],
  ['prompt=select_account login, chosen', 'sign-in', { asked: { prompt: ['select_account', 'login'] }, answered: ['choose-account'] }],

  ['id_token_hint of this person', 'done', { asked: { hintedSubject: 'subject' } }],
  ['id_token_hint of another', 'sign-in', { asked: { hintedSubject: 'other' } }],
  ['id_token_hint of another, signed in', 'sign-in', { asked: { hintedSubject: 'other' }, answered: ['sign-in'], authTime: 1050 }],

  ['sign-in pending, a second factor required', 'second-factor', { pending: true, secondFactor: 'second-factor' }],
  ['sign-in pending, a second factor to be set up', 'enrolment', { pending: true, secondFactor: 'enrolment' }],
  ['sign-in pending, and the factor was removed', 'sign-in', { pending: true }],
  [
    'sign-in pending, besides a session that would suffice',
    'second-factor',
    { pending: true, secondFactor: 'second-factor', answered: ['consent'] },
  ],
  ['signed in, a second factor required', 'second-factor', { secondFactor: 'second-factor' }],
  ['signed in, a second factor required, before consent', 'second-factor', { secondFactor: 'second-factor', allowed: [] }],
  ['signed in too long ago, a second factor required', 'sign-in', { secondFactor: 'second-factor', asked: { maxAge: 10 } }],
  ['signed in, a second factor to be set up', 'sign-in', { secondFactor: 'enrolment' }],

  ['nobody assigned them', 'not-assigned', { assigned: false }],
  ['nobody assigned them, before consent', 'not-assigned', { assigned: false, allowed: [] }],
  ['nobody assigned them to an application of the operator', 'not-assigned', { assigned: false, consent: 'skip' }],
  ['nobody assigned them, after signing in', 'sign-in', { assigned: false, asked: { prompt: ['login'] } }],
  ['nobody assigned them, after choosing another account', 'choose-account', { assigned: false, asked: { prompt: ['select_account'] } }],
  ['a password to be replaced', 'new-password', { session: { requiredAction: 'new-password' } }],
  ['a password to be replaced, before consent', 'new-password', { session: { requiredAction: 'new-password' }, allowed: [] }],
  ['a password to be replaced, after signing in', 'sign-in', { session: { requiredAction: 'new-password' }, asked: { prompt: ['login'] } }],
]

for (const [name, expected, given] of cases) test(`${name}: ${expected}`, () => assert.equal(step(given), expected))

test('nobody signed in: whatever was requested, they sign in or sign up first', () => {
  for (const [, , { asked, answered = [], consent = 'once' }] of cases) {
    const flow = { asked: { ...plain, askedAt: ASKED, ...asked }, answered, pending: undefined }
    const first = asked?.prompt?.includes('create') && answered.length === 0 ? 'sign-up' : 'sign-in'
    assert.equal(nextStep(flow, undefined, { consent, secondFactor: undefined, assigned: true, covered: true }, NOW), first)
  }
})

test('a flow is never done while a scope was not allowed or a requested sign-in has not happened', () => {
  const scope = fc.subarray(['openid', 'email', 'profile'])
  const given = fc.record({
    asked: fc.record({
      scope,
      prompt: fc.subarray(['login', 'consent', 'select_account', 'create']),
      maxAge: fc.constantFrom(undefined, 0, 50, 500),
    }),
    answered: fc.subarray<Answer>(['sign-in', 'choose-account', 'consent']),
    authTime: fc.integer({ min: 900, max: NOW }),
    allowed: scope,
  })
  fc.assert(
    fc.property(given, ({ asked, answered, authTime, allowed }) => {
      if (step({ asked, answered, authTime, allowed }) !== 'done') return
      assert.ok(asked.scope.every((s) => allowed.includes(s)))
      const signedIn = answered.includes('sign-in') && authTime >= ASKED
      assert.ok(signedIn || !asked.prompt.includes('login'))
      assert.ok(answered.includes('sign-in') || answered.includes('choose-account') || !asked.prompt.includes('create'))
      assert.ok(signedIn || asked.maxAge === undefined || NOW - authTime <= asked.maxAge)
    }),
  )
})

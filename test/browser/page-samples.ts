/** Pages to look at: as they are meant, at their fullest, and filled by someone who means harm. */

import type { Application, Page, Pages, Person } from '../../src/protocol/request-reply.ts'
import { decisionView } from '../../src/web/pages/decision.ts'
import type { View } from '../../src/web/pages/layout.ts'
import { accountSamples } from './account-samples.ts'
import { answerSamples } from './answer-samples.ts'
import { upstreams } from './connection-samples.ts'
import { endSamples } from './end-samples.ts'
import { homeSamples } from './home-samples.ts'
import { hostileQuestions, questions } from './question-samples.ts'

/** A named page. `origin` serves `/logo.svg`, `/broken.svg` (not there) and `/stay` (an answer that leaves the page where it is). */
export function samples(origin: string): Record<string, Page | View> {
  const flow = 'fl_0123456789'
  const photos: Application = {
    name: 'Lumen Photos',
    clientUri: 'https://lumen.example/',
    logoUri: `${origin}/logo.svg`,
    policyUri: 'https://lumen.example/privacy',
    tosUri: 'https://lumen.example/terms',
  }
  const board: Application = { name: 'Tideboard', clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
  const agent: Application = { ...board, host: 'agents.tideboard.example:8443' }
  const ada: Person = { sid: 's1', name: 'Ada Lovelace', detail: 'ada@acme.example' }
  const people: Person[] = [
    ada,
    { sid: 's2', name: 'Grace Hopper', detail: 'grace.brewster.murray.hopper@navy.example' },
    { sid: 's3', name: 'operations', detail: undefined },
  ]
  return {
    'sign-in': signInPage(flow, board, {}),
    'sign-in-logo': signInPage(flow, photos, { loginHint: 'ada@acme.example', canChoose: true }),
    'sign-in-upstreams': signInPage(flow, board, { canChoose: true, upstreams }),
    'sign-in-problem': signInPage(flow, photos, {
      loginHint: 'ada',
      canChoose: true,
      problem: 'That email or password is not right. Try again.',
    }),
    'sign-in-throttled': signInPage(flow, board, {
      loginHint: 'ada',
      problem: 'There were too many attempts. Please wait 15 minutes and try again.',
      throttled: true,
    }),
    'sign-in-own': signInPage(flow, { ...board, name: 'Your account', own: true }, {}),
    'sign-up': signUpPage(flow, board, {}),
    'sign-up-problem': signUpPage(flow, photos, {
      email: 'ada@acme.example',
      name: 'Ada Lovelace',
      canChoose: true,
      problem: {
        text: 'An account with this address exists already. Please sign in, or choose a new password if you forgot it.',
        field: 'email',
      },
    }),
    'sign-up-asking': signUpPage(flow, board, { asked: questions.map((question) => ({ ...question, required: true })) }),
    'sign-up-asking-problem': signUpPage(flow, photos, {
      email: 'ada@acme.example',
      asked: questions,
      typed: { desk: '900', hobbies: 'chess', started: '2031-05-01', team: 'sales', remote: 'true', greeting: 'Hello' },
      faults: { attribute_desk: 'This must be a number, at least 1, at most 500.', attribute_department: 'This is missing.' },
      problem: { text: 'Please check the marked fields.' },
    }),
    'confirm-sign-up': confirmSignUpPage({}),
    'confirm-sign-up-elsewhere': confirmSignUpPage({ mustProve: true }),
    'confirm-sign-up-problem': confirmSignUpPage({
      mustProve: true,
      problem: 'This is not the password that you chose when you signed up. Please try again.',
    }),
    'not-assigned': { page: 'not-assigned', data: { flow, application: photos, person: ada } },
    'choose-account': { page: 'choose-account', data: { flow, application: photos, accounts: people } },
    consent: {
      page: 'consent',
      data: { flow, application: photos, person: ada, scopes: scopes(), to: 'https://lumen.example/callback', unproven: false },
    },
    ...answerSamples({ flow, application: photos, person: ada, scopes: scopes(), to: 'https://id.example', unproven: false }),
    'consent-unproven': {
      page: 'consent',
      data: { flow, application: agent, person: ada, scopes: scopes(), to: 'http://127.0.0.1:8912/callback', unproven: true },
    },
    'new-password': { page: 'new-password', data: { flow, application: photos, person: ada, problem: undefined } },
    'new-password-problem': {
      page: 'new-password',
      data: { flow, application: photos, person: ada, problem: 'The two passwords are not the same. Please type them again.' },
    },
    'second-factor': {
      page: 'second-factor',
      data: { flow, application: photos, person: ada, totp: true, passkey: undefined, recovery: true, problem: undefined },
    },
    'second-factor-passkey': {
      page: 'second-factor',
      data: { flow, application: photos, person: ada, totp: false, passkey, recovery: true, problem: undefined },
    },
    'second-factor-problem': {
      page: 'second-factor',
      data: {
        flow,
        application: photos,
        person: ada,
        totp: true,
        passkey: undefined,
        recovery: true,
        problem: 'The code is not right, or was used already. Please try again.',
      },
    },
    'second-factor-passkey-problem': {
      page: 'second-factor',
      data: {
        ...{ flow, application: { ...photos, own: true }, person: ada, totp: false, passkey, recovery: true },
        problem: 'That passkey cannot be used here. Please try again, or sign in another way.',
      },
    },
    enrolment: { page: 'enrolment', data: { flow, application: photos, person: ada, totp: totpOffer(), passkey, problem: undefined } },
    'enrolment-problem': {
      page: 'enrolment',
      data: {
        flow,
        application: photos,
        person: ada,
        totp: totpOffer(),
        passkey,
        problem: 'The code is not right. Please type the one the app shows now.',
      },
    },
    'recovery-codes': { page: 'recovery-codes', data: { codes: recoveryCodes, next: 'https://id.example/authorize/continue?flow=x' } },
    'consent-short': {
      page: 'consent',
      data: {
        ...{ flow, application: board, person: people[2]!, scopes: scopes().slice(0, 1) },
        ...{ to: 'com.example.board:/callback', unproven: false },
      },
    },
    leave: { page: 'leave', data: { application: photos, to: `${origin}/stay?code=c&state=s` } },
    'form-post': { page: 'form-post', data: { application: board, action: `${origin}/stay`, fields: { code: 'c', state: 's' } } },
    'sign-out': { page: 'sign-out', data: { token: 't', person: ada, fields: { state: 's' } } },
    'signed-out': { page: 'signed-out', data: { application: undefined, to: undefined, stayed: false } },
    'signed-out-back': { page: 'signed-out', data: { application: photos, to: 'com.example.photos:/signed-out', stayed: false } },
    'signed-out-stayed': { page: 'signed-out', data: { application: undefined, to: undefined, stayed: true } },
    'forgot-password': { page: 'forgot-password', data: { flow, login: undefined, problem: undefined } },
    'forgot-password-problem': {
      page: 'forgot-password',
      data: { flow: undefined, login: 'ada', problem: 'There were too many attempts. Please wait 15 minutes and try again.' },
    },
    'reset-password': { page: 'choose-password', data: { token: 't', kind: 'reset', username: 'ada', person: ada, problem: undefined } },
    invitation: { page: 'choose-password', data: { token: 't', kind: 'invitation', username: 'ada', person: ada, problem: undefined } },
    'invitation-problem': {
      page: 'choose-password',
      data: {
        token: 't',
        kind: 'invitation',
        username: 'ada',
        person: ada,
        problem: 'Please choose a password of at least 15 characters.',
      },
    },
    'confirm-connection': {
      page: 'confirm-connection',
      data: { token: 't', flow: 'f', provider: 'Google', account: 'countess@lovelace.example', person: ada },
    },
    'confirm-email': { page: 'confirm-email', data: { token: 't', email: 'countess@lovelace.example', person: ada } },
    decision: decisionView({
      base: '/t/acme',
      ticket: 't',
      application: photos,
      scopes: ['See your photos'],
      signedIn: false,
      loginHint: 'ada',
    }),
    'email-confirmed': { page: 'done', data: { what: 'email-confirmed', flow: undefined } },
    ...endSamples(flow),
    ...homeSamples(''),
    ...hostile(origin),
    ...accountSamples(origin, attack),
  }
}

function signInPage(flow: string, application: Application, more: Partial<Pages['sign-in']>): Page {
  const usual = { loginHint: undefined, problem: undefined, passkey, canChoose: false, upstreams: [] }
  return { page: 'sign-in', data: { flow, application, ...usual, ...more } }
}

/** What a browser is asked; the samples use it for making and showing alike. */
const passkey = JSON.stringify({
  challenge: 'eA',
  rpId: 'localhost',
  rp: { name: 'Acme' },
  user: { id: 'eA', name: 'a', displayName: 'a' },
  pubKeyCredParams: [],
})

function totpOffer() {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const query = `secret=${secret}&issuer=Acme&algorithm=SHA1&digits=6&period=30`
  return { secret, uri: `otpauth://totp/Acme:ada%40acme.example?${query}`, draft: 'd' }
}

const recoveryCodes = [
  'k7mwx-2hq9d',
  'p4tbn-8svyc',
  'f3rjz-6gkxa',
  'w9dhm-5qtbe',
  'n2xcy-7pvks',
  'j8fzr-4mwhg',
  'b6qtd-9nyxk',
  'v5shp-3cjrm',
  'y2kgw-8dbtf',
  'h7nzx-6aqve',
]

function signUpPage(flow: string, application: Application, more: Partial<Pages['sign-up']>): Page {
  const empty = { email: undefined, name: undefined, asked: [], typed: {}, faults: {}, problem: undefined, canChoose: false }
  return { page: 'sign-up', data: { flow, application, ...empty, ...more } }
}

function confirmSignUpPage(more: { mustProve?: boolean; problem?: string }): Page {
  const data = { token: 't', flow: undefined, email: 'ada@acme.example', mustProve: false, problem: undefined, ...more }
  return { page: 'confirm-sign-up', data }
}

function scopes() {
  return [
    { name: 'photos.read', description: 'See your photos and albums', api: 'Photo library', known: false },
    {
      name: 'photos.write',
      description: 'Add, change and remove photos in albums that you share with other people',
      api: undefined,
      known: false,
    },
    { name: 'openid', description: 'Know who you are', api: undefined, known: true },
    { name: 'email', description: 'See your email address', api: undefined, known: true },
  ]
}

/** What would break out if anything could. */
export const attack = `"'><script>document.title='broken'</script><img src=x onerror=alert(1)><b id=injected>&lt;\u202e`

function hostile(origin: string): Record<string, Page> {
  const long = attack + 'W'.repeat(400) + ' ' + 'w '.repeat(200)
  const script = 'javascript:alert(document.domain)'
  const application: Application = {
    name: long,
    clientUri: script,
    logoUri: `${origin}/broken.svg`,
    policyUri: script,
    tosUri: 'data:text/html,x',
  }
  const person: Person = { sid: attack, name: `${attack}${'W'.repeat(200)}`, detail: `${'w'.repeat(200)}@${attack}` }
  const flow = attack
  const scope = { name: attack, description: attack + 'W'.repeat(200), api: attack, known: false }
  const fields = { [attack]: attack, submit: 'taken' }
  return {
    'hostile-sign-in': signInPage(flow, application, {
      ...{ loginHint: long, problem: attack, canChoose: true },
      upstreams: [{ name: 'evil', label: attack }],
    }),
    'hostile-sign-up': signUpPage(flow, application, {
      ...{ email: long, name: attack, problem: { text: attack }, canChoose: true },
      ...hostileQuestions(long),
    }),
    'hostile-confirm-sign-up': { page: 'confirm-sign-up', data: { token: attack, flow, email: long, mustProve: true, problem: attack } },
    'hostile-not-assigned': { page: 'not-assigned', data: { flow, application, person } },
    'hostile-choose-account': { page: 'choose-account', data: { flow, application, accounts: [person, person] } },
    'hostile-consent': {
      page: 'consent',
      data: { flow, application, person, scopes: [scope, { ...scope, known: true }], to: `${origin}/stay?${attack}`, unproven: true },
    },
    'hostile-device': { page: 'device', data: { userCode: attack, problem: attack } },
    'hostile-new-password': { page: 'new-password', data: { flow, application, person, problem: attack } },
    'hostile-second-factor': {
      page: 'second-factor',
      data: { flow, application, person, totp: true, passkey, recovery: true, problem: attack },
    },
    'hostile-enrolment': {
      page: 'enrolment',
      data: {
        flow,
        application,
        person,
        totp: { secret: attack, uri: `otpauth://totp/${attack}`, draft: attack },
        passkey,
        problem: attack,
      },
    },
    'hostile-recovery-codes': { page: 'recovery-codes', data: { codes: [attack, long], next: `${origin}/stay?${attack}` } },
    'hostile-leave': { page: 'leave', data: { application, to: `${origin}/stay?${attack}` } },
    'hostile-form-post': { page: 'form-post', data: { application, action: `${origin}/stay?${attack}`, fields } },
    'hostile-sign-out': { page: 'sign-out', data: { token: attack, person, fields } },
    'hostile-signed-out': { page: 'signed-out', data: { application, to: `${origin}/stay?${attack}`, stayed: false } },
    'hostile-forgot-password': { page: 'forgot-password', data: { flow, login: long, problem: attack } },
    'hostile-choose-password': { page: 'choose-password', data: { token: attack, kind: 'reset', username: long, person, problem: attack } },
    'hostile-confirm-connection': { page: 'confirm-connection', data: { token: attack, flow, provider: long, account: long, person } },
    'hostile-confirm-email': { page: 'confirm-email', data: { token: attack, email: long, person } },
    'hostile-done': { page: 'done', data: { what: 'mail-sent', flow } },
    'hostile-error': { page: 'error', data: { code: long, description: long, status: 400, cure: long } },
    ...homeSamples(long),
  }
}

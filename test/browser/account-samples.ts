/** The account page to look at: each section as it is meant, with faults, and filled by someone who means harm. */
import type { Application, Page } from '../../src/protocol/request-reply.ts'
import { sectionGroups } from '../../src/web/account/sections.ts'
import { type ApplicationsPage, applicationsPage } from '../../src/web/pages/account/applications.ts'
import { connectionsPage } from '../../src/web/pages/account/connections.ts'
import { dataPage } from '../../src/web/pages/account/data.ts'
import { deletedView, deletionPage } from '../../src/web/pages/account/deletion.ts'
import { type EmailPage, emailPage } from '../../src/web/pages/account/email.ts'
import { type AccountPageContext, accountView, type Content } from '../../src/web/pages/account/layout.ts'
import { overviewPage, type SectionState } from '../../src/web/pages/account/overview.ts'
import { type PasswordPage, passwordPage } from '../../src/web/pages/account/password.ts'
import { profilePage } from '../../src/web/pages/account/profile.ts'
import { type SessionsPage, sessionsPage } from '../../src/web/pages/account/sessions.ts'
import { strangerView } from '../../src/web/pages/account/stranger.ts'
import { type Html, html } from '../../src/web/pages/html.ts'
import type { View } from '../../src/web/pages/layout.ts'
import { moment } from '../../src/web/pages/time.ts'
import { connected, hostileConnected } from './connection-samples.ts'
import { credentialSamples } from './credential-samples.ts'
import { factorSamples } from './factor-samples.ts'
import { hostileQuestions, questions } from './question-samples.ts'

const at = { base: '/t/acme', sid: 's1' }
const confirm = '/t/acme/authorize?max_age=300'
const context: AccountPageContext = {
  base: at.base,
  tenant: 'Acme',
  current: undefined,
  groups: sectionGroups,
  person: { name: 'Ada Lovelace', detail: 'ada@acme.example' },
  switchAccount: '/t/acme/authorize?prompt=select_account',
  signOut: true,
}

/** `attack`: what would break out if anything could. */
export function accountSamples(origin: string, attack: string): Record<string, Page | View> {
  const long = attack + 'W'.repeat(300)
  const ada = {
    name: 'Ada Lovelace',
    given_name: 'Ada',
    family_name: 'Lovelace',
    birthdate: '1815-12-10',
    zoneinfo: 'Europe/London',
    locale: 'en-GB',
    phone_number: '+442071838750',
    street_address: '12 St James’s Square',
    postal_code: 'SW1Y 4JH',
    locality: 'London',
    country: 'England',
  }
  const hostile = { ...context, tenant: long, person: { name: long, detail: `${'w'.repeat(200)}@${attack}` } }
  const section = (name: string, content: Content, where = context) => accountView({ ...where, current: name }, content)
  const faults = {
    birthdate: 'This is not a date.',
    phone_number: 'This must be an international number such as +12025550123.',
    attribute_hobbies: 'This must be a list of 1 to 20 texts of 1 to 200 characters.',
    attribute_department: 'This is missing.',
  }
  const whose = { ...at, tenant: 'Acme', username: 'ada' }
  return {
    'account-overview': accountView(context, { title: 'Your account', body: overviewPage({ ...at, groups: standing() }) }),
    'account-stranger': strangerView(at.base),
    ...factorSamples(section, { attack, context, hostile }),
    'account-profile': section('profile', {
      title: 'Profile',
      notice: 'Your profile is saved.',
      body: profilePage({ ...whose, values: ada, ...own, faults: {} }),
    }),
    'account-profile-open': section('profile', {
      title: 'Profile',
      body: profilePage({ ...whose, values: ada, ...own, readOnly: [], faults: {} }),
    }),
    'account-profile-problem': section('profile', {
      title: 'Profile',
      problem: 'Nothing is saved yet. Please check the marked fields.',
      focused: true,
      body: profilePage({ ...whose, values: { ...ada, birthdate: '1815-02-30', phone_number: '020 7183' }, ...own, faults }),
    }),
    'account-email': section('email', {
      title: 'Email',
      notice: 'We have sent a link to your address. It works once, within one day.',
      body: emailPage(email()),
    }),
    'account-email-stale': section('email', { title: 'Email', body: emailPage(email({ verified: true, confirm })) }),
    'account-email-none': section('email', {
      title: 'Email',
      body: emailPage(email({ email: undefined, typed: 'ada', fault: 'This must be an email address, such as ada@example.com.' })),
    }),
    'account-email-closed': section('email', { title: 'Email', body: emailPage(email({ mail: false })) }),
    'account-password': section('password', { title: 'Password', body: passwordPage(password()) }),
    'account-password-first': section('password', {
      title: 'Password',
      body: passwordPage(password({ exists: false, faults: { password: 'Please choose a password of at least 15 characters.' } })),
    }),
    'account-sessions': section('sessions', { title: 'Sessions', body: sessionsPage(sessions()) }),
    'account-sessions-one': section('sessions', {
      title: 'Sessions',
      notice: 'All other sessions are signed out.',
      body: sessionsPage({ ...sessions(), items: sessions().items.slice(0, 1), devices: [] }),
    }),
    'account-applications': section('applications', {
      title: 'Applications',
      body: applicationsPage(applications(origin)),
      images: origin,
    }),
    'account-applications-none': section('applications', {
      title: 'Applications',
      body: applicationsPage({ ...at, zone: 'UTC', items: [] }),
    }),
    'account-connections': section('connections', { title: 'Connected accounts', body: connectionsPage(connected()) }),
    'account-connections-none': section('connections', {
      title: 'Connected accounts',
      body: connectionsPage({ ...connected(), items: [] }),
    }),
    ...credentialSamples((content, where) => section('credentials', { title: 'Credentials', ...content }, where), long, hostile),
    'account-data': section('data', { title: 'Your data', body: dataPage({ ...at, confirm: undefined }) }),
    'account-data-stale': section('data', {
      title: 'Your data',
      undone: 'You have not signed in again, so nothing has been changed.',
      body: dataPage({ ...at, confirm }),
    }),
    'account-deletion': section('deletion', {
      title: 'Delete account',
      body: deletionPage({ ...at, username: 'ada', tenant: 'Acme', confirm: undefined, fault: undefined }),
    }),
    'account-deletion-problem': section('deletion', {
      title: 'Delete account',
      problem: 'You are the last superadmin here. Give another account that role first.',
      body: deletionPage({ ...at, username: 'ada', tenant: 'Acme', confirm: undefined, fault: undefined }),
    }),
    'account-deletion-typed-wrong': section('deletion', {
      title: 'Delete account',
      body: deletionPage({ ...at, username: 'ada', tenant: 'Acme', confirm: undefined, fault: 'This is not the name you sign in with.' }),
    }),
    'account-deleted': deletedView(),
    'hostile-account-deletion': section(
      'deletion',
      { title: 'Delete account', body: deletionPage({ ...at, username: long, tenant: long, confirm: undefined, fault: long }) },
      hostile,
    ),
    'hostile-account-overview': accountView(hostile, { title: 'Your account', body: overviewPage({ ...at, groups: standing(long) }) }),
    'hostile-account-profile': section(
      'profile',
      {
        title: 'Profile',
        problem: attack,
        focused: true,
        body: hostileProfile(attack, long),
      },
      hostile,
    ),
    'hostile-account-email': section(
      'email',
      { title: 'Email', body: emailPage(email({ email: long, typed: long, fault: long })) },
      hostile,
    ),
    'hostile-account-sessions': section(
      'sessions',
      {
        title: 'Sessions',
        body: sessionsPage({
          ...sessions(),
          items: [{ ...sessions().items[1]!, sid: attack, device: long, address: long }],
          devices: [{ ...sessions().devices[1]!, sid: attack, applications: [attack, long] }],
        }),
      },
      hostile,
    ),
    'hostile-account-applications': section(
      'applications',
      {
        title: 'Applications',
        body: applicationsPage(applications(origin, { name: long, logoUri: `${origin}/broken.svg` }, long)),
        images: origin,
      },
      hostile,
    ),
    'hostile-account-connections': section(
      'connections',
      { title: 'Connected accounts', body: connectionsPage(hostileConnected(long)) },
      hostile,
    ),
    'hostile-account-password': section('password', { title: 'Password', body: passwordPage(password({ username: long })) }, hostile),
  }
}

/** How the sections stand. `text`: behind each. */
function standing(text = '') {
  const states: Readonly<Record<string, SectionState>> = {
    profile: { text: `Ada Lovelace${text}` },
    email: { text: `ada@acme.example, not confirmed yet${text}`, open: true },
    password: { text: 'Set' },
    passkeys: { text: '2 passkeys' },
    'second-factors': { text: 'Off: whoever learns your password can sign in', open: true },
    sessions: { text: html`3 sessions, last sign-in ${moment(1_763_700_000, undefined)}` },
    applications: { text: '2 applications with access to your account' },
    connections: { text: 'None' },
  }
  return sectionGroups.map(({ heading, sections }) => ({
    heading,
    sections: sections.map(({ name, title, summary }) => ({ name, title, summary, state: states[name] })),
  }))
}

/** One attribute of each type, to write and to read. */
const own = {
  asked: questions,
  texts: { department: 'research', desk: '7', greeting: 'Good morning,\nhow are you?', hobbies: 'chess\ntea', remote: 'false' },
  readOnly: [
    { question: { name: 'cost_centre', title: 'Cost centre', type: 'number', required: false }, value: 4711 },
    { question: { name: 'teams', title: 'Teams', type: 'list', required: false }, value: ['Analytical Engine', 'Bernoulli numbers'] },
    { question: { name: 'key_holder', title: 'Has a key', type: 'boolean', required: false }, value: true },
    { question: { name: 'left', title: 'Last day', type: 'date', required: false }, value: undefined },
  ],
} as const

function hostileProfile(attack: string, long: string): Html {
  const { asked, typed, faults } = hostileQuestions(long)
  const readOnly = asked.map((question) => ({ question: { ...question, name: `read_only_${question.name}` }, value: [long, long] }))
  const person = { base: at.base, sid: attack, tenant: long, username: long, values: { name: long, website: attack } }
  return profilePage({ ...person, asked, texts: typed, readOnly, faults: { name: long, ...faults } })
}

function email(more: Partial<EmailPage> = {}): EmailPage {
  return { ...at, email: 'ada@acme.example', verified: false, mail: true, confirm: undefined, typed: undefined, fault: undefined, ...more }
}

function password(more: Partial<PasswordPage> = {}): PasswordPage {
  return { ...at, username: 'ada', exists: true, confirm: undefined, faults: {}, ...more }
}

function sessions(): SessionsPage {
  const seen = { createdAt: 1_763_700_000, lastSeenAt: 1_763_720_000, current: false }
  return {
    ...at,
    devices: [
      { sid: 's1', applications: ['Acme Mail'], createdAt: 1_763_700_000, lastSeenAt: 1_763_720_000 },
      { sid: 's9', applications: ['Acme Mail', 'Acme Calendar'], createdAt: 1_763_600_000, lastSeenAt: 1_763_710_000 },
    ],
    zone: 'Europe/London',
    items: [
      { ...seen, sid: 's1', device: 'Firefox on Linux', address: '203.0.113.7', current: true },
      { ...seen, sid: 's2', device: 'Safari on iPhone', address: '2001:db8:85a3:1234:5678:8a2e:370:7334' },
      { ...seen, sid: 's3', device: undefined, address: undefined },
    ],
  }
}

function applications(origin: string, more: Partial<Application> = {}, scope = 'See your email address'): ApplicationsPage {
  const bare: Application = {
    name: 'Lumen Photos',
    clientUri: undefined,
    logoUri: `${origin}/logo.svg`,
    policyUri: undefined,
    tosUri: undefined,
  }
  const times = { createdAt: 1_763_700_000, usedAt: 1_763_720_000 }
  return {
    ...at,
    zone: 'Europe/London',
    items: [
      {
        ...times,
        id: 'g1',
        application: { ...bare, ...more },
        returns: false,
        start: 'https://lumen.example/start',
        scopes: ['Know who you are', scope],
        details: [{ title: 'Open a folder', api: 'Files', lines: [['path', '/letters/2026']] }],
      },
      {
        ...times,
        id: 'g2',
        application: { ...bare, name: 'Tideboard', logoUri: undefined },
        returns: true,
        start: undefined,
        usedAt: undefined,
        scopes: [],
        details: [],
      },
    ],
  }
}

/** Every act of the ports of people: accounts, factors, groups, links, sessions and what tells of them. */
import { type Act, endOfAccess, lists, reads, removal, writes } from './act.ts'
import { aMessage, aSession, NOW } from './stored.ts'
import { aGroup, aLink, anAttribute, aPasskey, aSignUp, aTotp, carried, invited, person } from './tenant-content.ts'

const page = { limit: 10 }
const factor = { recoveryCodes: ['new'], onlyFirst: false }

export const identityActs: Record<string, Act> = {
  'accounts.add': writes('accounts +1, logins +2', (s) => s.accounts.add({ ...person('3'), attributes: {} })),
  'accounts.import': writes('accounts +1, logins +2, memberships +1, totp +1', (s) =>
    s.accounts.import({ account: { ...person('3'), attributes: {} }, groups: ['group1', 'nowhere'], totp: aTotp('3') }),
  ),
  'accounts.bySubject': reads((s, n) => s.accounts.bySubject(`person${n}`)),
  'accounts.byLogin': reads((s, n) => s.accounts.byLogin(`person${n}`)),
  'accounts.anyPasswordHash': lists((s) => s.accounts.anyPasswordHash('x')),
  'accounts.change': writes(`${endOfAccess}, status_lists ~1`, (s) =>
    s.accounts.change('person1', { status: 'suspended', updatedAt: NOW + 1 }),
  ),
  'accounts.changeProfile': writes('accounts ~1', (s) =>
    s.accounts.changeProfile('person1', { claims: { name: 'One' }, attributes: {} }, NOW + 1),
  ),
  'accounts.rehash': writes('accounts ~1', (s) => s.accounts.rehash('person1', '$1', '$new')),
  'accounts.personalData': reads((s, n) => s.accounts.personalData(`person${n}`)),
  'accounts.leave': writes(removal, (s) => s.accounts.leave('person1', NOW)),
  'accounts.remove': writes(removal, (s) => s.accounts.remove('person1', NOW)),
  'accounts.count': lists((s) => s.accounts.count()),
  'accounts.search': lists((s) => s.accounts.search({ sort: 'username', descending: false, offset: 0, limit: 10 })),
  'accounts.administer': writes(
    'accounts ~1, codes -1, credential_offers -1, flows ~1, grants ~1, outbox +1, refresh_tokens -1, session_clients -1, sessions -2',
    (s) =>
      s.accounts.administer({
        by: { subject: 'person2', role: 'superadmin' },
        subject: 'person1',
        within: ['superadmin'],
        change: () => ({ role: 'viewer' }),
        now: NOW + 1,
      }),
  ),
  'accounts.replacePassword': writes(
    'accounts ~1, codes -1, credential_offers -1, devices -1, flows ~1, links -2, outbox +1, refresh_tokens -1, revocations +3, session_clients -1, sessions -2',
    (s) => s.accounts.replacePassword({ subject: 'person1', from: '$1', to: '$new', keep: undefined, now: NOW + 1, until: NOW + 60 }),
  ),
  'access.of': reads((s, n) => s.access.of(`person${n}`)),
  'access.revoke': writes('grants ~1, refresh_tokens -1', (s) => s.access.revoke('person1', 'grant1', NOW)),
  'sessions.start': writes('codes ~1, session_clients ~1, sessions ~1', (s) =>
    s.sessions.start(aSession({ hash: 'session3', subject: 'person1' }), '$1', ['session1']),
  ),
  'sessions.find': reads((s, n) => s.sessions.find([`session${n}`], NOW)),
  'sessions.of': reads((s, n) => s.sessions.of(`person${n}`, NOW)),
  'sessions.seen': writes('sessions ~1', (s) => s.sessions.seen('session1', NOW + 1, '192.0.2.2')),
  'sessions.end': writes('codes -1, outbox +1, session_clients -1, sessions -1', (s) =>
    s.sessions.end({ subject: 'person1', sid: 'sid1' }),
  ),
  'sessions.list': lists((s) => s.sessions.list({ limit: 10, usedSince: 0, now: NOW })),
  'sessions.bySid': reads((s, n) => s.sessions.bySid(`sid${n}`)),
  'attempts.count': writes('attempts ~1', (s) => s.attempts.count([{ name: 'bucket1', limit: 1, window: 60 }], NOW)),
  'attempts.giveBack': writes('attempts ~1', (s) => s.attempts.giveBack(['bucket1'])),
  'attempts.clear': writes('attempts -1', (s) => s.attempts.clear(['bucket1'])),
  'devices.knows': reads((s, n) => s.devices.knows(`device${n}`, `person${n}`, NOW)),
  'devices.add': writes('devices ~1', (s) => s.devices.add({ subject: 'person1', hash: 'device3', expiresAt: NOW + 90 }, 1)),
  'factors.of': reads((s, n) => s.factors.of(`person${n}`)),
  'factors.addTotp': writes('totp ~1', (s) => s.factors.addTotp({ ...aTotp('1'), sealed: 'other' }, factor)),
  'factors.useStep': writes('totp ~1', (s) => s.factors.useStep('person1', { from: 'sealed', sealed: 'sealed', step: 2 })),
  'factors.removeTotp': writes('totp -1', (s) => s.factors.removeTotp('person1')),
  'factors.replaceRecoveryCodes': writes('recovery_codes ~1 -1', (s) => s.factors.replaceRecoveryCodes('person1', ['new'])),
  'factors.spendRecoveryCode': writes('recovery_codes -1', (s) => s.factors.spendRecoveryCode('person1', 'recovery1')),
  'factors.clear': writes('codes -1, flows ~1, outbox +1, passkeys -1, recovery_codes -2, session_clients -1, sessions -2, totp -1', (s) =>
    s.factors.clear('person1'),
  ),
  'passkeys.add': writes('passkeys +1', (s) => s.passkeys.add({ ...aPasskey('3'), subject: 'person1' }, factor)),
  'passkeys.of': reads((s, n) => s.passkeys.of(`person${n}`)),
  'passkeys.find': reads((s, n) => s.passkeys.find(`passkey${n}`)),
  'passkeys.used': writes('passkeys ~1', (s) => s.passkeys.used('passkey1', { counter: 2, backedUp: false, now: NOW })),
  'passkeys.rename': writes('passkeys ~1', (s) => s.passkeys.rename('person1', 'passkey1', 'Other')),
  'passkeys.remove': writes('passkeys -1', (s) => s.passkeys.remove('person1', 'passkey1')),
  'challenges.add': writes('challenges +1', (s) => s.challenges.add({ hash: 'challenge3', context: 'context', expiresAt: NOW + 60 })),
  'challenges.spend': writes('challenges -1', (s) => s.challenges.spend('challenge1', 'context', NOW)),
  'links.add': writes('links ~1, outbox +1', (s) => s.links.add({ ...aLink('1'), hash: 'link3', ...carried('1', '3') })),
  'links.find': reads((s, n) => s.links.find(`link${n}`, NOW)),
  'links.confirmEmail': writes('accounts ~1, links -1', (s) => s.links.confirmEmail('link1', NOW)),
  'links.connect': writes('links -1, upstream_identities +1', (s) => s.links.connect('connecting1', invited('1'), NOW)),
  'links.invitations': lists((s) => s.links.invitations({ ...page, now: NOW })),
  'links.endInvitation': writes('links -1', (s) => s.links.endInvitation('invited1', NOW)),
  'links.setPassword': writes(endOfAccess, (s) => s.links.setPassword('reset1', '$new', NOW)),
  'outbox.add': writes('outbox +1', (s) => s.outbox.add(aMessage({ id: 'message3' }))),
  'assignments.includes': reads((s, n) => s.assignments.includes(`client${n}`, `person${n}`)),
  'assignmentsAdmin.add': writes('assignments +1', (s) => s.assignmentsAdmin.add('client1', { kind: 'user', id: 'person2' })),
  'assignmentsAdmin.remove': writes('assignments -1', (s) => s.assignmentsAdmin.remove('client1', { kind: 'group', id: 'group1' })),
  'assignmentsAdmin.list': reads((s, n) => s.assignmentsAdmin.list(`client${n}`, page)),
  'groups.add': writes('groups +1', (s) => s.groups.add(aGroup('3'))),
  'groups.byId': reads((s, n) => s.groups.byId(`group${n}`)),
  'groups.byName': reads((s, n) => s.groups.byName(`group ${n}`)),
  'groups.change': writes('groups ~1', (s) => s.groups.change('group1', { name: 'Other', updatedAt: NOW + 1 })),
  'groups.remove': writes('assignments -1, groups -1, memberships -1', (s) => s.groups.remove('group1')),
  'groups.search': lists((s) => s.groups.search({ offset: 0, limit: 10 })),
  'groups.members': reads((s, n) => s.groups.members(`group${n}`, { offset: 0, limit: 10 })),
  'groups.of': reads((s, n) => s.groups.of(`person${n}`)),
  'groups.addMembers': writes('memberships +1', (s) => s.groups.addMembers({ id: 'group2', subjects: ['person1'], maxPerAccount: 9 })),
  'groups.removeMembers': writes('memberships -1', (s) => s.groups.removeMembers('group1', ['person1'])),
  'signUps.add': writes('outbox +1, sign_ups +1', (s) => s.signUps.add(aSignUp('3'), aMessage({ id: 'message3' }))),
  'signUps.find': reads((s, n) => s.signUps.find(`sign-up${n}`, NOW)),
  'signUps.confirm': writes('accounts +1, logins +2, sign_ups -1', (s) =>
    s.signUps.confirm('sign-up1', { ...person('3'), attributes: {} }, NOW),
  ),
  'attributes.list': lists((s) => s.attributes.list()),
  'attributes.define': writes('attribute_schemas ~1', (s) => s.attributes.define(anAttribute('3'))),
  'attributes.remove': writes('accounts ~2, attribute_schemas ~1', (s) => s.attributes.remove('attribute1')),
}

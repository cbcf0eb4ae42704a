import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientAddress } from './client-address.ts'

const read = clientAddress(['10.0.0.0/8', '::1'])
const from = (peer: string, forwarded?: string) => read({ socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } })

const cases: [name: string, peer: string, forwarded: string | undefined, address: string][] = [
  ['no proxy', '203.0.113.8', undefined, '203.0.113.8'],
  ['no proxy on a dual-stack socket', '::ffff:203.0.113.8', undefined, '203.0.113.8'],
  ['a peer that is not trusted', '203.0.113.8', '198.51.100.1', '203.0.113.8'],
  ['one trusted proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['a trusted proxy on a dual-stack socket', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['two trusted proxies', '10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
  ['what the client itself wrote before', '10.0.0.1', '192.0.2.99, 198.51.100.1', '198.51.100.1'],
  ['trusted proxies alone', '10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3'],
  ['a port', '10.0.0.1', '203.0.113.8:40000', '203.0.113.8'],
  ['IPv6 with a port', '::1', '[2001:db8::1]:443', '2001:db8::1'],
  ['IPv4 mapped into IPv6', '::1', '::ffff:203.0.113.8', '203.0.113.8'],
  ['a zone', '::1', 'fe80::1%eth0', 'fe80::1'],
  ['garbage', '10.0.0.1', 'nobody', '10.0.0.1'],
  ['garbage behind a trusted proxy', '10.0.0.1', '198.51.100.1, unknown, 10.0.0.2', '10.0.0.2'],
  ['an empty header', '10.0.0.1', '', '10.0.0.1'],
]
for (const [name, peer, forwarded, address] of cases)
  test(`point 11: with ${name} the client is ${address}`, () => assert.equal(from(peer, forwarded), address))

test('a connection keeps its address when it closes', () => {
  assert.equal(read({ socket: { remoteAddress: undefined }, headers: {} }), '', 'one that has closed before')
  const socket: { remoteAddress: string | undefined } = { remoteAddress: '203.0.113.8' }
  assert.equal(read({ socket, headers: {} }), '203.0.113.8')
  socket.remoteAddress = undefined
  assert.equal(read({ socket, headers: {} }), '203.0.113.8')
})

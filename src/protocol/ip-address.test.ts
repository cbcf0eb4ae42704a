import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressMatcher, networkOf, readAddress } from './ip-address.ts'

const networks: [address: string, network: string][] = [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
]
for (const [address, expected] of networks) test(`${address} belongs to ${expected}`, () => assert.equal(networkOf(address), expected))

const addresses: [text: string, address: string | undefined][] = [
  ['203.0.113.8', '203.0.113.8'],
  ['203.0.113.8:40000', '203.0.113.8'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['::ffff:203.0.113.8', '203.0.113.8'],
  ['::ffff:cb00:7108', '203.0.113.8'],
  ['[::ffff:203.0.113.8]:443', '203.0.113.8'],
  ['fe80::1%eth0', 'fe80::1'],
  ['', undefined],
  ['unknown', undefined],
  ['_hidden', undefined],
  ['203.0.113', undefined],
  ['203.0.113.008', undefined],
  ['0xcb.0.113.8', undefined],
  ['3405803784', undefined],
  ['203.0.113.256', undefined],
  ['203.0.113.8:port', undefined],
  ['203.0.113.8:400000', undefined],
  ['2001:db8::1]:443', undefined],
  ['2001:db8::1::2', undefined],
  ['203.0.113.8 evil', undefined],
  ['203.0.113.8\0', undefined],
]
for (const [text, expected] of addresses)
  test(`${JSON.stringify(text)} is read as ${expected ?? 'no address'}`, () => assert.equal(readAddress(text), expected))

test('a range matches the addresses within it, in every form', () => {
  const matches = addressMatcher(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'])
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.1', '2001:db8:1::1', '::1']) assert.equal(matches(address), true, address)
  for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', '::2', 'nonsense', '']) assert.equal(matches(address), false, address)
})

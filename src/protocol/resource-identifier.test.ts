/** Identifiers of resources as they are compared — RFC 3986 §6.2. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { normalised } from './resource-identifier.ts'

suite('one resource under several spellings', () => {
  const same: [registered: string, asked: string][] = [
    ['https://api.example', 'https://api.example/'],
    ['https://api.example', 'HTTPS://API.Example:443'],
    ['http://api.example/', 'http://api.example:80'],
    ['http://api.example', 'http://api.example:'],
    ['https://api.example/v1', 'https://api.example/./v0/../v1'],
    ['https://api.example/', 'https://api.example/v0/..'],
    ['https://api.example/~user', 'https://api.example/%7Euser'],
    ['https://api.example/a%2Fb', 'https://api.example/a%2fb'],
    ['https://api.example?x=%41', 'https://api.example/?x=A'],
    ['https://[2001:DB8::1]/', 'https://[2001:db8::1]:443'],
    ['api://Orders', 'API://orders'],
    ['urn:example:api', 'URN:example:api'],
  ]
  for (const [registered, asked] of same) test(`${asked} is ${registered}`, () => assert.equal(normalised(asked), normalised(registered)))

  const different: [registered: string, asked: string][] = [
    ['https://api.example/v1', 'https://api.example/v1/'],
    ['https://api.example/v1', 'https://api.example/V1'],
    ['https://api.example', 'http://api.example'],
    ['https://api.example', 'https://api.example:8443'],
    ['https://api.example:80', 'https://api.example'],
    ['https://api.example/a/b', 'https://api.example/a%2Fb'],
    ['https://user@api.example', 'https://api.example'],
    ['https://User@api.example', 'https://user@api.example'],
    ['https://api.example', 'https://api.example?'],
    ['urn:example:api', 'urn:example:API'],
    ['https://api.example', 'https://api.example.evil.example'],
  ]
  for (const [registered, asked] of different)
    test(`${asked} is not ${registered}`, () => assert.notEqual(normalised(asked), normalised(registered)))

  test('normalising a second time changes nothing', () => {
    for (const [one, other] of [...same, ...different])
      for (const text of [one, other]) assert.equal(normalised(normalised(text)), normalised(text))
  })
})

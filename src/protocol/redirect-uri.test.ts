import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback, redirectUriProblem } from './redirect-uri.ts'

const either = ['web', 'native'] as const

const good: [uri: string, types: readonly ('web' | 'native')[]][] = [
  ['https://app.example/callback', either],
  ['https://app.example', either],
  ['https://app.example:8443/a/b?c=d&e=%20f', either],
  ['http://localhost/callback', either],
  ['http://localhost:8080', either],
  ['http://127.0.0.1:1/', either],
  ['http://[::1]:65535/callback', either],
  ['com.example.app:/callback', ['native']],
  ['com.example.app://callback', ['native']],
]

for (const [uri, types] of good) {
  test(`${uri} may be registered`, () => {
    for (const type of types) assert.equal(redirectUriProblem(uri, type), undefined)
  })
}

const bad: [uri: string, problem: RegExp][] = [
  ['', /absolute/],
  ['/callback', /absolute/],
  ['//app.example/callback', /absolute/],
  ['app.example/callback', /absolute/],
  ['https://', /absolute/],
  ['https://app.example/#', /fragment/],
  ['https://app.example/#part', /fragment/],
  ['https://app.example/*', /no \*/],
  ['https://app.example/a b', /spaces/],
  ['https://app.example/\n', /spaces/],
  ['https://app.example\\@evil.example/', /backslashes/],
  ['https://äpp.example/', /ASCII/],
  ['https://user@app.example/', /user name/],
  ['https://user:secret@app.example/', /user name/],
  ['https://:secret@app.example/', /user name/],
  ...['code', 'state', 'iss', 'error', 'response', 'access_token', 'id_token'].map((name): [string, RegExp] => [
    `https://app.example/?a=b&${name}=x`,
    /a parameter of an authorization response/,
  ]),
  ['https:app.example/callback', /must begin with https/],
  ['https:/app.example/callback', /must begin with https/],
  ['https:///app.example/callback', /must begin with https/],
  ['HTTPS://app.example/callback', /must begin with https/],
  ['HTTP://localhost/callback', /must begin with https/],
  ['http://app.example/callback', /https/],
  ['http://127.0.0.1.evil.example/', /https/],
  ['http://localhost.evil.example/', /https/],
  ['http://127.1/', /https/],
  ['http://2130706433/', /https/],
  ['javascript:alert(1)', /https|reversed/],
  ['data:text/html,x', /https|reversed/],
  ['file:///etc/passwd', /https|reversed/],
  ['blob:https://app.example/x', /https|reversed/],
  ['myapp://callback', /https|reversed/],
]

for (const [uri, problem] of bad) {
  test(`${JSON.stringify(uri)} may not be registered`, () => {
    for (const type of either) assert.match(redirectUriProblem(uri, type) ?? 'nothing is wrong', problem)
  })
}

test('a private-use scheme is for native applications', () => {
  assert.match(redirectUriProblem('com.example.app:/callback', 'web')!, /https for a web application/)
})

const loopback: [uri: string, is: boolean][] = [
  ['http://localhost', true],
  ['http://localhost?x', true],
  ['http://127.0.0.1:80/x', true],
  ['http://[::1]/x', true],
  ['https://localhost/', false],
  ['http://127.0.0.2/', false],
  ['http://localhost:123456/', false],
  ['http://localhost:/', false],
  ['http://localhost@evil.example/', false],
  ['http://localhost#x', false],
  ['http://LOCALHOST/', false],
  [' http://localhost/', false],
]

for (const [uri, is] of loopback) test(`${JSON.stringify(uri)} is ${is ? '' : 'not '}loopback`, () => assert.equal(isLoopback(uri), is))

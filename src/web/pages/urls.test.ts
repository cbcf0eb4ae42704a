import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cspSource, destination, webUrl } from './urls.ts'

const scripts = [
  'javascript:alert(1)',
  'JaVaScript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:https://a.example/1',
  'file:///etc/hosts',
  '//a.example',
  '/here',
  'nothing',
  '',
]

test('URLs of client metadata must be http or https', () => {
  for (const address of [...scripts, 'com.example.app:/cb', undefined]) assert.equal(webUrl(address), undefined, `${address}`)
  for (const address of ['https://a.example/?q="<', 'http://127.0.0.1:1/x']) assert.equal(webUrl(address), address)
})

test('a person is sent to a web or native app URL, unchanged', () => {
  for (const address of scripts) assert.throws(() => destination(address), TypeError, `${address}`)
  for (const address of ['https://a.example/cb?code=1', 'http://[::1]:8/cb', 'com.example.app:/cb?code=1', 'com.example.app://cb'])
    assert.equal(destination(address), address)
})

test('a source expression covers the origin and cannot hold another directive', () => {
  assert.equal(cspSource('https://a.example/logo.png?x'), 'https://a.example')
  assert.equal(cspSource('https://A.example:8443/'), 'https://a.example:8443')
  assert.equal(cspSource('http://[::1]:8000/cb'), 'http:')
  assert.equal(cspSource('com.example.app:/cb'), 'com.example.app:')
  assert.equal(cspSource('https://a;sandbox/'), undefined)
  assert.equal(cspSource('https://a,b.example/'), undefined)
  assert.equal(cspSource("https://'self'/"), undefined)
})

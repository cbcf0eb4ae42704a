import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPage } from './page.ts'

const at = new URL('https://issuer.example/sign-in?x=1')

test('a form is sent with its hidden fields, what is filled in, and the button that was pressed', () => {
  const page = readPage(
    `<form id="f" method="post" action="/go"><input type="hidden" name="flow" value="a&amp;b"><input name="user">
     <input type="checkbox" name="keep" checked><input type="checkbox" name="off"><select name="lang"><option value="en"><option value="fr" selected></select>
     <input name="gone" disabled value="1"><button name="answer" value="yes">Yes</button><button id="no" name="answer" value="no">No</button></form>`,
    at,
  )
  const fields = [
    ['flow', 'a&b'],
    ['user', 'ada'],
    ['keep', 'on'],
    ['lang', 'fr'],
  ]
  assert.deepEqual(page.submit('input[name=user]', { user: 'ada' }), {
    method: 'POST',
    url: 'https://issuer.example/go',
    fields: [...fields, ['answer', 'yes']],
  })
  assert.deepEqual(page.click('#no', { user: 'ada' })?.fields, [...fields, ['answer', 'no']])
  assert.equal(page.click('#absent'), undefined)
})

test('a button may stand outside of its form, and a form may have neither method nor action', () => {
  const page = readPage('<form id="op.form"><input name="q" value="1"></form><button form="op.form" name="b" value="2">', at)
  assert.equal(page.click('button')?.url, 'https://issuer.example/sign-in?q=1&b=2')
})

test('a page leads on by a refresh, by a link, or by a form that sends itself to another origin', () => {
  const onward = (html: string) => readPage(html, at).onward
  assert.equal(
    onward('<meta http-equiv="Refresh" content="0; url=https://web.example/cb?a=1&amp;b=2">')?.url,
    'https://web.example/cb?a=1&b=2',
  )
  assert.deepEqual(onward('<form method="post" action="https://web.example/cb"><input type="hidden" name="code" value="&quot;x"></form>'), {
    method: 'POST',
    url: 'https://web.example/cb',
    fields: [['code', '"x']],
  })
  assert.equal(onward('<form method="post" action="/sign-in"></form>'), undefined)
  assert.equal(readPage('<a id="go" href="../next">', at).click('#go')?.url, 'https://issuer.example/next')
})

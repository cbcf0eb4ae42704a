/** An application wants a new sign-in, and the provider is used: what it says of the time counts — OpenID Connect Core §3.1.2.1, §3.1.3.7. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { shows, told } from './application.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, set, app, through, tokensOf, close } = await upstreamStage(engine)

  suite(`${engine}: a new sign-in through a provider`, () => {
    after(close)

    test('who must sign in anew is not taken by a sign-in of before, whatever became of prompt on the way', async () => {
      await set('sso', { sign_in: { sign_up: 'open' } })
      const refused = 'This application asks you to sign in anew, but that provider only told that you had signed in before.'
      const cases: [asked: Record<string, string>, secondsAgo: number, works: boolean][] = [
        [{}, 5000, true],
        [{ prompt: 'login' }, 0, true],
        [{ prompt: 'login' }, 30, true], // the clocks may differ
        [{ prompt: 'login' }, 100, false],
        [{ max_age: '0' }, 100, false],
        [{ max_age: '300' }, 200, true],
        [{ max_age: '300' }, 400, false],
      ]
      for (const [asked, ago, works] of cases) {
        upstream.idToken = { auth_time: gatehouse.now() - ago }
        const browser = gatehouse.browser()
        const { landing } = await through(browser, 'sso', newcomer('sso-user'), asked)
        const name = `${JSON.stringify(asked)}, ${ago} seconds ago`
        assert.equal(landing.html.includes(refused), !works, name)
        if (works) await tokensOf(landing, browser)
        else assert.ok(landing.status === 403 && shows(landing, 'sign-in'), name)
        const { error } = told(await browser.open(app.url({ prompt: 'none' })))
        assert.equal(error === undefined, works, name)
      }
      upstream.idToken = {}
    })
  })
}

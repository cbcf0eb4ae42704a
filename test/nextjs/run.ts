/** `npm run test:nextjs`: applications of Next.js with Auth.js, with the settings that `clients create --for` prints, in a real browser. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { libraries } from '../../src/cli/libraries.ts'
import type { Connection } from '../../src/cli/library.ts'
import { type TestApp, testApp } from '../app.ts'
import { openChromium } from '../browser/chromium.ts'
import { alice } from '../journeys/application.ts'
import { nextApp } from './app.ts'

const settingsFor = (library: string, connection: Connection) => libraries[library]?.settings(connection) ?? ''

interface Version {
  library: string
  nextAuth: string
  files(settings: string): Record<string, string>
}
const versions: Readonly<Record<string, Version>> = {
  'Auth.js 5': {
    library: 'nextjs',
    nextAuth: '5.0.0-beta.32',
    files: (settings) => ({
      'auth.ts': settings,
      'app/api/auth/[...nextauth]/route.ts': "import { handlers } from '../../../../auth'\nexport const { GET, POST } = handlers\n",
      'app/page.jsx': `import { auth, signIn, signOut } from '../auth'
const act = (name) => async () => {
  'use server'
  await (name === 'in' ? signIn('gatehouse') : signOut())
}
export default async () => {
  const session = await auth()
  const user = session?.user
  return <form action={act(user ? 'out' : 'in')}><p>{user ? user.name + ', ' + user.email : 'Nobody'}</p><button>Go on</button></form>
}
`,
    }),
  },
  'NextAuth.js 4': {
    library: 'nextauth4',
    nextAuth: '4.24.15',
    files: (settings) => ({
      'auth.ts': settings,
      'app/api/auth/[...nextauth]/route.ts': `import NextAuth from 'next-auth'
import { authOptions } from '../../../../auth'
const handler = NextAuth(authOptions)
export { handler as GET, handler as POST }
`,
      'app/buttons.jsx': `'use client'
import { signIn, signOut } from 'next-auth/react'
export const Button = ({ user }) => <button onClick={() => (user ? signOut() : signIn('gatehouse'))}>Go on</button>
`,
      'app/page.jsx': `import { getServerSession } from 'next-auth'
import { authOptions } from '../auth'
import { Button } from './buttons'
export const dynamic = 'force-dynamic'
export default async () => {
  const session = await getServerSession(authOptions)
  const user = session?.user
  return <main><p>{user ? user.name + ', ' + user.email : 'Nobody'}</p><Button user={user} /></main>
}
`,
    }),
  },
}

for (const [name, { library, nextAuth, files }] of Object.entries(versions)) {
  suite(`Next.js with ${name}`, () => {
    let gatehouse: TestApp
    let chromium: Browser
    let app: Awaited<ReturnType<typeof nextApp>>
    before(async () => {
      gatehouse = await testApp('sqlite')
      chromium = await openChromium()
      app = await nextApp(nextAuth)
      const redirectUri = `${app.origin}/api/auth/callback/gatehouse`
      await gatehouse.addClient({ client_id: 'web', redirect_uris: [redirectUri], ...libraries[library]?.client }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }, alice.password)
      await app.start(files(settingsFor(library, { issuer: gatehouse.issuer, clientId: 'web', secret: 'secret', redirectUri })))
    })
    after(async () => {
      await app?.close()
      await chromium?.close()
      await gatehouse?.close()
    })

    test('signs in, shows who it is, and signs out', async () => {
      const page = await chromium.newPage()
      page.setDefaultTimeout(60_000)
      await page.goto(app.origin)
      assert.equal(await page.textContent('p'), 'Nobody')
      await page.waitForLoadState('networkidle')
      await page.click('button')
      await page.fill('#username', alice.username)
      await page.fill('#password', alice.password)
      await page.click('#submit')
      await page.click('#allow')
      await page.waitForURL(`${app.origin}/**`)
      assert.equal(await page.textContent('p'), 'Alice, alice@example.com')
      await page.waitForLoadState('networkidle')
      await page.click('button')
      await page.waitForSelector('text=Nobody')
    })
  })
}

import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.1',
  level: 'MUST',
  title: 'Redirect URIs are compared by exact string matching',
  needs: ['code flow'],
  async run({ app }) {
    const { origin, host, hostname, pathname, protocol } = new URL(app().redirectUri)
    redirected(await app().authorize())
    for (const redirect_uri of [
      `${origin}${pathname}/`,
      `${origin}${pathname}/more`,
      `${origin}${pathname}?more=1`,
      `${origin}${pathname}%2f..%2fother`,
      `${origin}/x/..${pathname}`,
      `${origin}/.${pathname}`,
      `${origin}//${pathname.slice(1)}`,
      `${origin}${pathname.toUpperCase()}`,
      `${origin.toUpperCase()}${pathname}`,
      `${protocol}//${hostname}:443${pathname}`,
      `http://${host}${pathname}`,
      `${protocol}//user:password@${host}${pathname}`,
      `${protocol}//${host}@attacker.example${pathname}`,
      `${protocol}//attacker.example\\@${host}${pathname}`,
      `${protocol}//${host}.attacker.example${pathname}`,
      `${protocol}//sub.${host}${pathname}`,
      `${origin}${pathname} `,
      ` ${origin}${pathname}`,
      `${origin}${pathname}\r\n`,
      `${origin}${pathname}\0`,
      `${origin}${pathname.replace('c', '%63')}`,
      `${origin}${pathname};x=1`,
    ]) {
      errorPage(await app().authorize({ redirect_uri }, { intent: { idle: true } }))
    }
  },
})

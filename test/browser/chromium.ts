/** A real Chromium for tests, from the packages of the install alone: the binary that ships in `@sparticuz/chromium`, driven by playwright. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const packed = fileURLToPath(new URL('..', import.meta.resolve('@sparticuz/chromium')))
const cache = join(packed, '..', '..', '.cache')

/** Launches the browser, headless, with a temporary profile. The caller closes it. */
export async function openChromium(): Promise<Browser> {
  const home = await unpacked()
  writeFontsConf(home)
  return chromium.launch({
    executablePath: join(home, 'chromium'),
    headless: true,
    chromiumSandbox: false, // needs privileges that root in a container has not
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--disable-gpu',
      '--disable-quic',
      '--disable-sync',
      '--no-first-run',
      '--no-pings',
    ],
    env: {
      HOME: home,
      PATH: '/usr/bin:/bin',
      LD_LIBRARY_PATH: join(home, 'al2023', 'lib'), // NSS, NSPR and expat, which a bare machine lacks
      FONTCONFIG_FILE: join(home, 'fonts.conf'),
    },
  })
}

/**
 * The folder with the unpacked browser, made once per version. The package unpacks to fixed names in the temporary folder, so it is
 * given one of its own, which is then put in place whole: two test files that start together cannot meet a half-written binary.
 */
async function unpacked(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as { version: string }
  const home = join(cache, `chromium-${version}`)
  if (existsSync(home)) return home
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(`${home}-`)
  const archives = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((name) => join(packed, 'bin', name))
  const script = `import { inflate } from '@sparticuz/chromium'; await Promise.all(${JSON.stringify(archives)}.map((archive) => inflate(archive)))`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: packed, env: { TMPDIR: draft } })
  try {
    renameSync(draft, home)
  } catch {
    rmSync(draft, { recursive: true }) // another was first
  }
  return home
}

/**
 * Only the font that came with the browser, so that pages look the same on every machine. Written at every launch, since it names folders
 * and the checkout may have moved: without any font the browser crashes.
 */
function writeFontsConf(home: string): void {
  const path = join(home, 'fonts.conf')
  const draft = `${path}-${process.pid}`
  writeFileSync(
    draft,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(home, 'fonts')}</dir><cachedir>${join(home, 'fonts-cache')}</cachedir></fontconfig>
`,
  )
  renameSync(draft, path)
}

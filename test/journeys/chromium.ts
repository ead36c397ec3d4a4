import { chromium, type Browser } from 'playwright-core'
import { CHROMIUM, ensurePackages } from '../../scripts/servers/packages.ts'

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...[
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--force-prefers-reduced-motion',
  ],
]

/** Debian's Chromium, with a profile of its own that goes with it. */
export async function startChromium(): Promise<Browser> {
  await ensurePackages({ browser: true })
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
}

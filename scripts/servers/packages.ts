import { spawn } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { isRoot } from './users.ts'

/** Debian's packages, each known by a file that it installs. */
const PACKAGES = {
  slapd: '/usr/lib/ldap/argon2.so',
  'ldap-utils': '/usr/bin/ldapsearch',
  postfix: '/usr/lib/postfix/sbin/master',
  'postfix-ldap': '/usr/lib/postfix/postfix-ldap.so',
  'dovecot-core': '/usr/sbin/dovecot',
  'dovecot-imapd': '/usr/lib/dovecot/imap',
  'dovecot-lmtpd': '/usr/lib/dovecot/lmtp',
  'dovecot-ldap': '/usr/lib/dovecot/modules/auth/libauthdb_ldap.so',
  'dovecot-sieve': '/usr/bin/sievec',
  swaks: '/usr/bin/swaks',
  // swaks speaks TLS with it, but only recommends it.
  'libnet-ssleay-perl': `/var/lib/dpkg/info/libnet-ssleay-perl:${process.arch === 'x64' ? 'amd64' : process.arch}.list`,
  openssl: '/usr/bin/openssl',
  curl: '/usr/bin/curl',
} as const

/** Chromium without a window: the same engine, at half the work. */
export const CHROMIUM = '/usr/bin/chromium-headless-shell'
const BROWSER = { 'chromium-headless-shell': CHROMIUM } as const
const DS389 = { '389-ds-base': '/usr/sbin/ns-slapd' } as const

export type Further = { readonly browser?: boolean; readonly ds389?: boolean }

const apt = (...args: string[]) =>
  new Promise<void>((resolve, reject) => {
    const child = spawn('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`apt-get ${args.join(' ')} ended with ${String(code)}`)),
    )
  })

const POLICY = '/usr/sbin/policy-rc.d'

/** Debian starts a service when it is installed; we want private instances, on ports of their own, only. */
async function withoutStartingServices(install: () => Promise<void>) {
  const ours = !existsSync(POLICY)
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await install()
  } finally {
    if (ours) rmSync(POLICY, { force: true })
  }
}

/** The Debian packages that are missing on this machine. */
export function missingPackages(options: Further = {}): string[] {
  const wanted = { ...PACKAGES, ...(options.browser ? BROWSER : {}), ...(options.ds389 ? DS389 : {}) }
  return Object.entries(wanted)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name)
}

/**
 * Makes sure that slapd, Postfix, Dovecot and their tools are there (with `browser`, Chromium too; with `ds389`, 389 Directory
 * Server): installs what is missing when this is root on Debian, else throws an Error that names it. Instant when nothing is
 * missing.
 */
export async function ensurePackages(options: Further = {}): Promise<void> {
  const missing = missingPackages(options)
  if (missing.length === 0) return
  const advice = `apt-get install --no-install-recommends ${missing.join(' ')}`
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`Real servers need Debian 12 with: ${missing.join(' ')}`)
  if (!isRoot()) throw new Error(`These Debian packages are missing; as root: ${advice}`)
  console.error(`Installing Debian packages: ${missing.join(' ')} …`)
  await apt('update')
  await withoutStartingServices(() =>
    apt('install', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold', ...missing),
  )
  const still = missingPackages(options)
  if (still.length > 0) throw new Error(`These Debian packages could not be installed: ${still.join(' ')}`)
}

import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { guarded } from '../servers/guard.ts'
import { isOpen, isRoot } from '../servers/users.ts'
import type { Kind } from './servers.ts'

export type Options = {
  readonly kind: Kind
  readonly fresh: boolean
  readonly check: boolean
  readonly port: number
}

export const HELP = `Starts Congvu with everything it needs, on this machine only.

  npm run demo                     embedded PostgreSQL, directory and mail server; data are kept in var/demo
  npm run demo -- --servers real   private slapd, Postfix and Dovecot instead (as root on Debian); in var/demo-real
  npm run demo -- --fresh          starts anew
  npm run demo -- --port 8080      the web service's port; 3000, or the next free one, without it
  npm run demo -- --check          walks through the main job on fresh servers, says how long each step took, and ends`

/** The faults of a command line are told by an Error with one line. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      servers: { type: 'string', default: 'embedded' },
      fresh: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      port: { type: 'string', default: '3000' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const { servers, fresh, check } = values
  if (servers !== 'embedded' && servers !== 'real') throw new Error('--servers is embedded or real')
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_000) throw new Error('--port is a number from 1 to 65000')
  return { kind: servers, fresh, check, port }
}

const project = dirname(dirname(import.meta.dirname))

/**
 * Where the demo keeps its data. PostgreSQL does not run as root but as a user who must reach them, so that a checkout in a
 * folder that is closed to others (root's home) has them under /var/lib.
 */
export function keptFolder(kind: Kind): string {
  const name = kind === 'real' ? 'demo-real' : 'demo'
  if (!isRoot() || isOpen(project)) return join(project, 'var', name)
  const folder = `/var/lib/congvu-demo-${createHash('sha256').update(project).digest('hex').slice(0, 8)}`
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  return join(folder, name)
}

/** A folder for one run, removed when this process has ended, however it ended. */
export function passingFolder(): string {
  const folder = mkdtempSync(join(!isRoot() || isOpen(tmpdir()) ? tmpdir() : '/tmp', 'congvu-check-'))
  chmodSync(folder, isRoot() ? 0o755 : 0o700)
  guarded.folder(folder)
  return join(folder, 'demo')
}

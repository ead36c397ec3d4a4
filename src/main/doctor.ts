import { migrationState } from '../db/migrate.ts'
import type { Finding } from '../kernel/fault.ts'
import type { Services } from './compose.ts'

const SKEW_MS = 2_000

/** Looks at everything that Congvu stands on; each finding says what to do if it is not well. Never throws. */
export async function doctor(services: Services): Promise<Finding[]> {
  const [database, directory, mail, letters] = await Promise.all([
    checkDatabase(services),
    services.directory.check(),
    services.mail.check(),
    services.sender.check(),
  ])
  return [checkRuntime(), ...database, ...directory, ...mail, ...letters]
}

function checkRuntime(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  return {
    check: 'runtime',
    ok: major >= 24,
    detail: `Node ${process.versions.node}`,
    ...(major >= 24 ? {} : { remedy: 'Install Node 24 or later' }),
  }
}

async function checkDatabase({ database, clock }: Services): Promise<Finding[]> {
  try {
    const before = clock().getTime()
    const { rows } = await database.pool.query<{ now: Date; version: string }>(
      `SELECT clock_timestamp() AS now, current_setting('server_version') AS version`,
    )
    const after = clock().getTime()
    const [row] = rows
    const theirs = row?.now.getTime() ?? 0
    const skew = theirs < before ? before - theirs : Math.max(0, theirs - after)
    const state = await migrationState(database.pool)
    return [
      { check: 'database', ok: true, detail: `PostgreSQL ${row?.version ?? '?'}` },
      {
        check: 'migrations',
        ok: state.ok,
        detail: state.detail,
        ...(state.ok ? {} : { remedy: 'See the detail; `congvu migrate` applies what is missing' }),
      },
      {
        check: 'clock',
        ok: skew <= SKEW_MS,
        detail: `${skew} ms apart from the database`,
        ...(skew <= SKEW_MS ? {} : { remedy: 'Let chrony or systemd-timesyncd keep both machines on time' }),
      },
    ]
  } catch (error) {
    const detail = error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error)
    return [
      {
        check: 'database',
        ok: false,
        detail,
        remedy: 'Is PostgreSQL running, and is DATABASE_URL right (host, user, password, database)?',
      },
    ]
  }
}

import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { makeMigrated } from './servers/migrated.ts'
import { ensurePackages } from './servers/packages.ts'
import { startPostgres } from './servers/postgres.ts'

// Every test, or with --pure those that touch nothing outside the process, or with --long all of them at full figures.
const root = dirname(import.meta.dirname)
const bin = (name: string) => join(root, 'node_modules', '.bin', name)
const PURE = [
  'kernel',
  'access',
  'addresses',
  'requests',
  'accounts',
  'scheduled',
  'lists',
  'audit',
  'brake',
  'reconcile',
  'provisioning',
  'letters',
  'config',
  'architecture',
  'imports',
  'reorganisations',
]
const [...wanted] = process.argv.slice(2)
const pure = wanted.includes('--pure')
const long = wanted.includes('--long')
const only = wanted.filter((word) => !word.startsWith('--'))

type Outcome = { name: string; ok: boolean; seconds: number }

function run(
  name: string,
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const start = performance.now()
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.on('error', (error) => {
      console.error(`${name}: ${error.message}`)
      resolve({ name, ok: false, seconds: 0 })
    })
    child.on('exit', (code) => resolve({ name, ok: code === 0, seconds: (performance.now() - start) / 1000 }))
  })
}

/** Runs the spec files, shared out among so many processes. */
async function jest(
  patterns: readonly string[],
  processes: number,
): Promise<Outcome & { passed: number; failed: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'congvu-tests-'))
  chmodSync(folder, 0o755)
  const databases = pure ? undefined : await startDatabases(folder)
  const env = { TEST_SCALE: long ? 'full' : 'tenth', ...databases?.env }
  try {
    const shards = await Promise.all(
      Array.from({ length: processes }, async (_, n) => {
        const report = join(folder, `report-${n}.json`)
        const args = [
          '--disable-warning=ExperimentalWarning',
          bin('jest'),
          '--runInBand',
          '--forceExit',
          '--passWithNoTests',
        ]
        args.push(`--shard=${n + 1}/${processes}`, '--json', `--outputFile=${report}`, ...patterns)
        return { ...(await run('tests', process.execPath, args, env)), ...counted(report) }
      }),
    )
    const sum = (of: 'passed' | 'failed') => shards.reduce((all, shard) => all + shard[of], 0)
    return {
      name: 'tests',
      ok: shards.every(({ ok }) => ok),
      seconds: Math.max(...shards.map(({ seconds }) => seconds)),
      ...{ passed: sum('passed'), failed: sum('failed') },
    }
  } finally {
    await databases?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a process of jest's reports; one that was not written is a failure. */
function counted(report: string): { passed: number; failed: number } {
  if (!existsSync(report)) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numFailedTestSuites: number
  }
  return { passed: numPassedTests, failed: Math.max(numFailedTests, numFailedTestSuites) }
}

/** A migrated database that tests start as copies of, and a running copy for those that only need databases in it. */
async function startDatabases(folder: string) {
  const template = join(folder, 'database')
  await makeMigrated(template)
  const postgres = await startPostgres({ folder: join(folder, 'postgres'), fast: true, copyOf: template })
  return { env: { TEST_DATABASE_OF: template, TEST_POSTGRES: postgres.url }, stop: () => postgres.stop() }
}

const purePatterns = PURE.map((room) => `test/${room}[/.]`)
const outcomes: Outcome[] = []
if (!pure && only.length === 0) {
  await ensurePackages({ browser: true })
  outcomes.push(
    ...(await Promise.all([
      run('format', bin('prettier'), ['--check', '--log-level=warn', '.']),
      run('types', bin('tsc'), ['--noEmit']),
    ])),
    await run('lint', bin('eslint'), ['--max-warnings=0', '.']),
  )
}
const isOne = only.length === 1 && only[0]?.endsWith('.spec.ts') === true
// Even on one processor two are quicker than one, for a test often waits; more than four would want more memory than they save time.
const processes = pure || isOne ? 1 : Math.min(4, Math.max(2, availableParallelism()))
const tests = await jest(pure ? purePatterns : only.length > 0 ? only : ['test/'], processes)
outcomes.push(tests)

for (const { name, ok, seconds } of outcomes)
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`)
console.log(`tests: ${tests.passed} passed, ${tests.failed} failed`)
process.exitCode = outcomes.every(({ ok }) => ok) && tests.passed > 0 ? 0 : 1

import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

async function jest(
  name: string,
  patterns: readonly string[],
  workers: number,
): Promise<Outcome & { passed: number; failed: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'congvu-tests-'))
  const report = join(folder, 'report.json')
  chmodSync(folder, 0o755)
  const databases = pure ? undefined : await startDatabases(folder)
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', bin('jest')]
  args.push('--json', `--outputFile=${report}`, `--maxWorkers=${workers}`, ...patterns)
  const outcome = await run(name, process.execPath, args, {
    TEST_SCALE: long ? 'full' : 'tenth',
    ...databases?.env,
  })
  try {
    const counted = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      numFailedTestSuites: number
    }
    return {
      ...outcome,
      passed: counted.numPassedTests,
      failed: Math.max(counted.numFailedTests, counted.numFailedTestSuites),
    }
  } catch {
    return { ...outcome, ok: false, passed: 0, failed: 1 }
  } finally {
    await databases?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
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
const tests = await jest('tests', pure ? purePatterns : only.length > 0 ? only : ['test/'], pure ? 1 : 2)
outcomes.push(tests)

for (const { name, ok, seconds } of outcomes)
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`)
console.log(`tests: ${tests.passed} passed, ${tests.failed} failed`)
process.exitCode = outcomes.every(({ ok }) => ok) && tests.passed > 0 ? 0 : 1

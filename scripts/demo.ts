import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { box } from './demo/box.ts'
import { check } from './demo/check.ts'
import { HELP, keptFolder, parseOptions, passingFolder, type Options } from './demo/options.ts'
import { startDemo } from './demo/start.ts'
import { missingPackages } from './servers/packages.ts'
import { isRoot } from './servers/users.ts'

const began = Date.now()
const say = (line: string) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`)

/** Why the real servers cannot run here; null when they can. */
function lacking(): string | null {
  if (isRoot()) return null
  const missing = missingPackages()
  const packages = missing.length > 0 ? ` These Debian packages are missing as well: ${missing.join(' ')}.` : ''
  return `The real servers need root, for Postfix does not run without it.${packages} Without root: npm run demo`
}

/** The address of a demo that runs in this folder already; null when none does. */
async function runningIn(folder: string): Promise<string | null> {
  try {
    const { pid, url } = JSON.parse(readFileSync(`${folder}.running`, 'utf8')) as { pid: number; url: string }
    process.kill(pid, 0)
    await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(3_000) })
    return url
  } catch {
    return null
  }
}

async function main(options: Options): Promise<number> {
  const problem = options.kind === 'real' ? lacking() : null
  if (problem !== null) {
    console.error(problem)
    return 1
  }
  if (options.check) return check({ kind: options.kind, folder: passingFolder() })

  const folder = keptFolder(options.kind)
  const running = await runningIn(folder)
  if (running !== null) {
    console.error(`The demo runs already, at ${running}; its data cannot serve two at once.`)
    return 1
  }
  if (options.fresh) rmSync(folder, { recursive: true, force: true })
  const demo = await startDemo({ kind: options.kind, folder, port: options.port, kept: true, say })
  mkdirSync(dirname(folder), { recursive: true })
  writeFileSync(`${folder}.running`, JSON.stringify({ pid: process.pid, url: demo.url }))
  say('Ready')
  console.log(`\n${box(demo)}\n`)
  await asked()
  console.log('\nStopping … (Ctrl-C again: at once)')
  await demo.stop()
  rmSync(`${folder}.running`, { force: true })
  return 0
}

/** A terminal's Ctrl-C may arrive twice, by npm too; this long it is the same one. */
const SAME_MS = 500
const signals = ['SIGINT', 'SIGTERM'] as const

// One listener for good: taking one away would lose a signal that is just arriving.
const state: { onSignal: () => void } = { onSignal: () => process.exit(130) }
for (const name of signals) process.on(name, () => state.onSignal())

/** Waits until the user wants to end; from then on, a second signal ends at once. The guard ends what is left. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    const atOnce = state.onSignal
    state.onSignal = () => {
      state.onSignal = () => undefined
      setTimeout(() => (state.onSignal = atOnce), SAME_MS).unref()
      resolve()
    }
  })
}

try {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') console.log(HELP)
  else process.exitCode = await main(options)
} catch (error) {
  // What parseArgs and the servers say is meant for people; of anything else the stack helps.
  console.error(error instanceof Error && process.env['DEBUG'] === undefined ? error.message : error)
  process.exitCode = 1
}
// Whatever still holds the process, its work is done.
process.exit()

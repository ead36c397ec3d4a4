import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { daemon, listens } from '../servers/daemon.ts'
import { freePort } from '../servers/ports.ts'
import type { Environment } from '../../src/main/config.ts'

const ROOT = join(import.meta.dirname, '../..')

export type Started = { readonly origin: string; stop(): Promise<void> }

/** A Node process of its own with these settings, in the folder of the run; its output goes to `<name>.log`. */
function nodeProcess(parts: {
  name: string
  folder: string
  env: Environment
  args: readonly string[]
  ready: (log: string) => Promise<boolean>
}) {
  const log = join(parts.folder, `${parts.name}.log`)
  const settings = Object.entries<string | undefined>({ NODE_ENV: 'production', ...parts.env }).map(
    ([name, value]) => `${name}=${value ?? ''}`,
  )
  return daemon({
    name: parts.name,
    command: '/usr/bin/env',
    args: [...settings, process.execPath, '--disable-warning=ExperimentalWarning', ...parts.args],
    log,
    signal: 'SIGTERM',
    ready: () => parts.ready(log),
  })
}

const cli = join(ROOT, 'src/main/cli.ts')

/** `congvu serve` as in production. */
export async function startWeb(env: Environment, folder: string, port: number): Promise<Started> {
  const web = nodeProcess({
    ...{ name: 'web', folder, args: [cli, 'serve'] },
    env: { ...env, CONGVU_PORT: String(port) },
    ready: () => listens(port),
  })
  await web.start()
  return { origin: `http://127.0.0.1:${port}`, stop: () => web.stop() }
}

/** How a worker is started in production, as its unit says. */
const [, WORKER = ''] =
  /^ExecStart=\S+ (.+)$/m.exec(readFileSync(join(ROOT, 'deploy/systemd/congvu-worker.service'), 'utf8')) ?? []

/** `congvu work` as in production. */
export async function startWorker(env: Environment, folder: string): Promise<StartedWorker> {
  const worker = nodeProcess({
    ...{ name: 'worker', folder, env, args: WORKER.replace('src/main/cli.ts', cli).split(' ') },
    ready: (log) => Promise.resolve(readFileSync(log, 'utf8').includes('Worker is ready')),
  })
  await worker.start()
  return {
    stop: () => worker.stop(),
    peakMb() {
      const status = readFileSync(`/proc/${worker.pid() ?? 'self'}/status`, 'utf8')
      return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
    },
  }
}

export type StartedWorker = {
  stop(): Promise<void>
  /** The most memory that it ever had, in MB. */
  peakMb(): number
}

/** A script of this folder that listens on the port given to it as its first argument. */
export async function startScript(
  script: string,
  env: Environment,
  folder: string,
  args: readonly string[],
): Promise<Started> {
  const port = await freePort()
  const started = nodeProcess({
    ...{ name: script, folder, env },
    args: [join(import.meta.dirname, script), String(port), ...args],
    ready: () => listens(port),
  })
  await started.start()
  return { origin: `http://127.0.0.1:${port}`, stop: () => started.stop() }
}

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../src/main/config.ts'
import { daemon, type Daemon } from '../../scripts/servers/daemon.ts'

const ROOT = join(import.meta.dirname, '../..')
const CLI = join(ROOT, 'src/main/cli.ts')
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning']
/** What a process has beside its settings. */
const SURROUNDINGS = Object.fromEntries(
  ['PATH', 'HOME', 'NODE_COMPILE_CACHE'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
)
const settingsOf = (env: Environment) => Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}`)

/** A process of this product that goes on until it is ended; ready once its log says so. Its output is `<name>.log`. */
export function lasting(
  name: string,
  options: { folder: string; env: Environment; ready: string; script?: string; args?: readonly string[] },
): Daemon & { readonly log: () => string } {
  const log = join(options.folder, `${name}.log`)
  const text = () => readFileSync(log, 'utf8')
  const times = () => text().split(options.ready).length - 1
  let before = 0
  const child = daemon({
    name,
    command: '/usr/bin/env',
    args: [...settingsOf(options.env), ...NODE, options.script ?? CLI, ...(options.args ?? [])],
    log,
    signal: 'SIGTERM',
    ready: () => Promise.resolve(times() > before),
  })
  return {
    ...child,
    log: text,
    start: () => {
      try {
        before = times()
      } catch {
        before = 0
      }
      return child.start()
    },
  }
}

export const worker = (name: string, folder: string, env: Environment) =>
  lasting(name, { folder, env: { ...env, LOG_LEVEL: 'info' }, args: ['work'], ready: 'Worker is ready' })

export type Ended = { readonly code: number; readonly out: string; readonly err: string }

/** `congvu …` with exactly these settings, to its end. */
export const congvu = (env: Environment, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const [node = '', ...flags] = NODE
    execFile(node, [...flags, CLI, ...args], { env: { ...SURROUNDINGS, ...env }, timeout: 30_000 }, (error, out, err) =>
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, out, err }),
    )
  })

export type Running = {
  readonly terminate: () => void
  readonly ended: Promise<Ended>
  readonly says: (text: string) => Promise<void>
}

/** `congvu serve` or `congvu work` with exactly these settings, until it is told to end. */
export function running(env: Environment, command: 'serve' | 'work'): Running {
  const [node = '', ...flags] = NODE
  let said = ''
  const heard = new Set<() => void>()
  const child = execFile(node, [...flags, CLI, command], {
    env: { ...SURROUNDINGS, ...env, LOG_LEVEL: 'info' },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  const listen = (part: string) => {
    said += part
    for (const each of heard) each()
  }
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  const ended = new Promise<Ended>((resolve) => {
    child.on('exit', (code) => {
      resolve({ code: code ?? -1, out: said, err: '' })
      for (const each of heard) each()
    })
  })
  return {
    ended,
    terminate: () => void child.kill('SIGTERM'),
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (said.includes(text)) resolve()
          else if (child.exitCode !== null) reject(new Error(said))
          else return
          heard.delete(look)
        }
        heard.add(look)
        look()
      }),
  }
}

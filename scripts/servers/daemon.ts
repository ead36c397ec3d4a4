import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { guarded } from './guard.ts'

export type Daemon = {
  /** Starts it and waits until it answers. Throws with the end of its log when it does not. */
  start(): Promise<void>
  /** Ends it in order; nothing of it is left. Does nothing when it does not run. */
  stop(): Promise<void>
  /** Ends it and its children at once (SIGKILL), as a power cut would. */
  kill(): Promise<void>
  running(): boolean
  /** The process id of its leader, while it runs. */
  pid(): number | undefined
}

export type Command = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly log: string
  /** The signal that ends it in order. */
  readonly signal: 'SIGTERM' | 'SIGINT'
  readonly ready: () => Promise<boolean>
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

const START_MS = 20_000
const STOP_MS = 8_000

/** Whether a process of the group is left. The dead that init has not buried yet do not count. */
function groupLives(leader: number): boolean {
  try {
    process.kill(-leader, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      // After the command in parentheses: state, parent, process group.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(pgrp) === leader && state !== 'Z'
    } catch {
      return false
    }
  })
}

function signalGroup(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(-pid, signal)
  } catch {
    // Nobody left: what we wanted.
  }
}

/** Whether something listens there. */
export function listens(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host })
    const answer = (yes: boolean) => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
    socket.setTimeout(1_000, () => answer(false))
  })
}

/** A server in a process group of its own, watched by the guard. */
export function daemon(what: Command): Daemon {
  let child: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()

  async function finish(pid: number) {
    child?.ref()
    await ended
    signalGroup(pid, 'SIGKILL')
    for (let tries = 0; tries < 200 && groupLives(pid); tries++) await pause(10)
    guarded.ended(pid)
    child = undefined
  }

  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null

  async function kill() {
    const pid = child?.pid
    if (pid === undefined) return
    signalGroup(pid, 'SIGKILL')
    await finish(pid)
  }

  return {
    running,
    kill,
    pid: () => child?.pid,

    async start() {
      if (running()) return
      const log = openSync(what.log, 'a')
      const started = spawn(what.command, [...what.args], {
        detached: true,
        stdio: ['ignore', log, log],
        cwd: '/',
        uid: what.uid,
        gid: what.gid,
      })
      closeSync(log)
      child = started
      ended = new Promise((resolve) => {
        started.once('exit', () => resolve())
        started.once('error', () => resolve())
      })
      started.unref()
      if (started.pid !== undefined) guarded.server(started.pid, what.signal)
      const deadline = Date.now() + START_MS
      while (running() && started.pid !== undefined && Date.now() < deadline) {
        if (await what.ready()) return
        await pause(20)
      }
      await kill()
      const tail = readFileSync(what.log, 'utf8').split('\n').slice(-20).join('\n')
      throw new Error(`${what.name} did not start. The end of its log (${what.log}):\n${tail}`)
    },

    async stop() {
      const pid = child?.pid
      if (pid === undefined) return
      if (running()) signalGroup(pid, what.signal)
      const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), STOP_MS)
      await ended
      clearTimeout(late)
      await finish(pid)
    },
  }
}

import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Writable } from 'node:stream'

let line: Writable | undefined

function guard(): Writable {
  if (line) return line
  // In a process group of its own, so that a terminal's Ctrl-C or a killed test run does not reach it.
  const child = spawn('sh', [fileURLToPath(new URL('guard.sh', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  // Node makes the pipe a socket; it must not keep the process alive either.
  if (child.stdin instanceof Socket) child.stdin.unref()
  child.stdin.on('error', () => undefined)
  return (line = child.stdin)
}

/**
 * What must not outlive this process. A shell script in a process of its own ends the servers and removes the folders as
 * soon as this process is gone, also after kill -9, where no handler runs.
 */
export const guarded = {
  server: (pid: number, signal: string) => guard().write(`+ ${signal.replace(/^SIG/, '')} ${pid}\n`),
  ended: (pid: number) => guard().write(`- ${pid}\n`),
  folder: (path: string) => guard().write(`folder ${path}\n`),
  keep: (path: string) => guard().write(`keep ${path}\n`),
}

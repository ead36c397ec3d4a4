import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '../support/jest.ts'

const scripts = fileURLToPath(new URL('../../scripts/servers/', import.meta.url))

const lives = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a process that started servers', () => {
  test('leaves none of them, and no folder, behind when it is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'congvu-guard-'))
    const program = `
      import { guarded } from '${scripts}guard.ts'
      import { daemon } from '${scripts}daemon.ts'
      guarded.folder('${folder}')
      const server = daemon({ name: 'sleep', command: '/bin/sleep', args: ['600'], log: '${folder}/log',
        signal: 'SIGTERM', ready: () => Promise.resolve(true) })
      await server.start()
      console.log(server.pid())
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    expect(lives(pid)).toBe(true)

    child.kill('SIGKILL')
    for (let tries = 0; tries < 200 && (lives(pid) || existsSync(folder)); tries++) await pause(50)
    expect(existsSync(folder)).toBe(false)
    expect(lives(pid)).toBe(false)
  })
})

import { describe, expect, test } from '../support/jest.ts'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url))

/** Runs the demo's command to its end. */
const demo = (...args: string[]) =>
  new Promise<{ code: number | null; output: string; errors: string }>((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { output: '', errors: '' }
    child.stdout.setEncoding('utf8').on('data', (part: string) => (said.output += part))
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said.errors += part))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...said }))
  })

describe('npm run demo', () => {
  test('--check walks the main job with the embedded servers and ends with 0', async () => {
    const { code, output, errors } = await demo('--check')
    expect({ code, output, errors }).toMatchObject({ code: 0, errors: '' })
    for (const step of [
      'start with embedded servers, fill the province',
      'ask: contact e-mail, code from the letter',
      'ask: details, address, check, send',
      'follow the request by code and contact e-mail',
      'unit administrator signs in',
      'unit administrator finds and approves it',
      'the letter with the link has come',
      'activate: choose a password',
      'sign in as the new person, my account',
      'SMTP: an unknown address is refused with 550',
      'SMTP: mail to the new address is accepted',
      'the mailbox holds it',
      'stop everything',
    ])
      expect(output).toMatch(new RegExp(`^ok +\\d+ ms  ${step}$`, 'm'))
    expect(output).toContain('not offered by the embedded mail server: IMAP, submission')
  }, 240_000)

  test('says what it does not understand, and ends with 1', async () => {
    expect(await demo('--servers', 'imaginary')).toMatchObject({ code: 1, output: '' })
    expect(await demo('--prot', '80')).toMatchObject({ code: 1, output: '' })
  })

  test('--help names every option', async () => {
    const { code, output } = await demo('--help')
    expect(code).toBe(0)
    for (const option of ['--servers real', '--fresh', '--port', '--check']) expect(output).toContain(option)
  })
})

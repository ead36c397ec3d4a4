import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { DEPLOY, fill } from '../../scripts/servers/fill.ts'

const files = ['openldap', 'dovecot', 'postfix'].flatMap((folder) =>
  readdirSync(join(DEPLOY, folder)).map((file) => join(folder, file)),
)
const names = new Set(
  files.flatMap((file) => readFileSync(join(DEPLOY, file), 'utf8').match(/(?<=@@)[A-Z_]+(?=@@)/g) ?? []),
)
const values = Object.fromEntries([...names].map((name) => [name, `a&b\\1/$x ${name}`]))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'congvu-fill-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const script = (file: string, env: Record<string, string>) =>
  execFileSync(join(DEPLOY, 'fill.sh'), [join(DEPLOY, file), join(folder, 'out')], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    stdio: 'pipe',
  })

describe('filling in the configuration', () => {
  test.each(files)('%s comes out alike for an administrator and for the tests', (file) => {
    script(file, values)
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(fill(readFileSync(join(DEPLOY, file), 'utf8'), values))
    expect(statSync(join(folder, 'out')).mode & 0o777).toBe(0o600)
  })

  test('is refused when a value is missing, and names it', () => {
    expect(() => script('dovecot/dovecot.conf', {})).toThrow(/no value for RUN/)
    expect(() => fill('a @@RUN@@', {})).toThrow('No value for @@RUN@@')
  })
})

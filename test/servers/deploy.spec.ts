import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '../support/jest.ts'
import { parseConfig, settingNames } from '../../src/main/config.ts'

const deploy = join(import.meta.dirname, '..', '..', 'deploy')
const read = (name: string) => readFileSync(join(deploy, name), 'utf8')
const commands = [
  ...readFileSync(join(deploy, '..', 'src', 'main', 'cli.ts'), 'utf8').matchAll(/\.command\('([a-z]+)'\)/g),
].map(([, name]) => name)

/** The settings that compose.yaml gives to Congvu, with every ${…} filled in. */
function composeSettings(): Record<string, string> {
  const block = /environment: &settings\n((?: {4}.*\n)+)/.exec(read('compose.yaml'))?.[1] ?? ''
  const values: Record<string, string> = {
    DOMAIN: 'example.vn',
    BASE_DN: 'dc=example,dc=vn',
    CONGVU_PUBLIC_URL: 'https://congvu.example.vn',
    CONGVU_SECRET_KEY: Buffer.alloc(32).toString('base64'),
  }
  return Object.fromEntries(
    [...block.matchAll(/^ {4}([A-Z_]+): '?(.*?)'?$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\$\{([A-Z_]+)[^}]*\}/g, (_, asked: string) => values[asked] ?? 'secret'),
    ]),
  )
}

describe('compose.yaml', () => {
  test('gives Congvu only settings that there are', () => {
    const given = Object.keys(composeSettings())
    expect(given.length).toBeGreaterThan(10)
    expect(given.filter((name) => !settingNames().includes(name))).toEqual([])
  })

  test('gives values that Congvu starts with', () => {
    // The authority's file is there in the container only.
    const files = Object.fromEntries(
      Object.entries(composeSettings()).map(([name, value]) => [
        name,
        name.endsWith('_CA_FILE') ? join(deploy, 'compose.yaml') : value,
      ]),
    )
    expect(parseConfig(files).ldap.url).toBe('ldaps://slapd')
  })
})

describe('the systemd units', () => {
  const units = readdirSync(join(deploy, 'systemd'))
  test.each(units)('%s starts a command that there is, with the settings of /etc/congvu', (unit) => {
    const text = read(`systemd/${unit}`)
    expect(commands).toContain(/^ExecStart=\/usr\/bin\/node (?:--\S+ )*src\/main\/cli\.ts (\w+)$/m.exec(text)?.[1])
    expect(text).toContain('EnvironmentFile=/etc/congvu/congvu.env\n')
    // V8 compiles at run time.
    expect(text).not.toMatch(/^MemoryDenyWriteExecute=/m)
  })
})

test('server-entry.sh and servers.env.example name everything that the configuration asks for', () => {
  const named = `${read('server-entry.sh')}\n${read('servers.env.example')}`
  const asked = ['openldap', 'dovecot', 'postfix'].flatMap((folder) =>
    readdirSync(join(deploy, folder)).flatMap((file) =>
      [...read(`${folder}/${file}`).matchAll(/@@([A-Z_]+)@@/g)].map(([, name = '']) => name),
    ),
  )
  expect(asked.length).toBeGreaterThan(50)
  expect([...new Set(asked)].filter((name) => !new RegExp(`\\b${name}=`).test(named))).toEqual([])
})

test("the administrator's guide explains every setting", () => {
  const guide = readFileSync(join(deploy, '..', 'docs', 'administrators-guide.md'), 'utf8')
  expect(settingNames().filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
})

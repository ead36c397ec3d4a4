import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { Environment } from '../../src/main/config.ts'
import { startOffice, type Office } from '../support/database.ts'
import { congvu } from '../support/processes.ts'
import { seedUnits } from '../support/system.ts'

let office: Office
let env: Environment
beforeAll(async () => {
  office = await startOffice()
  await seedUnits(office.services)
  env = office.env
}, 60_000)
afterAll(() => office.stop())

function file(name: string, ...lines: string[]): string {
  const path = join(office.folder, name)
  writeFileSync(path, lines.join('\n'))
  return path
}
const HEAD = 'Họ và tên;Ngày sinh;Số CCCD;Đơn vị công tác'
const dry = () => file('thu.csv', HEAD, 'Nguyễn Văn Thử;05/09/1988;022088000001;Sở Nội vụ')

describe('congvu import', () => {
  test('--dry-run says what would be done, and changes nothing', async () => {
    const { code, out, err } = await congvu(env, 'import', dry(), '--dry-run', '--json')
    expect({ code, err }).toMatchObject({ code: 0 })
    expect(JSON.parse(out)).toMatchObject({ rows: 1, outcomes: { create: 1 }, state: 'preview' })
    expect(await office.services.database.prisma.person.count()).toBe(0)
  })

  test('asks before it changes anything, and does not guess the answer', async () => {
    const { code, err } = await congvu(env, 'import', dry())
    expect(code).toBe(2)
    expect(err).toContain('say --yes')
  })

  test('--map and --sheet read a file without headings', async () => {
    const path = file('khong-tieu-de.csv', '1;Lê Thị Ghép;05/09/1988;022188000002;Sở Nội vụ')
    const unmapped = await congvu(env, 'import', path, '--dry-run', '--json')
    expect({ code: unmapped.code, out: JSON.parse(unmapped.out) as unknown }).toMatchObject({
      code: 2,
      out: { state: 'matching', fault: { kind: 'needs-mapping' } },
    })
    const mapped = await congvu(
      env,
      'import',
      path,
      '--dry-run',
      '--json',
      '--map',
      'fullName=B,birthDate=3,number=D,unit=E',
    )
    expect({ code: mapped.code, out: JSON.parse(mapped.out) as unknown }).toMatchObject({
      code: 0,
      out: { outcomes: { create: 1 } },
    })
    expect((await congvu(env, 'import', path, '--map', 'ten=B')).err).toContain('knows no field "ten"')
  })

  test.each([
    ['a file that is not there', ['khong-co.xlsx'], 'cannot be read'],
    ['a roster of no unit', ['--mode', 'roster'], '--unit'],
    ['an unknown unit', ['--unit', '9'], 'no unit number 9'],
    ['an unknown mode', ['--mode', 'all'], 'add, roster'],
  ])('says what is wrong with %s', async (_, args, words) => {
    const path = args[0]?.startsWith('--') ? [dry(), ...args] : args
    const { code, err } = await congvu(env, 'import', ...path)
    expect(code).not.toBe(0)
    expect(err).toContain(words)
  })

  test('a file that is none ends with 2, rows that wait with 1', async () => {
    expect((await congvu(env, 'import', file('trang.xls', '<html></html>'), '--dry-run')).code).toBe(2)
    const waits = file('cho.csv', HEAD, 'Nguyễn 2;;;Sở Nội vụ', 'Trần Văn Được;05/09/1988;022088000003;Sở Nội vụ')
    const { code, out } = await congvu(env, 'import', waits, '--dry-run')
    expect(code).toBe(1)
    expect(out).toContain('1 rows would wait')
  })
})

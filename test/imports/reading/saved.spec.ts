import { join } from 'node:path'
import { afterAll, describe, expect, test } from '../../support/jest.ts'
import { encode } from '../../../scripts/roster/old-encodings.ts'
import { folder, read, values } from './made.ts'

/** Files that LibreOffice 7.4 saved: a roster of `scripts/roster` as .xlsx and as .csv, and as files that cannot be read. */
const saved = (name: string) => read({ path: join(import.meta.dirname, '../files', name), name })
const made = folder()
afterAll(() => made.remove())

describe('what an office suite saved', () => {
  test('as a workbook has the people of the same list saved as text', async () => {
    const [workbook, text] = [await saved('libreoffice.xlsx'), await saved('libreoffice.csv')]
    if (!workbook.ok || !text.ok) throw new Error('not read')
    expect(workbook.rows).toHaveLength(40)
    expect(workbook.rows.map(values)).toEqual(text.rows.map(values))
    expect(values(workbook.rows[0])).toMatchObject({
      fullName: 'Trần Trường Sang',
      birthDate: { precision: 'day', text: '1979-11-28' },
      number: '022079001334',
    })
  })

  test.each([
    ['password.xlsx', 'password'],
    ['excel-97.xls', 'old-excel'],
  ])('as %s is refused for what it is', async (name, kind) => {
    expect(await saved(name)).toEqual({ ok: false, refusal: { kind } })
  })
})

test('an encoding that somebody chose for a column is used, whatever the column looks like', async () => {
  const text = `Họ và tên;Ngày sinh\n${encode('Nguyễn Văn An', 'vni')};1988\nLe Ba;1990\n`
  const file = made.file('a.csv', text)
  const columns = (encoding: 'unicode' | 'vni') => ({
    mappings: {
      '': {
        ...{ headerRow: 1, dataFrom: 2 },
        columns: [
          { index: 0, field: 'fullName' as const, encoding, casing: 'as-is' as const },
          { index: 1, field: 'birthDate' as const, encoding: 'unicode' as const, casing: 'as-is' as const },
        ],
      },
    },
  })
  const names = async (encoding: 'unicode' | 'vni') => {
    const done = await read(file, columns(encoding))
    return done.ok && done.rows.map((row) => row.cells.fullName?.value)
  }
  expect(await names('vni')).toEqual(['Nguyễn Văn An', 'Le Ba'])
  expect(await names('unicode')).toEqual([encode('Nguyễn Văn An', 'vni'), 'Le Ba'])
})

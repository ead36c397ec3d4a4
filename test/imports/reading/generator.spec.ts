import { afterAll, describe, expect, test } from '../../support/jest.ts'
import { DIRT, HARMLESS, type Dirt } from '../../../scripts/roster/dirt.ts'
import { nextMonth, type Entry } from '../../../scripts/roster/people.ts'
import { makeRoster, type RosterPlan } from '../../../scripts/roster/write.ts'
import { mustBeChecked, type RosterRow } from '../../../src/imports/reading/fields.ts'
import { folder, read, values } from './made.ts'

const files = folder()
afterAll(() => files.remove())

async function made(plan: RosterPlan) {
  const roster = await makeRoster(plan)
  const done = await read(files.file(`a.${plan.format ?? 'xlsx'}`, roster.bytes))
  if (!done.ok) throw new Error(JSON.stringify(done.refusal))
  return { ...roster, rows: done.rows, asides: done.roster.asides }
}

/** What reading a clean row must give. */
const expected = (entry: Entry) => ({
  fullName: entry.name,
  birthDate: { precision: 'day', text: entry.birthDate },
  sex: entry.sex,
  number: entry.number,
  position: entry.position,
  unit: entry.unit,
  parentUnit: entry.parentUnit,
  phone: entry.phone,
  contactEmail: entry.contactEmail,
  officialAddress: entry.officialAddress,
  employment: entry.employment,
  note: entry.note === '' ? null : entry.note,
})

describe('a made roster is read as what it was made of', () => {
  test.each<[string, Omit<RosterPlan, 'size'>]>([
    ['in one table', {}],
    ['as a text file', { format: 'csv' }],
    ['with a row above each agency', { layout: 'grouped' }],
    ['with a sheet for each agency', { layout: 'sheets' }],
    ['in TCVN3', { encoding: 'tcvn3' }],
    ['in TCVN3, as a text file', { encoding: 'tcvn3', format: 'csv' }],
    ['in TCVN3, with a row above each agency', { encoding: 'tcvn3', layout: 'grouped' }],
    ['in VNI', { encoding: 'vni' }],
    ['in VNI, as a text file', { encoding: 'vni', format: 'csv' }],
    ['in VNI, with a sheet for each agency', { encoding: 'vni', layout: 'sheets' }],
  ])('%s', async (_, plan) => {
    const { rows, entries } = await made({ size: 150, seed: 5, ...plan })
    const short = (text: unknown) => (typeof text === 'string' ? text.replace(/^Ủy ban nhân dân /, 'UBND ') : text)
    const sheets = plan.layout === 'sheets'
    const seen = rows.map((row) => {
      const all = values(row)
      return sheets ? { ...all, parentUnit: undefined } : { ...all, parentUnit: short(all['parentUnit']) }
    })
    expect(seen).toEqual(
      entries.map((entry) => ({
        ...expected(entry),
        parentUnit: sheets ? undefined : short(entry.parentUnit),
      })),
    )
    expect(rows.some(mustBeChecked)).toBe(false)
  })

  test('the same for the same seed, another for another', async () => {
    const names = async (seed: number) => (await makeRoster({ size: 20, seed })).entries.map(({ name }) => name)
    expect(await names(3)).toEqual(await names(3))
    expect(await names(3)).not.toEqual(await names(4))
  })
})

describe('dirt on a made roster', () => {
  const one = async (kind: Dirt): Promise<{ row: RosterRow | undefined; entry: Entry | undefined }> => {
    const { rows, entries } = await made({ size: 3, seed: 9, dirt: { [kind]: 1 }, addresses: 1 })
    return { row: rows[1], entry: entries[1] }
  }

  test.each(HARMLESS)('%s is understood', async (kind) => {
    const { row, entry } = await one(kind)
    if (row === undefined || entry === undefined) throw new Error('A row is missing')
    expect(values(row)).toEqual(expected(entry))
    expect(mustBeChecked(row)).toBe(false)
  })

  test.each<[Dirt, keyof RosterRow['cells'], unknown]>([
    ['no-such-day', 'birthDate', 'no-such-day'],
    ['number-short', 'number', 'old-card'],
    ['number-rounded', 'number', 'rounded'],
    ['number-of-other-sex', 'number', 'number-disagrees'],
    ['name-old', 'fullName', 'decoded'],
    ['name-formula', 'fullName', 'formula'],
    ['name-long', 'fullName', 'too-long'],
    ['name-error', 'fullName', 'cell-error'],
  ])('%s is told', async (kind, field, code) => {
    const { row } = await one(kind)
    expect(row?.cells[field]?.marks.map((mark) => mark.code)).toContain(code)
  })

  test('a tenth of the rows, of every kind', async () => {
    const { rows, dirt } = await made({ size: 1500, dirt: 0.1 })
    const dirty = dirt.filter((kind) => kind !== null)
    expect(dirty.length).toBeGreaterThan(100)
    expect(new Set(dirty).size).toBe(DIRT.length)
    expect(rows).toHaveLength(1500)
  })
})

test('the file of next month has the changes that are told, and no other', async () => {
  const { entries } = await makeRoster({ size: 400, seed: 2 })
  const { entries: after, changes } = nextMonth(entries, 77)
  const numbers = (list: readonly Entry[]) => new Set(list.map(({ number }) => number))
  expect(numbers(after).difference(numbers(entries))).toEqual(numbers(changes.join))
  expect(numbers(entries).difference(numbers(after))).toEqual(numbers(changes.leave))
  const before = new Map(entries.map((entry) => [entry.number, entry]))
  const changed = after.filter((entry) => before.has(entry.number) && before.get(entry.number) !== entry)
  expect(numbers(changed)).toEqual(numbers([...changes.move, ...changes.promote]))
})

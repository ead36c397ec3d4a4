import { readFileSync } from 'node:fs'
import type { RosterEmployment } from '../../src/imports/reading/fields.ts'
import { fold } from '../../src/kernel/text.ts'
import { peopleFrom, postsOf, type Someone } from '../demo/people.ts'
import { province, type UnitPlan } from '../demo/province.ts'
import { randomFrom, type Random } from '../demo/random.ts'

/** Somebody on a roster, as the agency would write it without a mistake. */
export type Entry = {
  readonly name: string
  readonly birthDate: string
  readonly sex: 'male' | 'female'
  readonly number: string
  readonly position: string
  /** The department, and the agency or commune that it belongs to. */
  readonly unit: string
  readonly parentUnit: string
  readonly phone: string
  readonly contactEmail: string
  /** Of those who are said to have an address already. */
  readonly officialAddress: string | null
  readonly employment: RosterEmployment
  readonly note: string
}

const { province: facts } = JSON.parse(
  readFileSync(new URL('../data/quang-ninh-units.json', import.meta.url), 'utf8'),
) as { province: { mailDomain: string } }
export const DOMAIN = facts.mailDomain

const POSITIONS = [
  'Chuyên viên',
  'Chuyên viên chính',
  'Kế toán viên',
  'Văn thư',
  'Cán sự',
  'Kỹ sư',
  'Nhân viên',
  'Viên chức',
]
const NOTES = ['Đang nghỉ thai sản', 'Biệt phái', 'Chờ bổ nhiệm', 'Kiêm nhiệm']

/** Draws people one after the other: leaders of every department first, then staff, more in the larger agencies. */
export function drawer(seed: number, options: { addresses?: number } = {}) {
  const random = randomFrom(seed)
  const person = peopleFrom(random)
  const seats = seatsOf(random)
  const taken = new Set<string>()
  let n = 0

  return (): Entry => {
    const seat = seats[n++] ?? random.pick(seats)
    const leads = n <= seats.length
    const someone = person(leads ? seat.position : random.pick(POSITIONS), { leader: leads && seat.leader })
    return {
      ...entryOf(someone, random),
      unit: seat.unit,
      parentUnit: seat.parentUnit,
      officialAddress: address(someone),
    }
  }

  function address(someone: Someone): string | null {
    if (!random.chance(options.addresses ?? 0.3)) return null
    const joined = fold(someone.name.full).replaceAll(' ', '')
    let local = joined
    for (let other = 2; taken.has(local); other++) local = `${joined}${other}`
    taken.add(local)
    return `${local}@${DOMAIN}`
  }
}

function entryOf({ name, birthDate, sex, number, position, contactEmail }: Someone, random: Random) {
  return {
    ...{ name: name.full, birthDate: birthDate as string, sex, number: number as string, position },
    // A range without subscribers.
    phone: `09000${String(random.int(0, 99_999)).padStart(5, '0')}`,
    contactEmail: contactEmail as string,
    employment: random.chance(0.9) ? ('civil-servant' as const) : ('contract' as const),
    note: random.chance(0.03) ? random.pick(NOTES) : '',
  }
}

type Seat = { readonly unit: string; readonly parentUnit: string; readonly position: string; readonly leader: boolean }

function seatsOf(random: Random): Seat[] {
  return province().below.flatMap((root: UnitPlan) =>
    postsOf(root, random).map(({ unit, position, leader }) => ({
      ...{ position, leader, unit: unit.name, parentUnit: root.name },
    })),
  )
}

/** What changes in a month: shares of the people. */
export type Month = { readonly join: number; readonly leave: number; readonly move: number; readonly promote: number }
export const USUAL_MONTH: Month = { join: 0.01, leave: 0.005, move: 0.01, promote: 0.02 }

export type Changes = Readonly<Record<keyof Month, readonly Entry[]>>

/** The roster a month later: the same people but for the changes, which are told. */
export function nextMonth(
  entries: readonly Entry[],
  seed: number,
  month: Month = USUAL_MONTH,
): { entries: Entry[]; changes: Changes } {
  const random = randomFrom(seed)
  const changes = { join: [] as Entry[], leave: [] as Entry[], move: [] as Entry[], promote: [] as Entry[] }
  const kept = entries.flatMap((entry): Entry[] => {
    const dice = random.next()
    if (dice < month.leave) {
      changes.leave.push(entry)
      return []
    }
    if (dice < month.leave + month.move) {
      const { unit, parentUnit } = random.pick(entries.filter((each) => each.unit !== entry.unit))
      changes.move.push({ ...entry, unit, parentUnit })
      return [{ ...entry, unit, parentUnit }]
    }
    if (dice < month.leave + month.move + month.promote) {
      const position = random.pick(POSITIONS.filter((each) => each !== entry.position))
      changes.promote.push({ ...entry, position })
      return [{ ...entry, position }]
    }
    return [entry]
  })
  const numbers = new Set(entries.map(({ number }) => number))
  const draw = drawer(seed + 1, { addresses: 0 })
  while (changes.join.length < Math.round(entries.length * month.join)) {
    const entry = draw()
    if (!numbers.has(entry.number)) changes.join.push(entry)
  }
  return { entries: [...kept, ...changes.join], changes }
}

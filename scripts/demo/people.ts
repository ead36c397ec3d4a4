import type { Employment } from '../../src/requests/details.ts'
import { Day } from '../../src/kernel/day.ts'
import { EmailAddress } from '../../src/kernel/email-address.ts'
import { IdentificationNumber, type Sex } from '../../src/kernel/identification-number.ts'
import { parsePersonName, type PersonName } from '../../src/kernel/person-name.ts'
import { fold } from '../../src/kernel/text.ts'
import { fullName } from './names.ts'
import type { UnitPlan } from './province.ts'
import type { Random } from './random.ts'

/** Somebody who does not exist, as they would describe themselves. */
export type Someone = {
  readonly name: PersonName
  readonly sex: Sex
  readonly birthDate: Day
  readonly number: IdentificationNumber
  readonly contactEmail: EmailAddress
  readonly phone: string | null
  readonly position: string
  readonly employment: Employment
}

// Province codes of the neighbours from where people move here, and of Hà Nội.
const ELSEWHERE = ['001', '020', '024', '030', '031', '034', '036', '038']

const two = (n: number) => String(n).padStart(2, '0')

/** Makes people: names, birth dates and identification numbers that agree with each other; no number twice. */
export function peopleFrom(random: Random) {
  const numbers = new Set<string>()

  function identificationNumber(sex: Sex, birthYear: number): IdentificationNumber {
    for (;;) {
      const place = random.chance(0.85) ? '022' : random.pick(ELSEWHERE)
      const century = 2 * (Math.floor(birthYear / 100) - 19) + (sex === 'male' ? 0 : 1)
      const number = `${place}${century}${two(birthYear % 100)}${String(random.int(1, 19_999)).padStart(6, '0')}`
      if (numbers.has(number)) continue
      numbers.add(number)
      return IdentificationNumber.parse(number)
    }
  }

  return (position: string, known: { name?: string; sex?: Sex; leader?: boolean } = {}): Someone => {
    const sex = known.sex ?? (random.chance(0.48) ? 'female' : 'male')
    const name = parsePersonName(known.name ?? fullName(random, sex))
    if (!name.ok) throw new Error(`${known.name ?? ''} is no name: ${name.refusal.kind}`)
    const birthYear = known.leader ? random.int(1968, 1986) : random.int(1972, 2002)
    const joined = fold(name.value.full).replaceAll(' ', '')
    return {
      name: name.value,
      sex,
      birthDate: Day.parse(`${birthYear}-${two(random.int(1, 12))}-${two(random.int(1, 28))}`),
      number: identificationNumber(sex, birthYear),
      contactEmail: EmailAddress.parse(`${joined}${two(birthYear % 100)}${random.int(1, 99)}@example.com`),
      // No subscriber has such a number.
      phone: random.chance(0.6) ? `0900 000 ${String(random.int(100, 999))}` : null,
      position,
      employment: random.chance(0.93) ? 'civil-servant' : 'other',
    }
  }
}

export type Post = { readonly unit: UnitPlan; readonly position: string; readonly leader: boolean }

const post = (unit: UnitPlan, position: string, leader = false): Post => ({ unit, position, leader })

const HEADS: readonly (readonly [start: string, head: string, member: string])[] = [
  ['Chi cục Kiểm lâm', 'Chi cục trưởng', 'Kiểm lâm viên'],
  ['Chi cục', 'Chi cục trưởng', 'Chuyên viên'],
  ['Bệnh viện', 'Giám đốc', 'Bác sĩ'],
  ['Bảo tàng', 'Giám đốc', 'Viên chức'],
  ['Thư viện', 'Giám đốc', 'Thư viện viên'],
  ['Trung tâm', 'Giám đốc Trung tâm', 'Viên chức'],
  ['Ban', 'Trưởng ban', 'Chuyên viên'],
  ['Văn phòng HĐND', 'Chánh Văn phòng', 'Công chức Văn phòng - Thống kê'],
  ['Văn phòng', 'Chánh Văn phòng', 'Văn thư'],
  ['Phòng Nghiệp vụ', 'Trưởng phòng', 'Thanh tra viên'],
  ['Phòng', 'Trưởng phòng', 'Chuyên viên'],
]
const SENIORS = ['Phó Trưởng phòng', 'Chuyên viên chính', 'Chuyên viên', 'Kế toán viên', 'Kỹ sư']

const headsOf = (unit: UnitPlan) =>
  HEADS.find(([start]) => unit.name.startsWith(start)) ?? (['', 'Trưởng phòng', 'Chuyên viên'] as const)

/** The people of an agency or a commune, its leaders first; the second of them will look after its mailboxes. */
export function postsOf(unit: UnitPlan, random: Random): Post[] {
  if (unit.kind === 'commune') {
    const [office, economy, culture, centre] = unit.below
    if (!office || !economy || !culture || !centre) throw new Error(`${unit.name} lacks departments`)
    return [
      post(unit, random.chance(0.5) ? 'Chủ tịch UBND' : 'Phó Chủ tịch UBND', true),
      post(office, headsOf(office)[1], true),
      post(random.pick([economy, culture]), 'Trưởng phòng', true),
      post(random.pick([office, economy, culture, centre]), 'Chuyên viên'),
    ]
  }
  const [office, ...others] = unit.below
  if (!office) throw new Error(`${unit.name} lacks departments`)
  const title = { V: 'Chánh Văn phòng', T: 'Chánh Thanh tra' }[unit.name[0] ?? ''] ?? 'Giám đốc'
  return [
    post(unit, title, true),
    post(office, unit.name.startsWith('Văn phòng') ? 'Trưởng phòng' : headsOf(office)[1], true),
    post(unit, `Phó ${title}`, true),
    post(office, headsOf(office)[2]),
    ...others.flatMap((each) => {
      const [, head, member] = headsOf(each)
      return [post(each, head, true), post(each, random.chance(0.5) ? member : random.pick(SENIORS))]
    }),
  ]
}

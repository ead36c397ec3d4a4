import { Day } from '../../src/kernel/day.ts'
import { IdentificationNumber } from '../../src/kernel/identification-number.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import type { PersonDetails } from '../../src/requests/details.ts'

let counter = 0
/** A number nobody else in this run has. */
export const unique = (): number => ++counter

/** PersonDetails of a person who does not exist, with a number of their own. */
export function someDetails(unitId: UnitId, more: Partial<PersonDetails> & { fullName?: string } = {}): PersonDetails {
  const { fullName = 'Nguyễn Văn An', ...rest } = more
  const name = parsePersonName(fullName)
  if (!name.ok) throw new Error(`${fullName}: ${name.refusal.kind}`)
  return {
    kind: 'person',
    unitId,
    name: name.value,
    birthDate: Day.parse('1988-09-05'),
    sex: 'male',
    number: IdentificationNumber.parse(`022088${String(unique()).padStart(6, '0')}`),
    position: 'Chuyên viên',
    employment: 'civil-servant',
    contractEnd: null,
    phone: null,
    ...rest,
  }
}

import type { ListedPerson } from '../accounts/bulk.ts'
import type { PersonChange, PersonWas } from '../accounts/bulk-changes.ts'
import type { UnitId } from '../kernel/ids.ts'
import { parsePersonName, type PersonName } from '../kernel/person-name.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Language } from '../letters/letter.ts'
import type { Item } from './plan/item.ts'
import type { Before } from './seals.ts'
import type { ImportRecord } from './store.ts'

export type Creation = Item & { type: 'create' }
/** The context in which a person's identification number is sealed, wherever it was entered. */
export const NUMBER_SEAL = 'request.nin'

type Set = { readonly [F in keyof Before]?: Before[F] | null }

/** What a list says of somebody who comes back; where it says nothing, what was known stays. */
export const saysOf = ({
  name,
  birth,
  sex,
  nin,
  phone,
  contactEmail,
  position,
  employment,
  unitId,
}: Creation): Set => ({
  name,
  ...(birth !== null && { birth }),
  ...(sex !== null && { sex }),
  ...(nin !== null && { nin }),
  ...(phone !== null && { phone }),
  ...(contactEmail !== null && { contactEmail }),
  ...(position !== null && { title: position }),
  ...(employment !== null && { employment }),
  ...(unitId !== null && { unitId }),
})

// A link needs somewhere to go.
export const handOverOf = ({ contactEmail }: { contactEmail: string | null }, record: ImportRecord) =>
  contactEmail === null ? 'slip' : record.handOver

export function personOf(item: Creation, record: ImportRecord, secrets: Secrets): ListedPerson {
  const { nin, birth, contactEmail } = item
  if (item.unitId === null || item.local === null)
    throw new Error('A person without a unit or an address is no creation')
  return {
    ...{ name: item.name, birthDate: birth?.day ?? null, birthPrecision: birth?.precision ?? 'day', sex: item.sex },
    ninCipher: nin === null ? null : secrets.seal(nin, NUMBER_SEAL),
    ninHash: nin === null ? null : secrets.numberHash(nin),
    ...{ contactEmail, phone: item.phone, unitId: item.unitId, title: item.position ?? '' },
    ...{ employment: item.employment ?? 'civil-servant', local: item.local, reason: item.why },
    handOver: handOverOf(item, record),
    language: record.language as Language,
  }
}

/** What a plan sets, as accounts understand it; a number that is taken back is `''`, a name that is put back its whole text. */
export function setOf(set: Set, secrets: Secrets): PersonChange {
  const { nin, name, birth, sex, phone, contactEmail, title, employment, unitId } = set
  return {
    ...(name !== undefined && name !== null && { name: typeof name === 'string' ? nameFrom(name) : name }),
    ...(birth !== undefined && typeof birth !== 'string' && { birth }),
    ...(sex !== undefined && { sex }),
    ...(nin !== undefined && {
      number: !nin ? null : { cipher: secrets.seal(nin, NUMBER_SEAL), hash: secrets.numberHash(nin) },
    }),
    ...(phone !== undefined && { phone }),
    ...(contactEmail !== undefined && { contactEmail }),
    ...(title !== undefined && { title }),
    ...(employment !== undefined && employment !== null && { employment }),
    ...(unitId !== undefined && unitId !== null && { unitId: unitId as UnitId }),
  }
}

function nameFrom(text: string): PersonName {
  const parsed = parsePersonName(text)
  if (!parsed.ok) throw new Error(`A name on record is none: ${parsed.refusal.kind}`)
  return parsed.value
}

/** What must be so, as accounts understand it. */
export function wasOf(was: Set): PersonWas {
  const { nin, name, birth, sex, phone, contactEmail, title, employment, unitId } = was
  return {
    ...(name !== undefined && name !== null && { name: typeof name === 'string' ? name : name.full }),
    ...(birth !== undefined && typeof birth !== 'string' && { birth }),
    ...(sex !== undefined && { sex }),
    ...(nin !== undefined && { hasNumber: Boolean(nin) }),
    ...(phone !== undefined && { phone }),
    ...(contactEmail !== undefined && { contactEmail }),
    ...(title !== undefined && { title }),
    ...(employment !== undefined && { employment }),
    ...(unitId !== undefined && { unitId: unitId as UnitId | null }),
  }
}

import { parsePersonName, type PersonName } from '../kernel/person-name.ts'
import { candidates, formsOf, type NamingPolicy, type Subject } from './naming.ts'
import type { NamedUnit } from './unit-name.ts'

/** Names on which patterns fail; the given name where it is not the last word. */
const DIFFICULT: readonly (readonly [full: string, given?: string])[] = [
  ...([['Đặng Thị Hường'], ["H'Hen Niê", "H'Hen"], ['Y Phôn'], ["Ka K'Brếp"], ['Lỷ A Nhì']] as const),
  ...([['H’ Lan Adrơ̆ng', 'H’ Lan'], ['Nguyễn Thị Hoà'], ['Ðỗ Ứng'], ['Chìu Sám-Múi'], ['Tôn Nữ Thị Ninh']] as const),
]
export const NAMESAKES = 50

export type Shown = { readonly name: string; readonly address: string }
export type Preview = {
  readonly difficult: readonly Shown[]
  readonly units: readonly Shown[]
  readonly functions: readonly Shown[]
  readonly namesakes: readonly Shown[]
}

/** What a policy would give, to each after the ones before; nothing of it is taken. */
export function previewOf(
  policy: NamingPolicy,
  domain: string,
  units: readonly NamedUnit[],
  family: readonly PersonName[],
): Preview {
  const unit = units.find(({ kind }) => kind === 'commune') ?? units[0] ?? null
  const taken = new Set<string>()
  const show = (name: string, subject: Subject): Shown => {
    for (const { local } of candidates(formsOf(policy, subject, domain)))
      if (!taken.has(local)) {
        taken.add(local)
        return { name, address: `${local}@${domain}` }
      }
    return { name, address: '' }
  }
  const person = (name: PersonName) => show(name.full, { kind: 'person', name, unit })
  const difficult = DIFFICULT.flatMap(([full, given]) => {
    const parsed = parsePersonName(full, given ?? null)
    return parsed.ok ? [person(parsed.value)] : []
  })
  return {
    difficult,
    units: units.map((each) => show(each.name, { kind: 'unit', unit: each })),
    functions: units
      .slice(0, 2)
      .flatMap((each) =>
        ['Văn thư', 'Một cửa'].map((what) => show(`${what}, ${each.name}`, { kind: 'function', what, unit: each })),
      ),
    namesakes: family.map(person),
  }
}

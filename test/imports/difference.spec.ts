import { describe, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import type { AccountId } from '../../src/kernel/ids.ts'
import { keyOf } from '../../src/imports/plan/reason.ts'
import { NO_PATCH } from '../../src/imports/plan/patch.ts'
import { AGENCY, known, OTHER, plan, rowsOf, told, type Said } from './support.ts'

const NUMBER = '022088001234'
const an: Said = { name: 'Nguyễn Văn An', birth: '1988-09-05', number: NUMBER, unit: 'Sở Nội vụ' }
/** The same, with what the first reason proposes accepted. */
const accepting = (said: Said, keys: readonly string[]): Said => ({
  ...said,
  patch: { ...said.patch, accepted: [...(said.patch?.accepted ?? []), ...keys] },
})
const keysOf = (row: ReturnType<typeof plan>[number] | undefined) => row?.reasons.map(keyOf) ?? []

describe('who a row is about', () => {
  test('nobody known: a new person', () => expect(told(plan([an]))).toEqual(['create']))

  test('is told by the identification number', () => {
    expect(told(plan([an], [known('Nguyễn Văn An', { number: NUMBER })]))).toEqual(['nothing'])
  })

  test.each([
    ['by name, birth date and unit: a person confirms', an, {}, 'review perhaps'],
    ['… also in another unit', { ...an, unit: 'Sở Tài chính' }, {}, 'review perhaps'],
    ['with another birth date: somebody else', { ...an, birth: '1990-01-01' }, {}, 'create'],
    ['with another birth year, of which no more is known', { ...an, birth: '1989' }, {}, 'create'],
    ['with the same birth year, of which no more is known', { ...an, birth: '1988' }, {}, 'review perhaps'],
    ['with another number: somebody else', an, { number: '022088009999' }, 'create'],
    ['by the name alone: a person says', { name: 'Nguyễn Văn An', unit: 'Sở Tài chính' }, {}, 'review perhaps'],
  ])('%s', (_, said, more, outcome) => {
    expect(told(plan([said], [known('Nguyễn Văn An', more)]))).toEqual([outcome])
  })

  test('several known people: a person chooses one, or says that it is nobody of them', () => {
    const people = [known('Nguyễn Văn An'), known('Nguyễn Văn Ân', { unitId: OTHER })]
    const said: Said = { name: 'Nguyễn Văn An', unit: 'Sở Nội vụ' }
    expect(told(plan([said], people))).toEqual(['review several'])
    const [first] = people
    expect(told(plan([{ ...said, patch: { person: first?.personId ?? null } }], people))).toEqual(['nothing'])
    expect(told(plan([{ ...said, patch: { person: 'new' } }], people))).toEqual(['create'])
  })

  test('the number of somebody of another name waits, and renames when that is accepted', () => {
    const other = known('Trần Văn Bình', { number: NUMBER })
    const [row] = plan([an], [other])
    expect(told(row ? [row] : [])).toEqual(['review number-name'])
    const [agreed] = plan([accepting(an, keysOf(row))], [other])
    expect(agreed).toMatchObject({ outcome: 'change', item: { set: { name: { full: 'Nguyễn Văn An' } } } })
  })

  test('what a person confirmed once is remembered', () => {
    const someone = known('Nguyễn Văn An')
    const said: Said = { name: 'Nguyễn Văn An', unit: 'Sở Nội vụ' }
    const remembered = new Map(rowsOf([said]).map(({ print }) => [print ?? '', someone.personId]))
    expect(told(plan([said], [someone], { remembered }))).toEqual(['nothing'])
  })
})

describe('what a row changes', () => {
  const someone = () => known('Nguyễn Văn An', { number: NUMBER, phone: '0912345678', sex: null })

  test.each([
    ['the position', { position: 'Phó Trưởng phòng' }, { title: 'Phó Trưởng phòng' }],
    ['the telephone', { phone: '0987654321' }, { phone: '0987654321' }],
    ['the contact e-mail', { contact: 'an@example.com' }, { contactEmail: 'an@example.com' }],
    ['a sex that was not known', { sex: 'male' as const }, { sex: 'male' }],
  ])('%s, field by field', (_, more, set) => {
    const [row] = plan([{ ...an, ...more }], [someone()])
    expect(row).toMatchObject({ outcome: 'change', item: { type: 'change', set } })
    expect(row?.item?.type === 'change' && Object.keys(row.item.set)).toEqual(Object.keys(set))
  })

  test('another unit is a transfer', () => {
    expect(plan([{ ...an, unit: 'Sở Tài chính' }], [someone()])[0]).toMatchObject({
      outcome: 'transfer',
      item: { set: { unitId: OTHER }, was: { unitId: AGENCY } },
    })
  })

  test('what the file does not say stays', () => {
    expect(told(plan([{ name: 'Nguyễn Văn An', number: NUMBER }], [someone()]))).toEqual(['nothing'])
  })

  test.each([
    ['without accents', 'NGUYEN VAN AN', 'nothing'],
    ['in capitals', 'NGUYỄN VĂN AN', 'nothing'],
    ['with other accents', 'Nguyễn Văn Ân', 'review name-differs'],
  ])('a name %s', (_, name, outcome) => {
    expect(told(plan([{ ...an, name }], [someone()]))).toEqual([outcome])
  })

  test.each([
    ['the same', '1988-09-05', 'nothing'],
    ['less exactly', '1988', 'nothing'],
    ['another', '1988-05-09', 'review birth-differs'],
  ])('a birth date, %s', (_, birth, outcome) => {
    expect(told(plan([{ ...an, birth }], [someone()]))).toEqual([outcome])
  })

  test('a birth date that is known more exactly now', () => {
    const vague = { ...someone(), birth: { day: '1988-01-01', precision: 'year' } as never }
    expect(plan([an], [vague])[0]).toMatchObject({ outcome: 'change', item: { set: { birth: { day: '1988-09-05' } } } })
  })

  test('somebody whose account ended is not changed by a list', () => {
    expect(told(plan([an], [{ ...someone(), accountId: null }]))).toEqual(['refused account-ended'])
  })
})

describe('rows of one file about the same person', () => {
  test('say the same again: the later one repeats', () => {
    const [first, second] = plan([an, an])
    expect(told(plan([an, an, { ...an, unit: 'Sở Nội vụ' }]))).toEqual(['create', 'repeats', 'repeats'])
    expect([first?.repeats, second?.repeats]).toEqual([null, 2])
  })

  test.each([
    ['one number, two posts', { ...an, position: 'Kế toán' }, ['create', 'review same-person']],
    ['one number, two names', { ...an, name: 'Lê Thị Bình' }, ['review same-person', 'review same-person']],
    ['two numbers, one name', { ...an, number: '022088005555' }, ['create', 'create']],
    ['the number in one of them only', { ...an, number: undefined }, ['review like-row', 'review like-row']],
  ] as const)('%s', (_, second, outcomes) => {
    expect(told(plan([an, second as Said]))).toEqual(outcomes)
  })

  const bare: Said = { name: 'Nguyễn Văn An', unit: 'Sở Nội vụ' }
  test.each([
    [
      'same birth date and unit',
      { ...bare, birth: '1988-09-05' },
      { ...bare, birth: '1988-09-05' },
      ['create', 'repeats'],
    ],
    [
      '… but another telephone',
      { ...bare, birth: '1988-09-05', phone: '1' },
      { ...bare, birth: '1988-09-05', phone: '2' },
      ['review like-row', 'review like-row'],
    ],
    [
      'same birth date, other units',
      { ...bare, birth: '1988-09-05' },
      { ...bare, birth: '1988-09-05', unit: 'Sở Tài chính' },
      ['review like-row', 'review like-row'],
    ],
    ['other birth dates', { ...bare, birth: '1988-09-05' }, { ...bare, birth: '1988-09-06' }, ['create', 'create']],
    ['no birth date, one unit', bare, bare, ['review like-row', 'review like-row']],
    ['no birth date, two units', bare, { ...bare, unit: 'Sở Tài chính' }, ['create', 'create']],
  ] as const)('namesakes: %s', (_, first, second, outcomes) => {
    expect(told(plan([first, second]))).toEqual(outcomes)
  })

  test('that somebody has said are two people are two', () => {
    const rows = plan([bare, bare])
    const agreed = [bare, bare].map((said, n) => accepting(said, keysOf(rows[n])))
    expect(told(plan(agreed))).toEqual(['create', 'create'])
  })

  test('a row that was left out does not stand in another’s way', () => {
    expect(told(plan([{ ...bare, patch: { skip: true } }, bare]))).toEqual(['skipped', 'create'])
  })

  test('two people with one contact e-mail: their links would go to one place', () => {
    const rows: Said[] = [
      { ...an, contact: 'chung@example.com' },
      { name: 'Lê Thị Bình', number: '022188004444', unit: 'Sở Nội vụ', contact: 'chung@example.com' },
    ]
    const found = plan(rows)
    expect(told(found)).toEqual(['review contact-twice', 'review contact-twice'])
    const agreed = plan(rows.map((said, n) => accepting(said, keysOf(found[n]))))
    expect(agreed.map(({ item }) => item?.type === 'create' && item.contactEmail)).toEqual([null, null])
  })
})

describe('an address in the file', () => {
  test.each([
    ['is honoured', 'an.nguyen@quangninh.gov.vn', 'create', 'an.nguyen'],
    ['is honoured without a domain', 'an.nguyen', 'create', 'an.nguyen'],
    ['with accents is refused', 'nguyễnvănan@quangninh.gov.vn', 'review address-accent', null],
    ['with capitals is refused', 'NguyenVanAn@quangninh.gov.vn', 'review address-capitals', null],
    ['of another domain is refused', 'nguyenvanan@gmail.com', 'review address-domain', null],
    ['of an odd form is refused', 'nguyen van an@quangninh.gov.vn', 'review address-form', null],
    ['that somebody has is refused', 'dangdung@quangninh.gov.vn', 'review address-taken', null],
  ])('%s', (_, address, outcome, local) => {
    const taken = new Map([['dangdung', null]])
    const [row] = plan([{ ...an, address }], [], { taken })
    expect(told(row ? [row] : [])).toEqual([outcome])
    expect(row?.item).toMatchObject({ local })
    const [agreed] = plan([accepting({ ...an, address }, keysOf(row))], [], { taken })
    expect(agreed).toMatchObject({ outcome: 'create', item: { local } })
  })

  test('is adopted when it is the person’s own, however it is written', () => {
    const someone = known('Nguyễn Văn An', { number: NUMBER, aliases: ['an.nguyen'] })
    for (const address of ['nguyenvanan@quangninh.gov.vn', 'NguyenVanAn', 'an.nguyen@quangninh.gov.vn'])
      expect(told(plan([{ ...an, address }], [someone]))).toEqual(['nothing'])
    expect(told(plan([{ ...an, address: 'khac' }], [someone]))).toEqual(['review address-differs'])
  })

  test('that two rows give waits in both', () => {
    const rows: Said[] = [
      { ...an, address: 'an' },
      { name: 'Lê Văn An', number: '022088004444', unit: 'Sở Nội vụ', address: 'an' },
    ]
    expect(told(plan(rows))).toEqual(['review address-twice', 'review address-twice'])
  })
})

describe('a unit', () => {
  test('that nobody knows waits', () => {
    expect(told(plan([{ ...an, unit: 'Sở Không có' }]))).toEqual(['review unit-unknown'])
  })
  test('that the file does not name waits, unless the list is of one unit', () => {
    const { unit: _, ...row } = an
    expect(told(plan([row]))).toEqual(['review no-unit'])
    expect(plan([row], [], { unitOfAll: OTHER })[0]).toMatchObject({ outcome: 'create', item: { unitId: OTHER } })
  })
  test('is what somebody chose for the row', () => {
    expect(plan([{ ...an, unit: 'Sở ?', patch: { unit: OTHER } }])[0]).toMatchObject({
      outcome: 'create',
      item: { unitId: OTHER },
    })
  })
})

describe('the roster of a unit', () => {
  const there = known('Nguyễn Văn An', { number: NUMBER })
  const missing = known('Lê Thị Bình')
  const roster = (people: readonly ReturnType<typeof known>[], patches = new Map()) => ({
    roster: { units: new Set([AGENCY]), people, patches },
  })

  test('proposes to suspend who is missing', () => {
    const rows = plan([an], [there, missing], roster([there, missing]))
    expect(told(rows)).toEqual(['nothing', 'suspend'])
    expect(rows[1]).toMatchObject({ seq: 2, item: { accountId: missing.accountId, state: 'active' } })
  })

  test('counts as present whom a row might mean', () => {
    expect(
      told(plan([{ name: 'Nguyễn Văn An', birth: '1988-09-05' }], [there], { ...roster([there]), unitOfAll: AGENCY })),
    ).toEqual(['review perhaps'])
  })

  test.each([
    ['is suspended already', { state: 'suspended' as const }, []],
    ['holds a role', { holdsRole: true }, ['review holds-role']],
  ])('somebody missing who %s', (_, more, outcomes) => {
    expect(told(plan([], [], roster([{ ...missing, ...more }])))).toEqual(outcomes)
  })

  test('never suspends whoever carries it out, unasked', () => {
    expect(told(plan([], [], { ...roster([missing]), by: missing.accountId }))).toEqual(['review holds-role'])
  })

  test('keeps what was decided about somebody missing', () => {
    const patches = new Map([[missing.accountId as AccountId, { ...NO_PATCH, skip: true }]])
    expect(told(plan([], [], roster([missing], patches)))).toEqual(['skipped'])
  })

  test('somebody of another unit on it waits', () => {
    expect(told(plan([{ ...an, unit: 'Sở Tài chính' }], [there], roster([there])))).toEqual(['review unit-outside'])
  })

  test('in the other mode nobody is suspended for being absent', () => {
    expect(told(plan([an], [there, missing]))).toEqual(['nothing'])
  })
})

describe('a row that cannot be carried out', () => {
  test.each([
    ['without a name', { name: undefined }, 'refused no-name'],
    ['with a number for a name', { name: 'Nguyễn 2' }, 'refused bad-name'],
    ['with a formula for a name', { name: '=HYPERLINK("x")' }, 'refused bad-name'],
  ])('%s', (_, more, outcome) => expect(told(plan([{ ...an, ...more } as Said]))).toEqual([outcome]))

  test('is carried out once it was typed anew', () => {
    expect(told(plan([{ ...an, name: 'Nguyễn 2', patch: { fields: { fullName: 'Nguyễn Hai' } } }]))).toEqual(['create'])
  })

  test('a highland name asks which word is the given name', () => {
    const said: Said = { ...an, name: "H'Hen Niê" }
    const [row] = plan([said])
    expect(told(row ? [row] : [])).toEqual(['review given-unclear'])
    expect(plan([accepting(said, keysOf(row))])[0]).toMatchObject({
      outcome: 'create',
      item: { name: { given: "H'Hen", surname: 'Niê' } },
    })
  })
})

test('every row has exactly one outcome, whatever the file says', () => {
  const said = fc.record(
    {
      name: fc.constantFrom('Nguyễn Văn An', 'NGUYEN VAN AN', 'Lê Bình', '', '=1+1', "H'Hen Niê"),
      birth: fc.constantFrom('1988-09-05', '1988', '1988-09', '1990-01-01'),
      number: fc.constantFrom(NUMBER, '022088005555'),
      unit: fc.constantFrom('Sở Nội vụ', 'Sở Tài chính', '???'),
      contact: fc.constantFrom('a@example.com', 'b@example.com'),
      address: fc.constantFrom('an', 'An', 'ân', 'an@gmail.com'),
    },
    { requiredKeys: ['name'] },
  )
  const people = [known('Nguyễn Văn An', { number: NUMBER }), known('Lê Bình')]
  fc.assert(
    fc.property(fc.array(said, { maxLength: 12 }), (rows) => {
      const planned = plan(rows, people)
      expect(planned.map(({ seq }) => seq)).toEqual(rows.map((_, n) => n + 1))
      for (const row of planned) {
        const waits = row.outcome === 'review' || row.outcome === 'refused'
        expect(row.reasons.length > 0).toBe(waits)
        if (row.outcome === 'repeats') expect(row.repeats).not.toBeNull()
      }
      // Nobody known is meant by two rows that would be carried out.
      const meant = planned.flatMap(({ outcome, item }) =>
        item !== null && 'personId' in item && ['change', 'transfer', 'nothing'].includes(outcome)
          ? [item.personId]
          : [],
      )
      expect(new Set(meant).size).toBe(meant.length)
    }),
  )
})

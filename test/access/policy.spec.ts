import { describe, expect, test } from '../support/jest.ts'
import {
  ACTIONS,
  cliActor,
  covers,
  hasRole,
  jobActor,
  permit,
  publicActor,
  unitIds,
  type Action,
  type Actor,
  type Grant,
  type PersonActor,
} from '../../src/access/policy.ts'
import { AccountId, UnitId } from '../../src/kernel/ids.ts'

const unit = (n: number) => UnitId.parse(`6f1c2f0e-0000-4000-8000-00000000000${n}`)
const person = (...grants: Grant[]): PersonActor => ({
  kind: 'person',
  id: 'account:1',
  name: 'Phạm Thị Hoa',
  accountId: AccountId.parse('6f1c2f0e-0000-4000-8000-0000000000aa'),
  personId: null,
  address: 'hoa@quangninh.gov.vn',
  contactEmail: null,
  unitId: unit(1),
  unitName: '',
  grants,
})
const unitAdmin: Grant = { role: 'unit-admin', unitId: unit(1), units: new Set([unit(1), unit(2)]) }
const WHO = {
  nobody: person(),
  'unit-admin': person(unitAdmin),
  'it-staff': person({ role: 'it-staff', unitId: null, units: 'all' }),
  auditor: person({ role: 'auditor', unitId: null, units: 'all' }),
  cli: cliActor('root'),
  job: jobActor('tidy'),
  public: publicActor,
} satisfies Record<string, Actor>
type Who = keyof typeof WHO

/** Who may do what: `all` units, the units of the role (`own`), or only what is one's own (`self`). */
const MAY: Record<Action, Partial<Record<Who, 'all' | 'own' | 'self'>>> = {
  'own.read': { nobody: 'self', 'unit-admin': 'self', 'it-staff': 'self', auditor: 'self' },
  'own.tokens': { nobody: 'self', 'unit-admin': 'self', 'it-staff': 'self', auditor: 'self' },
  'own.request': { nobody: 'self', 'unit-admin': 'self', 'it-staff': 'self', auditor: 'self' },
  'token.read': { 'it-staff': 'all', auditor: 'all' },
  'token.revoke': { 'it-staff': 'all' },
  'request.read': { 'unit-admin': 'own', 'it-staff': 'all', auditor: 'all' },
  'request.decide': { 'unit-admin': 'own', 'it-staff': 'all' },
  'number.reveal': { 'unit-admin': 'own', 'it-staff': 'all' },
  'account.read': { 'unit-admin': 'own', 'it-staff': 'all', auditor: 'all' },
  'account.hand-over': { 'unit-admin': 'own', 'it-staff': 'all' },
  'password.reset': { 'unit-admin': 'own', 'it-staff': 'all' },
  'account.bootstrap': { cli: 'all' },
  'person.read': { 'it-staff': 'all', auditor: 'all' },
  'person.change': { 'it-staff': 'all' },
  'list.read': { 'unit-admin': 'own', 'it-staff': 'all', auditor: 'all' },
  'sync.read': { 'it-staff': 'all', auditor: 'all' },
  'sync.change': { 'it-staff': 'all', cli: 'all' },
  'unit.read': { 'unit-admin': 'own', 'it-staff': 'all', auditor: 'all' },
  'unit.change': { 'it-staff': 'all', cli: 'all' },
  'deputy.read': { 'unit-admin': 'own', 'it-staff': 'all', auditor: 'all' },
  'deputy.name': { 'unit-admin': 'own', 'it-staff': 'all' },
  'role.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'role.change': { 'it-staff': 'all', cli: 'all' },
  'naming.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'naming.change': { 'it-staff': 'all', cli: 'all' },
  'steps.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'steps.change': { 'it-staff': 'all', cli: 'all' },
  'address.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'address.release': { 'it-staff': 'all' },
  'letter.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'letter.change': { 'it-staff': 'all', cli: 'all' },
  'letter.retry': { 'it-staff': 'all', cli: 'all' },
  'retention.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'retention.change': { 'it-staff': 'all', cli: 'all' },
  'audit.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'holiday.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'holiday.change': { 'it-staff': 'all', cli: 'all' },
  'import.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'import.change': { 'it-staff': 'all', cli: 'all' },
  'import.approve': { 'it-staff': 'all' },
  'reconcile.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'reconcile.change': { 'it-staff': 'all', cli: 'all' },
  'reorganisation.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'reorganisation.change': { 'it-staff': 'all', cli: 'all' },
  'brake.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'brake.release': { 'it-staff': 'all' },
  'life.ask': { 'unit-admin': 'own', 'it-staff': 'all' },
  'life.keep': { 'it-staff': 'all' },
  'life.run': { job: 'all' },
  'review.read': { 'unit-admin': 'own', 'it-staff': 'all', auditor: 'all' },
  'review.answer': { 'unit-admin': 'own', 'it-staff': 'all' },
  'review.open': { 'it-staff': 'all' },
  'life-policy.read': { 'it-staff': 'all', auditor: 'all', cli: 'all' },
  'life-policy.change': { 'it-staff': 'all' },
  'scheduled.read': { 'unit-admin': 'own', 'it-staff': 'all', auditor: 'all' },
  'scheduled.agree': { 'unit-admin': 'own', 'it-staff': 'all' },
  'scheduled.run': { job: 'all' },
  'system.tidy': { job: 'all' },
}
const table = ACTIONS.flatMap((action) =>
  (Object.keys(WHO) as Who[]).map((who) => [who, action, MAY[action][who] ?? 'not'] as const),
)

describe('who may do what', () => {
  test.each(table)('%s: %s → %s', (who, action, reach) => {
    const decision = permit(WHO[who], action)
    if (reach === 'not') {
      expect(decision).toEqual({ ok: false, refusal: { kind: 'forbidden', action } })
      return
    }
    const units = { all: 'all', own: unitAdmin.units, self: new Set() }[reach]
    expect(decision).toMatchObject({ ok: true, value: { action, actor: WHO[who], units } })
  })

  test('an auditor changes nothing', () => {
    const changes = ACTIONS.filter((action) => /change|decide|hand-over|reveal|bootstrap|release|tidy/.test(action))
    expect(changes.filter((action) => permit(WHO.auditor, action).ok)).toEqual([])
  })
})

describe('several roles', () => {
  test('reach what any of them reaches', () => {
    const second: Grant = { role: 'unit-admin', unitId: unit(3), units: new Set([unit(3)]) }
    const decision = permit(person(unitAdmin, second), 'request.decide')
    expect(decision.ok && decision.value.units).toEqual(new Set([unit(1), unit(2), unit(3)]))
  })

  test('do not lend each other their reach', () => {
    const both = person(unitAdmin, { role: 'auditor', unitId: null, units: 'all' })
    const read = permit(both, 'request.read')
    const decide = permit(both, 'request.decide')
    expect(read.ok && read.value.units).toBe('all')
    expect(decide.ok && decide.value.units).toEqual(unitAdmin.units)
  })

  test('are asked for by name, of people only', () => {
    expect([
      hasRole(WHO['it-staff'], 'it-staff'),
      hasRole(WHO['it-staff'], 'auditor'),
      hasRole(WHO.cli, 'it-staff'),
    ]).toEqual([...[true, false, false]])
  })
})

test('a scope covers its units and no other', () => {
  expect([covers('all', unit(9)), covers(new Set([unit(1)]), unit(1)), covers(new Set([unit(1)]), unit(2))]).toEqual([
    ...[true, true, false],
  ])
  expect(unitIds('all')).toBeNull()
  expect(unitIds(new Set([unit(1)]))).toEqual([unit(1)])
})

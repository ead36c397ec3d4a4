import { randomUUID } from 'node:crypto'
import type { Actor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import type { HolderAsked } from '../../src/accounts/holder.ts'
import type { Subject } from '../../src/addresses/naming.ts'
import { properNameOf, slugOf, withoutCommittee } from '../../src/addresses/unit-name.ts'
import type { Tx } from '../../src/db/transaction.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import type { ListRule } from '../../src/lists/list.ts'
import type { UnitPlan } from './province.ts'
import { ok, type Seeding } from './seeding.ts'
import type { Issued } from './staff.ts'

const SIZE = QuotaMb.parse(5_120)
/** Functions that agencies and communes share a mailbox for. */
const REGISTRY = 'Văn thư'
const ONE_STOP = 'Một cửa'
const COMMUNES_WITH_ONE_STOP = 12

type Office = { readonly root: UnitPlan; readonly id: UnitId; readonly people: readonly Issued[] }

/** Mailboxes of units and functions with their holders, and distribution lists: what offices write from and to. */
export async function makeShared(
  seeding: Seeding,
  by: Actor,
  provinceId: UnitId,
  offices: readonly Office[],
): Promise<{ mailboxes: number; lists: number }> {
  const { services, random } = seeding
  const { transaction, accounts, addresses, lists, units, provisioner } = services
  let mailboxes = 0

  /** The first address that the naming policy offers and nobody has. */
  async function addressFor(tx: Tx, ticket: string, subject: Subject): Promise<LocalPart> {
    for (const local of (await addresses.propose(subject, ticket, 20)).free)
      if ((await addresses.reserve(tx, ticket, subject, local)).ok) return local
    throw new Error('No address for a shared mailbox')
  }

  await transaction(
    async (tx) => {
      const issue = async ({ root, id }: Office, what: string | null, holders: readonly HolderAsked[]) => {
        const unit = await units.find(id, tx)
        if (!unit) throw new Error(`${root.name} is missing`)
        const ticket = randomUUID()
        const kind = what === null ? 'unit' : 'function'
        const subject: Subject = what === null ? { kind: 'unit', unit } : { kind: 'function', what, unit }
        // A commune writes its name shorter than the policy would, as people do who choose.
        const wish = LocalPart.parse(`${slugOf(what ?? 'ubnd')}-${properNameOf(root.name)}`)
        const chosen = root.kind === 'commune' ? await addresses.choose(tx, ticket, wish) : null
        const local = chosen?.ok ? wish : await addressFor(tx, ticket, subject)
        const displayName = what === null ? root.name : `${what} ${withoutCommittee(root.name)}`
        ok(await accounts.issueShared(tx, by, ticket, { kind, unitId: id, displayName, local, holders, quotaMb: SIZE }))
        mailboxes++
      }
      const hold = (rights: HolderAsked['rights'], people: readonly (Issued | undefined)[]): HolderAsked[] =>
        people.flatMap((each) => (each ? [{ accountId: each.id, rights }] : []))
      let oneStops = 0
      for (const office of offices) {
        const { root, people } = office
        const [leader, admin, ...others] = people
        // One agency's mailbox is held by nobody yet.
        const holders =
          root.name === 'Sở Ngoại vụ' ? [] : [...hold('full', [admin, others[0]]), ...hold('read', [leader])]
        await issue(office, null, holders)
        if (root.kind === 'agency') await issue(office, REGISTRY, hold('full', [others[0], others.at(-1)]))
        else if (oneStops++ < COMMUNES_WITH_ONE_STOP)
          await issue(office, ONE_STOP, hold('full', [random.pick(people), admin]))
      }
    },
    { timeoutMs: 120_000 },
  )

  const of = (name: string): UnitId => {
    const found = offices.find(({ root }) => root.name === name)
    if (!found) throw new Error(`${name} is missing`)
    return found.id
  }
  const agency = of('Sở Nội vụ')
  const everywhere = { unitId: null, below: true } as const
  const planned: readonly [
    name: string,
    local: string,
    unitId: UnitId,
    rule: ListRule,
    posting: 'anyone' | 'province',
  ][] = [
    ['Toàn tỉnh', 'toantinh', provinceId, [{ by: 'unit', unitId: provinceId, below: true }], 'province'],
    [
      'Giám đốc sở, trung tâm',
      'giamdoc',
      provinceId,
      [{ by: 'position', title: 'Giám đốc', ...everywhere }],
      'province',
    ],
    [
      'Trưởng phòng toàn tỉnh',
      'truongphong',
      provinceId,
      [{ by: 'position', title: 'Trưởng phòng', ...everywhere }],
      'province',
    ],
    ['Cán bộ Sở Nội vụ', 'canbo-snv', agency, [{ by: 'unit', unitId: agency, below: true }], 'province'],
    [
      'Tiếp nhận kiến nghị',
      'kiennghi',
      agency,
      [{ by: 'position', title: 'Trưởng phòng', unitId: agency, below: true }],
      'anyone',
    ],
  ]
  for (const [name, address, unitId, rule, who] of planned)
    await transaction(async (tx) => {
      const ticket = randomUUID()
      const local = LocalPart.parse(address)
      ok(await addresses.choose(tx, ticket, local))
      ok(await lists.create(tx, by, ticket, { name, unitId, local, rule, posting: { who } }))
    })
  await provisioner.run()
  return { mailboxes, lists: planned.length }
}

import { randomBytes } from 'node:crypto'
import { cliActor } from '../../src/access/policy.ts'
import type { ListedPerson } from '../../src/accounts/bulk.ts'
import { Day } from '../../src/kernel/day.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { AccountId, UnitId } from '../../src/kernel/ids.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import type { Services } from '../../src/main/compose.ts'
import { unique } from './details.ts'

const SURNAMES = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đặng', 'Bùi', 'Đỗ', 'Ngô']
const MIDDLES = ['Văn', 'Thị', 'Đức', 'Ngọc', 'Minh', 'Thanh', 'Quang', 'Hồng']
const GIVENS = ['An', 'Bình', 'Châu', 'Dũng', 'Giang', 'Hương', 'Khánh', 'Lan', 'Mai', 'Nam', 'Oanh', 'Phúc', 'Quỳnh']

export type Member = { readonly id: AccountId; readonly login: string; readonly mail: string; readonly unitId: UnitId }

const listed = (n: number, unitId: UnitId): ListedPerson => {
  const pick = (list: readonly string[], at: number) => list[at % list.length] ?? ''
  const name = parsePersonName(`${pick(SURNAMES, n)} ${pick(MIDDLES, n * 3)} ${pick(GIVENS, n * 7)}`)
  if (!name.ok) throw new Error(name.refusal.kind)
  return {
    ...{ name: name.value, birthDate: Day.parse('1988-09-05'), birthPrecision: 'day', sex: null, ninCipher: null },
    ...{ ninHash: null, contactEmail: null, phone: '0203 3 123 456', unitId, title: 'Chuyên viên' },
    ...{ employment: 'civil-servant', local: LocalPart.parse(`nguoi${unique()}`), reason: null },
    ...{ handOver: 'slip', language: 'vi' },
  }
}

/** Active accounts in great number, in turns of these units; nothing of them is on any server yet. */
export async function manyPeople(services: Services, n: number, units: readonly UnitId[]): Promise<Member[]> {
  const { database, secrets, transaction, bulkAccounts } = services
  const made: Member[] = []
  for (let start = 0; start < n; start += 500) {
    const people = Array.from({ length: Math.min(500, n - start) }, (_, at) =>
      listed(start + at, units[(start + at) % units.length] as UnitId),
    )
    const issued = await transaction((tx) => bulkAccounts.issueMany(tx, cliActor('test'), people), {
      timeoutMs: 60_000,
    })
    issued.forEach((one, at) => {
      const person = people[at]
      if (!one.ok || !person) throw new Error('refused')
      const mail = `${person.local}@${services.config.organisation.domain}`
      made.push({ id: one.value.accountId, login: String(one.value.number), mail, unitId: person.unitId })
    })
  }
  const salt = (bytes: number) => randomBytes(bytes).toString('base64').replace(/=+$/, '')
  const hash = `{ARGON2}$argon2id$v=19$m=4096,t=2,p=1$${salt(16)}$${salt(32)}`
  await database.pool.query(
    `UPDATE account SET state = 'active', secret_cipher = $1, activated_at = now(), ready_at = now() WHERE id = ANY ($2::uuid[])`,
    [secrets.seal(hash, 'account.secret'), made.map(({ id }) => id)],
  )
  return made
}

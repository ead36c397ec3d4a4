import type { PersonActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { later } from '../../src/kernel/clock.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import type { Ask } from '../../src/requests/ask.ts'
import type { RequestState } from '../../src/requests/request.ts'
import type { Someone } from './people.ts'
import { allowed, ok, type Seeding } from './seeding.ts'

/** Those who ask and decide in the agency that the demo names. */
export type Askers = {
  readonly staff: PersonActor
  readonly admin: PersonActor
  readonly person: PersonActor
  readonly colleagues: readonly [PersonActor, PersonActor]
  /** A unit of the agency that has no mailbox yet. */
  readonly department: UnitId
  readonly newcomers: readonly Someone[]
}

/** How many requests of people who are signed in end so. */
export const ASKED: Readonly<Partial<Record<RequestState, number>>> = {
  ...{ draft: 1, submitted: 4, returned: 1, approved: 2, rejected: 1 },
}
const SECONDS = 1_000

/** A request of each kind that people ask for while signed in, in different states; answers how many. */
export async function makeAsked(
  seeding: Seeding,
  { staff, admin, person, colleagues, department, newcomers }: Askers,
): Promise<number> {
  const { services, time, end } = seeding
  const { requests } = services
  let count = 0
  /** Some seconds go by, and never past the end. */
  const wait = () => {
    time.now = new Date(Math.min(later(time.now, 10 * SECONDS).getTime(), end.getTime()))
  }
  const write = async (actor: PersonActor, ask: Ask): Promise<RequestId> => {
    wait()
    count++
    return ok(await requests.ask(allowed(actor, 'own.request'), ask, { language: 'vi' }))
  }
  const send = async (actor: PersonActor, ask: Ask): Promise<RequestId> => {
    const id = await write(actor, ask)
    wait()
    return ok(await requests.send(allowed(actor, 'own.request'), id))
  }
  const versionOf = async (id: RequestId): Promise<number> =>
    (await requests.read(allowed(staff, 'request.read'), id))?.version ?? Number.NaN
  const approve = async (by: PersonActor, id: RequestId) => {
    wait()
    ok(await requests.approve(allowed(by, 'request.decide'), id, { version: await versionOf(id) }))
  }

  const [first, second] = colleagues
  const full = (...people: readonly PersonActor[]) =>
    people.map(({ accountId }) => ({ accountId, rights: 'full' as const }))

  const reception = await send(person, {
    ...{ kind: 'function-mailbox', unitId: person.unitId, what: 'Tiếp công dân', holders: full(person, first) },
    why: 'Tiếp nhận đơn thư của công dân qua một địa chỉ chung',
  })
  await approve(admin, reception)
  await approve(staff, reception)
  const why = 'Theo quyết định bổ nhiệm của Giám đốc Sở'
  await approve(
    admin,
    await send(first, { kind: 'position', accountId: first.accountId, position: 'Chuyên viên chính', why }),
  )
  await send(admin, {
    kind: 'unit-mailbox',
    unitId: department,
    holders: full(admin, second),
    why: 'Phòng cần địa chỉ chung',
  })
  const [registry] = await requests.sharedFor(allowed(admin, 'own.request'))
  if (!registry) throw new Error('The agency has no shared mailbox')
  const registryHolders = { accountId: registry.id, holders: full(admin, second) }
  await send(admin, { kind: 'holders', ...registryHolders, why: 'Phân công lại người trực văn thư' })
  const list = await send(second, {
    ...{ kind: 'list', unitId: second.unitId, name: 'Tổ chuyển đổi số', posting: { who: 'province' } },
    ...{ rule: [{ by: 'name', accounts: [person.accountId, first.accountId] }], why: 'Trao đổi công việc của tổ' },
  })
  wait()
  ok(
    await requests.return(allowed(admin, 'request.decide'), list, {
      ...{ version: await versionOf(list), comment: 'Bổ sung quyết định thành lập tổ và danh sách thành viên.' },
    }),
  )
  const alias = await send(person, {
    ...{ kind: 'alias', accountId: person.accountId, local: LocalPart.parse('hoidap-noivu') },
    why: 'Nhận câu hỏi của người dân',
  })
  wait()
  ok(
    await requests.reject(allowed(admin, 'request.decide'), alias, {
      ...{ version: await versionOf(alias), comment: 'Địa chỉ hỏi đáp dùng hộp thư chức danh Tiếp công dân.' },
    }),
  )
  const quota = { kind: 'quota', accountId: person.accountId, quotaMb: QuotaMb.parse(10_240) } as const
  await approve(admin, await send(person, { ...quota, why: 'Nhận nhiều hồ sơ có bản quét' }))
  await send(person, {
    ...{ kind: 'people', unitId: person.unitId, why: 'Viên chức mới theo kết quả tuyển dụng' },
    people: newcomers.map((one) => ({
      ...{ fullName: one.name.full, given: null, birthDate: one.birthDate, sex: one.sex, number: one.number },
      ...{ position: one.position, employment: one.employment, contractEnd: null, phone: one.phone },
      contactEmail: one.contactEmail,
    })),
  })
  await write(second, {
    ...{ kind: 'name', accountId: second.accountId, fullName: `${second.name} Anh`, given: null, newAddress: true },
    why: 'Theo giấy xác nhận thay đổi hộ tịch',
  })
  await services.provisioner.run()
  return count
}
